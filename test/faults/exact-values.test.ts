import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { type GraphUnderTest, graphUnderTest } from '../gateway/graph-under-test.ts';
import { databases } from '../setup/databases.ts';
import { kindsOfSource, type RunningSource } from './kinds-of-source.ts';
import { streamUnderTest } from './stream-under-test.ts';
import { withoutDefence } from './without-defence.ts';

const THIRTY = '123456789012345678901234567890.1234';

const table = {
  numbers: ['big', 'amount', 'thirty'],
  rows: [
    { id: '1', big: '9007199254740993', code: '00123', amount: '12345678901234.5678', thirty: THIRTY },
    { id: '2', big: '18446744073709551001', code: '1e5', amount: '0.1000', thirty: '0.3000' },
  ],
};

const records = [
  {
    entity: 'order',
    fields: {
      status: { const: 'CONFIRMED' },
      orderNumber: 'big',
      customerReference: 'code',
      sourceStatus: 'thirty',
      totalAmount: 'amount',
    },
  },
];

describe.each(databases)('FAULTS 26: a decimal of 30 digits, an id over 2^53 and "00123" into $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;

  beforeAll(async () => {
    cache = await database.open();
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  async function within(kind: string, work: (source: RunningSource) => Promise<void>): Promise<void> {
    const source = await kindsOfSource[kind]?.(table);
    if (!source) throw new Error(`Expected a kind of source, got ${kind}.`);
    try {
      await work(source);
    } finally {
      await source.stop();
    }
  }

  it.each(Object.keys(kindsOfSource))(
    'are exact from %s through the mapping and the cache to the graph',
    async (kind) => {
      await within(kind, async (source) => {
        const stream = streamUnderTest(cache, kind, source.settings({ records }));
        expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', changed: 2, quarantined: 0 });
        await stream.connector.close();
        const { orders } = await graph.data(
          `{ orders(first: 50, filter: { system: "${kind}" }) { nodes { sourceKey orderNumber customerReference sourceStatus totalAmount { amount } sourceRecord { raw } } } }`,
        );
        const nodes = (orders.nodes as Record<string, unknown>[]).sort((a, b) =>
          String(a.sourceKey) < String(b.sourceKey) ? -1 : 1,
        );
        expect(nodes).toMatchObject([
          {
            orderNumber: '9007199254740993',
            customerReference: '00123',
            sourceStatus: THIRTY,
            totalAmount: { amount: '12345678901234.5678' },
          },
          {
            orderNumber: '18446744073709551001',
            customerReference: '1e5',
            totalAmount: { amount: expect.stringMatching(/^0\.10*$/) },
          },
        ]);
        const raw = JSON.stringify(nodes[0]);
        for (const digits of [THIRTY, '9007199254740993', '00123']) expect(raw).toContain(digits);
      });
    },
  );

  it.each(['rest', 'odata-v4', 'graphql', 'jsonl'])('goes red without: all digits, from %s', async (kind) => {
    await within(kind, async (source) => {
      const stream = streamUnderTest(cache, `${kind}-double`, source.settings({ records }));
      await withoutDefence('all digits', () => stream.sync());
      const numbers = Object.values(await stream.rows()).map(({ orderNumber }) => orderNumber);
      await stream.connector.close();
      expect(numbers).not.toContain('9007199254740993');
    });
  });

  it.each(Object.keys(kindsOfSource))(
    'go to quarantine from %s with all their digits where a decimal cannot hold them',
    async (kind) => {
      await within(kind, async (source) => {
        const [record] = records;
        const tight = [{ ...record, fields: { ...record?.fields, totalAmount: 'thirty' } }];
        const system = `${kind}-tight`;
        const stream = streamUnderTest(cache, system, source.settings({ records: tight }));
        expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', changed: 1, quarantined: 1 });
        await stream.connector.close();
        const [held] = await createQuarantineStore(cache).list({ system, first: 5 });
        expect(held).toMatchObject({
          message: expect.stringContaining('totalAmount'),
          raw: expect.stringContaining(THIRTY),
        });
      });
    },
  );
});
