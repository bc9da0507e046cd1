import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { countDangling, createDanglingStore } from '../../cache/streams/dangling-references.ts';
import { describeDangling, readDangling } from '../../cli/actions/dangling-references.ts';
import { streamSettings } from '../../config/settings/settings.ts';
import { countReferences } from '../../customer-360/dangling-references.ts';
import { createViewer } from '../../gateway/access/viewer.ts';
import { graphUnderTest } from '../gateway/graph-under-test.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from '../sync-jobs/fake-source.ts';
import { type OrderStream, orderStream } from '../sync-jobs/harness.ts';

const parties = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
const orders = [
  {
    entity: 'order',
    fields: {
      status: { const: 'CONFIRMED' },
      orderNumber: 'number',
      partyId: { paths: ['buyer', 'customer'], system: 'crm' },
    },
  },
  {
    entity: 'orderLine',
    each: 'lines',
    key: ['^.number', 'no'],
    fields: { orderId: 'of', sku: 'no' },
  },
];

describe.each(databases)('references that lead nowhere, in $name', (database) => {
  let cache: Cache;
  let crm: FakeSource;
  let erp: FakeSource;
  let people: OrderStream;
  let sales: OrderStream;

  beforeAll(async () => {
    cache = await database.open();
    crm = createFakeSource({ pageSize: 50 });
    erp = createFakeSource({ pageSize: 50 });
    people = orderStream(crm, cache, { system: 'crm', records: parties });
    sales = orderStream(erp, cache, { system: 'erp', records: orders });
    for (const key of ['4711', '4712']) crm.put(key, { name: `Person ${key}` });
    const order = (key: string, customer: string | null, of = key) =>
      erp.put(key, { number: key, customer, lines: [{ no: '1', of }] });
    order('1', '4711');
    order('2', '4712');
    order('3', null);
    order('4', '000000004711');
    order('5', '4711.0');
    order('6', '4711', '006');
    for (let n = 0; n < 9; n += 1) order(`9${n}`, `gone-${n}`);
    expect(await people.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(await sales.sync()).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 0 });
  });
  afterAll(() => database.drop());

  const settings = () => ({ crm: people.request.source, erp: sales.request.source });
  const counts = async () =>
    Object.fromEntries(
      (await countDangling(cache)).map((one) => [`${one.stream} ${one.entity}.${one.field}`, one.count]),
    );

  it('are counted by stream and field, and others are not', async () => {
    expect(await counts()).toEqual({ 'orders order.partyId': 11, 'orders orderLine.orderId': 1 });
  });

  it('are shown with the key of their record and the value that was read there', async () => {
    const shown = await readDangling({ cache, sources: settings(), within: 60_000 });
    const [ofOrders, ofLines] = shown ?? [];
    expect(ofLines).toEqual({
      system: 'erp',
      stream: 'orders',
      entity: 'orderLine',
      field: 'orderId',
      target: 'order',
      count: 1,
      samples: [{ key: '6', value: '006' }],
    });
    expect(ofOrders?.samples).toHaveLength(3);
    for (const { key, value } of ofOrders?.samples ?? []) expect(value).toBe(erp.truth.get(key)?.data.customer);
    expect(ofLines && describeDangling(ofLines)).toBe(
      '1 of orderLine.orderId leads to no order, for example "006" in record 6',
    );
  });

  it('are counted again when something has changed, and by one process at a time', async () => {
    const store = createDanglingStore(cache);
    expect(await store.last()).toBeNull();
    expect(await countReferences({ cache, holder: 'a' })).toBe(true);
    expect(await countReferences({ cache, holder: 'a' })).toBe(false);
    expect((await store.last())?.found.map(({ count }) => count)).toEqual([11, 1]);

    // the record that nine orders waited for arrives, one that two refer to is deleted
    crm.put('gone-0', { name: 'Late' }, crm.clock.tick());
    expect(await people.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(await countReferences({ cache, holder: 'a' })).toBe(true);
    expect((await store.last())?.found.map(({ count }) => count)).toEqual([10, 1]);
    crm.truth.set('4712', { key: '4712', version: crm.clock.tick(), deleted: true, data: {} });
    expect(await people.sync()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 1 });
    expect(await counts()).toMatchObject({ 'orders order.partyId': 11 });
  });

  it('stops between two parts when it has to, and writes nothing down', async () => {
    const before = await createDanglingStore(cache).last();
    await expect(countDangling(cache, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    crm.put('another', { name: 'x' }, crm.clock.tick());
    await people.sync();
    expect(await countReferences({ cache, holder: 'a', signal: AbortSignal.abort() })).toBe(false);
    expect(await createDanglingStore(cache).last()).toEqual(before);
  });

  it('are in the graph, with values for those who may read personal data only', async () => {
    await countReferences({ cache, holder: 'a' });
    const { graph } = graphUnderTest(cache, undefined, {
      orders: streamSettings.parse({ resource: 'orders', key: 'id', records: orders }),
    });
    const query =
      '{ sources { system streams { stream danglingReferences { entity field target count samples { key value } } } } }';
    const ask = async (scopes: string[]) => {
      const viewer = createViewer({ name: 'user x', scopes, claims: {} });
      const answer = await graph.execute({ query, variables: {}, context: graph.createContext(viewer) });
      if (!('data' in answer) || !answer.data) throw new Error(JSON.stringify(answer));
      const data = JSON.parse(JSON.stringify(answer)).data as {
        sources: {
          system: string;
          streams: { danglingReferences: { samples: { value: string | null }[] }[] | null }[];
        }[];
      };
      return data.sources.find(({ system }) => system === 'erp')?.streams[0]?.danglingReferences;
    };
    const all = await ask(['crm:read', 'erp:read', 'sync:operate', 'pii:read']);
    expect(all).toContainEqual({
      entity: 'orderLine',
      field: 'orderId',
      target: 'order',
      count: 1,
      samples: [{ key: '6', value: '006' }],
    });
    const masked = await ask(['crm:read', 'erp:read', 'sync:operate']);
    expect(masked?.flatMap(({ samples }) => samples.map(({ value }) => value))).toEqual([null, null, null, null]);
  });
});
