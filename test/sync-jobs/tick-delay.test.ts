import { describe, expect, test } from '@jest/globals';
import { tickDelay } from '../../sync-jobs/schedule/tick-delay.ts';

const delays = (schedule: string, all: number) =>
  Array.from({ length: all }, (_, place) => tickDelay(schedule, { place, all }));

describe('streams with one schedule', () => {
  test('begin one after another, the first at the tick', () => {
    expect(delays('*/3 * * * * *', 4)).toEqual([0, 250, 500, 750]);
  });

  test('begin within five seconds of the tick, however seldom it comes', () => {
    expect(delays('17 3 * * *', 5)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
  });

  test('begin at the tick where there is only one', () => {
    expect(delays('*/3 * * * * *', 1)).toEqual([0]);
  });
});
