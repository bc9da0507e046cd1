import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '../../../cache/database/database.ts';
import { connect } from '../../../connectors/kinds.ts';
import { runSync } from '../../../sync-jobs/pass/run-sync.ts';
import { reconcile } from '../../../sync-jobs/reconcile/reconcile.ts';
import { databases } from '../../setup/databases.ts';
import { createDice } from '../dice.ts';
import { fault } from '../fault.ts';
import { populate } from '../landscape/edit-truth.ts';
import type { Protocol, WireFaultKind } from '../landscape/landscape.ts';
import { startLandscape } from '../landscape/start-landscape.ts';
import { createTruth, type Truth, type TruthRow } from '../landscape/truth.ts';
import { createProcessImage } from '../process-image.ts';
import { compareAtRest } from '../rounds/come-to-rest.ts';
import { differencesOf } from '../rounds/compare.ts';
import { type Play, requestOf, withProcess } from '../rounds/play.ts';

// Long on a busy machine: many passes, real processes.
jest.setTimeout(180_000);

describe.each(databases)('real sources, page by page, into $name', (database) => {
  let cache: Cache;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  /** A source and what the hub has of it, for the length of a test. */
  async function withSource(
    protocol: Protocol,
    flavour: string,
    work: (play: Play, truth: Truth) => Promise<void>,
    rows = 0,
  ): Promise<void> {
    count += 1;
    const truth = createTruth();
    const editor = { truth, dice: createDice(count), protocol, mark: `p${count}` };
    populate(editor, rows);
    const landscape = await startLandscape(protocol, { truth, flavour });
    const system = `p${count}-${protocol}`;
    const outcomes = new Map<string, number>();
    try {
      await work({ protocol, cache, landscape, editor, system, mapping: 1, outcomes, processes: 0 }, truth);
    } finally {
      await landscape.stop();
    }
  }

  /** One pass over the partners; what happens at the nth call to the source is given. */
  async function pass(play: Play, onSourceCall?: (call: number) => void) {
    let calls = 0;
    const life = {
      fate: null,
      onSourceCall: async () => {
        onSourceCall?.(calls);
        calls += 1;
        await play.landscape.publish();
      },
    };
    const runs: Awaited<ReturnType<typeof runSync>>[] = [];
    await play.landscape.publish();
    await withProcess(play, life, async (process, source) => {
      runs.push(await runSync(requestOf(play, process, source, 'partners')));
    });
    const [run] = runs;
    if (!run) throw new Error('Expected a run.');
    return run;
  }

  /** The names of the partners in the cache, in order. */
  async function names({ system }: Play): Promise<string[]> {
    const rows = await cache.query<{ display_name: string }>('SELECT display_name FROM parties WHERE `system` = ?', [
      system,
    ]);
    return rows.map(({ display_name: name }) => name).sort();
  }

  const namesOf = (truth: Truth) => [...truth.rows.partners.values()].map(({ fields }) => String(fields.name)).sort();

  function partner(n: number, stamp: string | null): TruthRow {
    const key = `K${String(n).padStart(3, '0')}`;
    const created = '2026-03-01T08:00:00.0000000Z';
    return { key, created, stamp, fields: { name: `partner ${n}`, tax: null, mail: null } };
  }

  const keyset: [Protocol, string][] = [
    ['odata-v2', 'keyset'],
    ['odata-v4', 'keyset'],
    ['sql', 'sqlite'],
  ];

  for (const [protocol, flavour] of keyset) {
    fault(3, `of more equal stamps than a page holds every row arrives (${protocol})`, 'tie order', () =>
      withSource(protocol, flavour, async (play, truth) => {
        const stamp = '2026-03-01T08:00:00.5000000Z';
        for (let n = 0; n < 23; n += 1) truth.put('partners', partner(n, stamp));
        truth.tick(600_000);
        await pass(play);
        expect(await names(play)).toEqual(namesOf(truth));
      }),
    );

    fault(7, `a row without a stamp is read by every pass (${protocol})`, 'null sweep', () =>
      withSource(protocol, flavour, async (play, truth) => {
        for (let n = 0; n < 8; n += 1) truth.put('partners', partner(n, truth.now()));
        truth.put('partners', partner(8, null));
        await pass(play);
        truth.tick(600_000);
        truth.put('partners', { ...partner(8, null), fields: { name: 'another name', tax: null, mail: null } });
        truth.put('partners', partner(9, null));
        expect(await pass(play)).toMatchObject({ mode: 'INCREMENTAL' });
        expect(await names(play)).toEqual(namesOf(truth));
      }),
    );
  }

  fault(5, 'stamps finer than the source tells neither hide a row nor lead round in a circle', 'finer stamps', () =>
    withSource('odata-v2', 'keyset', async (play, truth) => {
      // All in one millisecond, of which v2 tells no more.
      for (let n = 0; n < 23; n += 1) {
        truth.put('partners', partner(n, `2026-03-01T08:00:00.123${String(n * 43).padStart(4, '0')}Z`));
      }
      truth.tick(600_000);
      expect(await pass(play)).toMatchObject({ outcome: 'SUCCEEDED' });
      expect(await names(play)).toEqual(namesOf(truth));
    }),
  );

  it.each<[Protocol, string]>([
    ['odata-v4', 'keyset'],
    ['rest', 'cursor'],
    ['sql', 'sqlite'],
  ])(
    'FAULTS 5: what changes within a microsecond or less of the last stamp arrives (%s)',
    async (protocol, flavour) => {
      await withSource(protocol, flavour, async (play, truth) => {
        truth.put('partners', partner(1, '2026-03-01T08:00:00.0000011Z'));
        truth.tick(60_000);
        await pass(play);
        truth.put('partners', partner(2, '2026-03-01T08:00:00.0000013Z'));
        truth.put('partners', partner(3, '2026-03-01T08:00:00.0000029Z'));
        expect(await pass(play)).toMatchObject({ mode: 'INCREMENTAL', changed: 2 });
        expect(await names(play)).toEqual(namesOf(truth));
      });
    },
  );

  const garbled: WireFaultKind[] = ['login page', 'cut off', 'not gzip', 'reset in the answer'];
  for (const is of garbled) {
    fault(12, `${is}: a failed run, never "an empty page"`, 'page errors', () =>
      withSource(
        'rest',
        'cursor',
        async (play) => {
          // The answer about the clock is whole; the second page of partners is not, nor is any other try.
          play.landscape.disturb([{ at: 2, times: 9, is }]);
          const run = await pass(play);
          expect({ is, outcome: run.outcome }).toEqual({ is, outcome: 'FAILED' });
          expect(run).toMatchObject({ read: 5 });
          expect(await compareAtRest(play)).toEqual([]);
        },
        20,
      ),
    );
  }

  for (const [protocol, flavour] of keyset.slice(0, 2)) {
    fault(
      11,
      `a scan that ends before the source has counted to its end is not believed (${protocol})`,
      'complete scan',
      () =>
        withSource(
          protocol,
          flavour,
          async (play) => {
            await pass(play);
            await withProcess(play, { fate: null }, async (process, source) => {
              // The clock, the count and the first page of keys; the second page is empty, as if it were the last.
              play.landscape.disturb([{ at: 4, times: 1, is: 'nothing there' }]);
              const run = await reconcile(requestOf(play, process, source, 'partners'));
              expect(run).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_PROTOCOL' }, deleted: 0 });
            });
            expect(await compareAtRest(play)).toEqual([]);
          },
          20,
        ),
    );
  }

  for (const flavour of ['page', 'offset'] as const) {
    fault(17, `rows that go while a list is paged push none out of sight (rest by ${flavour})`, 'moved pages', () =>
      withSource('rest', flavour, async (play, truth) => {
        for (let n = 0; n < 23; n += 1) {
          truth.put('partners', partner(n, truth.now()));
          truth.tick(1_000);
        }
        await pass(play, (call) => {
          if (call === 2) for (const n of [0, 1, 3]) truth.remove('partners', partner(n, null).key);
        });
        const stayed = namesOf(truth);
        expect((await names(play)).filter((name) => stayed.includes(name))).toEqual(stayed);
      }),
    );
  }

  it.each<[Protocol, string]>([...keyset, ['odata-v4', 'links'], ['rest', 'cursor'], ['rest', 'link']])(
    'FAULTS 17: rows that come and go while it is read leave nothing out (%s, %s)',
    async (protocol, flavour) => {
      await withSource(protocol, flavour, async (play, truth) => {
        for (let n = 0; n < 23; n += 1) {
          truth.put('partners', partner(n, truth.now()));
          truth.tick(1_000);
        }
        await pass(play, (call) => {
          truth.remove('partners', partner(call * 3, null).key);
          truth.put('partners', partner(30 + call, truth.now()));
          truth.tick(1_000);
        });
        const stayed = namesOf(truth);
        await pass(play);
        expect((await names(play)).filter((name) => stayed.includes(name))).toEqual(stayed);
      });
    },
  );

  for (const [protocol, flavour] of [
    ['odata-v4', 'links'],
    ['rest', 'cursor'],
    ['rest', 'link'],
  ] as const) {
    fault(
      18,
      `the same next page twice is noticed and fails the run (${protocol} by ${flavour})`,
      'loop detection',
      () =>
        withSource(
          protocol,
          flavour,
          async (play) => {
            const asked = { at: 3, times: 40, is: 'same page again' as const };
            play.landscape.disturb([asked]);
            const stop = AbortSignal.timeout(4_000);
            const source = play.landscape.settings({ mapping: 1, timeout: '20s' });
            const connector = connect({ system: play.system, settings: source });
            const process = createProcessImage({ cache, connector, fate: null });
            let pages = 0;
            const run = await runSync({
              ...requestOf(play, process, source, 'partners'),
              // What goes round in a circle would do so for ever.
              signal: stop,
              onProgress: () => {
                pages += 1;
              },
            });
            await connector.close();
            expect(run).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_PROTOCOL' } });
            expect(pages).toBeLessThan(8);
          },
          24,
        ),
    );
  }

  fault(
    24,
    'a partner that goes up in another one, and one that gets another key, take their links along',
    'dirty marks',
    () =>
      withSource('rest', 'cursor', async (play, truth) => {
        const tax = (n: number, id: string) => ({
          ...partner(n, truth.now()),
          fields: { name: `p ${n}`, tax: id, mail: null },
        });
        const order = (key: string, of: TruthRow): TruthRow => ({
          ...partner(0, truth.now()),
          key,
          fields: { number: key, partner: of.key, total: '1.0000', day: '2026-03-01' },
        });
        const [a, b, c] = [tax(1, 'DE1'), tax(2, 'DE2'), tax(3, 'DE3')];
        for (const row of [a, b, c]) truth.put('partners', row);
        for (const [key, of] of [
          ['A1', a],
          ['B1', b],
          ['C1', c],
        ] as const)
          truth.put('orders', order(key, of));
        expect(await compareAtRest(play)).toEqual([]);

        // b goes up in a; c becomes d.
        truth.tick(1_000);
        truth.remove('partners', b.key);
        truth.put('orders', order('B1', a));
        truth.remove('partners', c.key);
        const d = { ...tax(4, 'DE3'), created: truth.now() };
        truth.put('partners', d);
        truth.put('orders', order('C1', d));
        expect(await compareAtRest(play)).toEqual([]);

        const { system, protocol } = play;
        expect(await differencesOf({ truth, cache, system, protocol, status: 'CONFIRMED' })).toEqual([]);
        const links = await cache.query(
          'SELECT l.party_id FROM customer_links l JOIN parties p ON p.id = l.party_id WHERE p.`system` = ?',
          [system],
        );
        expect(links).toHaveLength(2);
      }),
  );
});
