import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

describe.each(databases)('verify of a list that cannot be asked for single records, on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let stream: OrderStream;
  let system: string;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    count += 1;
    system = `shop${count}`;
    source = createFakeSource({ pageSize: 50 });
    source.asksByKey = false;
    stream = orderStream(source, cache, { system, lookback: '1s' });
    for (let key = 1; key <= 129; key += 1) source.put(String(key), { number: `A-${key}`, date: '2026-03-01' });
    await stream.sync();
    source.clock.tick(600_000);
  });

  const cutAt = (records: number) => {
    source.cut = records;
    source.evidence = { total: null, doubt: `the list has exactly ${records} records` };
  };
  const held = async () => Object.keys(await stream.orders()).length;
  const pulls = () => source.asked.filter((asked) => asked.startsWith('pull')).length;

  it.each([false, true])('deletes nothing when the server cuts the list (repair: %s)', async (repair) => {
    cutAt(100);
    const report = await stream.verify({ repair });
    expect(report).toMatchObject({
      ...{ outcome: 'UNPROVED', equal: 100, unseen: 29, missing: 0, extra: 0, different: 0 },
      ...{ source: { records: 100, aside: 0 }, cache: { records: 100, aside: 29 } },
      completeness: { status: 'UNKNOWN' },
      unproved:
        'the list of the source may be cut: the list has exactly 100 records, and 29 records of the cache were not in it',
    });
    expect(await held()).toBe(129);
    const quick = await stream.verify({ thoroughness: 'quick', repair });
    expect(quick).toMatchObject({ outcome: 'UNPROVED', equal: 100, unseen: 29 });
    expect(await held()).toBe(129);
  });

  it('still names what differs in the part that the server shows, and a repair mends that alone', async () => {
    cutAt(100);
    await cache.execute("UPDATE orders SET order_number = 'forged' WHERE `system` = ? AND source_key = '7'", [system]);
    expect(await stream.verify()).toMatchObject({ outcome: 'DIFFERENT', different: 1, equal: 99, unseen: 29 });
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'UNPROVED', repair: { repaired: 1 } });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('decides by one more read for all suspects together', async () => {
    for (const key of ['7', '8']) {
      await cache.execute('UPDATE orders SET order_number = ? WHERE `system` = ? AND source_key = ?', [
        'x',
        system,
        key,
      ]);
    }
    source.remove('9');
    source.asked.length = 0;
    expect(await stream.verify()).toMatchObject({
      ...{ outcome: 'DIFFERENT', different: 2, undecided: 1, equal: 126 },
      differences: [{ key: '7', fields: [{ field: 'orderNumber', source: 'A-7', cache: 'x' }] }, { key: '8' }],
      undecidedRecords: [{ key: '9', kind: 'EXTRA' }],
    });
    expect(pulls()).toBe(2);
    expect(source.asked.filter((asked) => asked.startsWith('read'))).toEqual([]);
  });

  it('deletes in a repair what two complete reads do not show', async () => {
    source.remove('9');
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL', repair: { repaired: 1 } });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it.each(['first', 'second'] as const)(
    'deletes nothing in a repair when only one of the reads was complete: the %s was cut',
    async (which) => {
      let reads = 0;
      source.faults.page = (index) => {
        if (index === 0) reads += 1;
        const isCut = which === 'first' ? reads === 1 : reads > 1;
        source.cut = isCut ? 100 : null;
        source.evidence = isCut
          ? { total: null, doubt: 'the list has exactly 100 records' }
          : { total: null, doubt: null };
      };
      source.remove('9');
      source.remove('120');
      expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'UNPROVED', extra: 0 });
      expect(await held()).toBe(129);
    },
  );

  it('counts a record that comes twice once', async () => {
    source.faults.again = (index) => (index === 2 ? ['3', '4', '5', '60'] : index === 1 ? ['3'] : []);
    for (const thoroughness of ['proof', 'full'] as const) {
      const report = await stream.verify({ thoroughness });
      expect(report).toMatchObject({ outcome: 'EQUAL', equal: 129, source: { records: 129 } });
      if (report.outcome === 'EQUAL') expect(report.cache).toEqual(report.source);
    }
    source.asksByKey = true;
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', equal: 129 });
  });

  it('counts the records that were found by key, where the list was cut and the source can be asked', async () => {
    cutAt(100);
    source.asksByKey = true;
    source.remove('3');
    const report = await stream.verify();
    // 101 in the list by then, and the others by key.
    expect(report).toMatchObject({
      outcome: 'UNPROVED',
      equal: 128,
      undecided: 1,
      unseen: 0,
      source: { records: 128 },
    });
    expect(await held()).toBe(129);
  });

  it.each(['proof', 'full'] as const)(
    'fails with both numbers when fewer records come than the source counts, twice (%s)',
    async (thoroughness) => {
      source.cut = 100;
      source.evidence = { total: 129, doubt: null };
      source.asked.length = 0;
      const report = await stream.verify({ thoroughness });
      expect(report).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_INCOMPLETE' } });
      if (report.outcome === 'FAILED') expect(report.error.message).toMatch(/129.*100/);
      expect(pulls()).toBe(2);
      // A count that was a moment older than the list is not taken for a loss.
      source.faults.page = (index) => {
        if (index === 0 && pulls() > 3) Object.assign(source, { cut: null });
      };
      expect(await stream.verify({ thoroughness })).toMatchObject({
        outcome: 'EQUAL',
        completeness: { status: 'COUNTED', total: 129 },
      });
    },
  );
});
