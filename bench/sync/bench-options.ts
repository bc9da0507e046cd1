/** What every part of the benchmark is told. */
export interface BenchOptions {
  /** Orders of a load whose speed is measured. */
  orders: number;
  /** Repetitions of such a load. */
  rounds: number;
  /** Orders of the largest table where tables of several sizes are compared. */
  large: number;
  /** Passes of which the median counts. */
  passes: number;
  /** Customers that the gateway is asked about, and for how long. */
  customers: number;
  seconds: number;
  /** Records a page, as the connectors' `pageSize`. */
  pageSize: number;
  /** The MariaDB or MySQL server; each part makes databases of its own there and drops them. */
  serverUrl: string;
  /** For files that are gone afterwards. */
  folder: string;
  say(line: string): void;
}

/** One figure that has a bar: a ratio of two measurements of one run. */
export interface Figure {
  name: string;
  value: number;
  /** null where it is only told. */
  bar: { least: number } | { most: number } | null;
}

export function meets({ value, bar }: Figure): boolean {
  if (bar === null) return true;
  return 'least' in bar ? value >= bar.least : value <= bar.most;
}

/** For people: what was measured, and whether it is as good as it should be. */
export function lineOf(figure: Figure): string {
  const { name, value, bar } = figure;
  const told = `${name.padEnd(60)} ${value.toFixed(2).padStart(6)}`;
  if (bar === null) return told;
  const wanted = 'least' in bar ? `at least ${bar.least}` : `at most ${bar.most}`;
  return `${told}   ${wanted}: ${meets(figure) ? 'met' : 'MISSED'}`;
}

/** The middle one; of an even number the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
