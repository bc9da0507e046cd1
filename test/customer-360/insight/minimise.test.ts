import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { minimise } from '../../../customer-360/insight/models/minimise.ts';

describe('the simplex method', () => {
  it("finds the end of Rosenbrock's valley", async () => {
    const valley = ([x = 0, y = 0]: readonly number[]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    const { point, settled } = await minimise(valley, [-1.2, 1]);
    expect(settled).toBe(true);
    expect(point[0]).toBeCloseTo(1, 3);
    expect(point[1]).toBeCloseTo(1, 3);
  });

  it('keeps away from where the function has no value', async () => {
    const { point } = await minimise(([x = 0, y = 0]) => (x < 1 ? Number.NaN : x) + y * y, [3, 3]);
    expect(point[0]).toBeCloseTo(1, 3);
  });

  it('lets others in while a costly function is looked at', async () => {
    let turns = 0;
    let running = true;
    const others = (async () => {
      while (running) {
        turns += 1;
        await turn();
      }
    })();
    await minimise(
      ([x = 0, y = 0]) => {
        const until = performance.now() + 1;
        while (performance.now() < until);
        return x * x + y * y;
      },
      [1, 1],
    );
    running = false;
    await others;
    expect(turns).toBeGreaterThan(2);
  });
});
