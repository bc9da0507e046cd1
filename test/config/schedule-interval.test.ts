import { describe, expect, it } from '@jest/globals';
import { scheduleInterval } from '../../config/schedule-interval.ts';

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
