import { describe, expect, it } from '@jest/globals';
import { lookBack, sourceClock, withPlausibleVersion } from '../../sync-jobs/pass/version-window.ts';

const lookback = 120_000;

describe('the lookback', () => {
  it('goes back in time for instants, in whole days for dates, in steps for integers', () => {
    expect(lookBack('2026-03-01T00:01:00.654321Z', { type: 'instant', lookback })).toBe('2026-02-28T23:59:00.654321Z');
    expect(lookBack('2026-03-01', { type: 'date', lookback })).toBe('2026-02-28');
    expect(lookBack('2026-03-01', { type: 'date', lookback: 0 })).toBe('2026-03-01');
    expect(lookBack('00000000009007199254', { type: 'integer', lookback: 4 })).toBe('00000000009007199250');
    expect(lookBack('09007199254740993123', { type: 'integer', lookback: 1 })).toBe('09007199254740993122');
    expect(lookBack('00000000000000000003', { type: 'integer', lookback })).toBe('00000000000000000000');
  });
});

describe('a version from the future', () => {
  const now = '2026-03-01T08:00:00.000000Z';
  const record = { key: '1', deleted: false, data: {} };
  const versionOf = (version: string | null, type: 'instant' | 'date' | 'integer') =>
    withPlausibleVersion({ ...record, version }, now, { type, lookback }).version;

  it('is brought down to a lookback before the clock of the source, so that a correction committed late still wins', () => {
    expect(versionOf('2099-01-01T00:00:00.000000Z', 'instant')).toBe('2026-03-01T07:58:00.000000Z');
    expect(versionOf('2099-01-01', 'date')).toBe('2026-03-01');
  });

  it('is left alone when it is within what clocks differ by, when it is an integer, and when there is none', () => {
    expect(versionOf('2026-03-01T08:01:59.999999Z', 'instant')).toBe('2026-03-01T08:01:59.999999Z');
    expect(versionOf('2026-03-02', 'date')).toBe('2026-03-02');
    expect(versionOf('99999999999999999999', 'integer')).toBe('99999999999999999999');
    expect(versionOf(null, 'instant')).toBeNull();
  });
});

describe('the clock of the source', () => {
  it('starts at its own time and goes on by ours', () => {
    let hub = 5_000;
    const clock = sourceClock('2026-03-01T08:00:00.000007Z', () => hub);
    hub += 61_000;
    expect(clock()).toBe('2026-03-01T08:01:01.000007Z');
  });

  it('is ours where the source tells none', () => {
    expect(sourceClock(null, () => 0)()).toBe('1970-01-01T00:00:00.000000Z');
  });
});
