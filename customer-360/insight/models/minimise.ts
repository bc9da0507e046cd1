import { setImmediate } from 'node:timers/promises';

interface Vertex {
  point: number[];
  value: number;
}

interface Minimum {
  point: number[];
  value: number;
  /** False when the most steps were taken before the simplex had become small. */
  settled: boolean;
}

const MOST_STEPS = 5_000;
const RESTARTS = 3;

/** Others are let in after this many milliseconds: a fit to many customers takes seconds, and the process has other things to do. */
const AT_A_TIME = 20;

/**
 * The lowest point of a smooth function of a few variables near `start`: the simplex method of Nelder and Mead (1965),
 * begun anew from its own result, because a simplex that has become flat may stop early. Values that are no number
 * count as infinitely high. The same start gives the same result.
 */
export async function minimise(
  evaluate: (point: readonly number[]) => number,
  start: readonly number[],
  { step = 0.5, tolerance = 1e-10 } = {},
): Promise<Minimum> {
  let best = await descend(evaluate, start, step, tolerance);
  for (let restart = 0; restart < RESTARTS; restart++) {
    const next = await descend(evaluate, best.point, step / 4, tolerance);
    const gained = best.value - next.value;
    best = next.value <= best.value ? next : best;
    if (gained <= tolerance * Math.abs(best.value)) break;
  }
  return best;
}

async function descend(
  evaluate: (point: readonly number[]) => number,
  start: readonly number[],
  step: number,
  tolerance: number,
): Promise<Minimum> {
  const at = (point: number[]): Vertex => {
    const value = evaluate(point);
    return { point, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  const size = start.length;
  const simplex = [at([...start]), ...start.map((_, axis) => at(start.map((x, i) => (i === axis ? x + step : x))))];

  let since = performance.now();
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    if (performance.now() - since > AT_A_TIME) {
      await setImmediate();
      since = performance.now();
    }
    simplex.sort((a, b) => a.value - b.value);
    const [best, worst, second] = [simplex[0], simplex[size], simplex[size - 1]];
    if (!best || !worst || !second) throw new RangeError('Expected a start point with at least two coordinates.');
    if (worst.value - best.value <= tolerance * (Math.abs(best.value) + tolerance) && isSmall(simplex)) {
      return { ...best, settled: true };
    }
    const others = simplex.slice(0, size);
    const centre = start.map((_, i) => others.reduce((sum, { point }) => sum + (point[i] ?? 0), 0) / size);
    const along = (factor: number) => at(centre.map((x, i) => x + factor * ((worst.point[i] ?? 0) - x)));

    const reflected = along(-1);
    if (reflected.value < best.value) {
      const expanded = along(-2);
      simplex[size] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < second.value) {
      simplex[size] = reflected;
    } else {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex[size] = contracted;
      else {
        for (let i = 1; i <= size; i++) {
          const { point } = simplex[i] ?? worst;
          simplex[i] = at(point.map((x, axis) => (x + (best.point[axis] ?? 0)) / 2));
        }
      }
    }
  }
  simplex.sort((a, b) => a.value - b.value);
  const [best] = simplex;
  if (!best) throw new RangeError('Expected a start point with at least one coordinate.');
  return { ...best, settled: false };
}

/** The corners lie within a ten-thousandth of each other: for parameters in logs, that is 0.01 %. */
function isSmall(simplex: readonly Vertex[]): boolean {
  const [first, ...others] = simplex;
  return others.every(({ point }) => point.every((x, i) => Math.abs(x - (first?.point[i] ?? 0)) < 1e-4));
}
