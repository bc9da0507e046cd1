import { describe, expect, it } from '@jest/globals';
import { compareKeys, guardShrink } from '../../sync-jobs/reconcile/compare-keys.ts';

const known = (versions: Record<string, string | null>) =>
  new Map(Object.entries(versions).map(([key, version]) => [key, { version }]));

describe('a scan of the source against the cache', () => {
  it('finds what is missing, what is unknown, what is newer in the source, and what carries no version', () => {
    const scanned = new Map([
      ['same', '1'],
      ['newer', '3'],
      ['older', '1'],
      ['unknown', '1'],
      ['null', null],
    ]);
    const comparison = compareKeys({
      scanned,
      known: known({ same: '1', newer: '2', older: '2', null: null, gone: '1' }),
    });
    expect(comparison).toEqual({ missing: ['gone'], toRead: ['newer', 'unknown', 'null'] });
  });

  it('compares by key alone where the source tells no versions', () => {
    const scanned = new Map([
      ['a', null],
      ['b', null],
    ]);
    expect(compareKeys({ scanned, known: known({ a: '1' }) })).toEqual({ missing: [], toRead: ['b'] });
  });

  it('is not believed when more than half of the known records are missing', () => {
    const stream = { system: 'erp', stream: 'orders' };
    expect(() => guardShrink({ ...stream, known: 10, missing: 6 })).toThrow(/6 of them are missing/);
    expect(() => guardShrink({ ...stream, known: 1, missing: 1 })).toThrow(/nothing was deleted/);
    expect(() => guardShrink({ ...stream, known: 10, missing: 5 })).not.toThrow();
    expect(() => guardShrink({ ...stream, known: 0, missing: 0 })).not.toThrow();
  });
});
