import { afterAll, describe, expect, it } from '@jest/globals';
import type { Cache, Sql } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { digestOf, gone, openPass, order, party, rejected, version } from './page-builder.ts';

describe.each(databases)('a failure in the middle of a page on $name', (database) => {
  afterAll(() => database.drop());

  it('leaves neither rows nor checkpoint, whichever statement it comes at', async () => {
    const cache = await database.open();
    let failAt = Number.POSITIVE_INFINITY;
    const failing = failingAfter(cache, () => failAt);
    const pass = await openPass(failing);
    await pass.save([order('1', { lines: ['1/1'] }), order('2'), party('a')], { checkpoint: { page: 1 } });
    const before = await digestOf(cache);
    const runBefore = await cache.query('SELECT * FROM sync_runs');

    const page = [
      order('1', { version: version(2), lines: ['1/2'] }),
      order('3', { lines: ['3/1'] }),
      gone('2', version(2)),
      party('a', { version: version(2), name: 'Other' }),
      rejected('4', version(2)),
    ];
    let failures = 0;
    for (failAt = 0; ; failAt += 1) {
      const saved = await pass.save(page, { checkpoint: { page: 2 } }).catch((error: Error) => error);
      if (!(saved instanceof Error)) {
        expect(saved).toEqual({ changed: 3, unchanged: 0, deleted: 1, quarantined: 1 });
        break;
      }
      expect(saved.message).toBe('pulled the plug');
      failures += 1;
      expect(await digestOf(cache)).toBe(before);
      expect(await cache.query('SELECT * FROM sync_runs')).toEqual(runBefore);
      expect((await pass.store.state(pass.lease)).checkpoint).toEqual({ page: 1 });
    }
    expect(failures).toBeGreaterThan(10);
    expect((await pass.store.state(pass.lease)).checkpoint).toEqual({ page: 2 });
  });
});

/** A cache whose transactions fail after `after()` statements. */
function failingAfter(cache: Cache, after: () => number): Cache {
  return {
    ...cache,
    transaction: (work) =>
      cache.transaction((sql) => {
        let statements = 0;
        const tick = () => {
          if (statements === after()) throw new Error('pulled the plug');
          statements += 1;
        };
        const plugged: Sql = {
          dialect: sql.dialect,
          mostBytes: sql.mostBytes,
          query: async (statement, parameters) => {
            tick();
            return sql.query(statement, parameters);
          },
          execute: async (statement, parameters) => {
            tick();
            return sql.execute(statement, parameters);
          },
        };
        return work(plugged);
      }),
  };
}
