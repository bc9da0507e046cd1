import { describe, expect, it } from '@jest/globals';
import { type CursorSettings, streamSettings } from '../../config/settings/settings.ts';
import { readingHash } from '../../sync-jobs/pass/reading-hash.ts';

const stream = { resource: 'orders', key: 'id', records: [{ entity: 'order', fields: { status: 'status' } }] };
const hashOf = (change: object) => readingHash('rest', { ...streamSettings.parse(stream), ...change });

describe('the hash of what a stream reads', () => {
  it('changes with whatever decides which records come, options of the kind included', () => {
    const changes = [
      { resource: 'sales' },
      { key: 'number' },
      { filter: 'x eq 1' },
      { nulls: [false] },
      { params: { all: '1' } },
    ];
    const hashes = [hashOf({}), ...changes.map(hashOf), readingHash('odata', streamSettings.parse(stream))];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('stays with the schedule, the page size, the threshold and the lookback, and with the order of the keys', () => {
    expect(hashOf({ schedule: '0 * * * *', pageSize: 7, quarantineThreshold: 0.5 })).toBe(hashOf({}));
    const cursor = (lookback: number): CursorSettings => ({ field: 'changed', type: 'instant', lookback });
    const { records, ...rest } = streamSettings.parse(stream);
    const turned = readingHash('rest', { records, cursor: cursor(1), ...rest });
    expect(readingHash('rest', { ...rest, records, cursor: cursor(2) })).toBe(turned);
  });
});
