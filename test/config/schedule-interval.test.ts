import { describe, expect, it } from '@jest/globals';
import { namesBothDays, nextRuns, scheduleInterval } from '../../config/settings/schedule-interval.ts';

const hour = 3600;
const day = 24 * hour;

describe('the interval of a schedule', () => {
  it.each([
    ['*/15 * * * * *', 15],
    ['*/5 * * * *', 300],
    ['17 3 * * *', day],
    ['0 */6 * * *', 6 * hour],
    ['0 8-18 * * *', 14 * hour],
    ['0 8-18 * * 1-5', 3 * day - 10 * hour],
    ['0 0 * * 0', 7 * day],
    ['0 0 1 * *', 31 * day],
    ['0 0 29 2 *', 1461 * day],
  ])('%s: the longest pause', (expression, seconds) => {
    expect(scheduleInterval(expression)).toBe(seconds);
  });
});

describe('a schedule with both day fields', () => {
  it.each(['0 0 13 * 5', '0 3 1,15 * 1', '0 0 3 1-31 * 1', '0 0 L * 5#1'])('%s names both', (expression) => {
    expect(namesBothDays(expression)).toBe(true);
  });

  it.each(['*/5 * * * *', '0 3 1 * *', '0 3 * * 1', '0 0 3 */2 * 1', '0 3 13 * */2'])('%s does not', (expression) => {
    expect(namesBothDays(expression)).toBe(false);
  });

  it('runs where both hold, and the next runs say so', () => {
    const runs = nextRuns('30 4 13 * 5', 3);
    expect(runs).toHaveLength(3);
    for (const run of runs) {
      expect([run.getUTCDate(), run.getUTCDay(), run.toISOString().slice(11)]).toEqual([13, 5, '04:30:00.000Z']);
      expect(run.getTime()).toBeGreaterThan(Date.now());
    }
  });
});
