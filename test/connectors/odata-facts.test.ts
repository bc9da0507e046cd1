import { afterEach, describe, expect, it } from '@jest/globals';
import type { Connector, SourceRecord } from '../../connectors/connector.ts';
import { cutList } from '../../connectors/json/cut-list.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { readMetadata } from '../../connectors/odata/metadata.ts';
import { entityPlaces, readEntityPage } from '../../connectors/odata/wire.ts';
import { type Answer, type Loopback, startLoopback } from './loopback.ts';
import { type EntitySetModel, ODATA_LOGIN, startOdataServer } from './odata-server.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const live = () => new AbortController().signal;
const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'Name' } }];

function settingsOf(origin: string, version: 2 | 4, stream: object) {
  const url = `${origin}/sap/opu/odata/sap/SERVICE`;
  const things = { resource: 'Things', key: 'Id', records, ...stream };
  return sourceSchema.parse({
    kind: 'odata',
    url,
    version,
    auth: { type: 'basic', ...ODATA_LOGIN },
    timeout: '2s',
    streams: { things },
  });
}

async function serve(version: 2 | 4, set: EntitySetModel, stream: object, options: object = {}) {
  const server = await startOdataServer({ version, sets: { Things: set }, ...options });
  return { server, connector: connectTo(server, version, stream) };
}

function connectTo(server: Loopback, version: 2 | 4, stream: object): Connector {
  const connector = connect({ system: 'erp', settings: settingsOf(server.origin, version, stream) });
  cleanups.push(server.stop, () => connector.close());
  return connector;
}

async function read(connector: Connector, since: string | null = null): Promise<SourceRecord[]> {
  const all: SourceRecord[] = [];
  for await (const page of connector.pull('things', { since, resume: null }, live())) all.push(...page.records);
  return all;
}

const keysOf = (some: SourceRecord[]) => some.map(({ key }) => key);
const filtersOf = ({ requests }: Loopback) =>
  requests
    .map((request) => new URL(request, 'http://h').searchParams.get('$filter'))
    .filter((filter) => filter !== null);

const text = { edm: 'Edm.String' };
const ticks = (value: string) => `"/Date(${Date.parse(`${value.replace('Z', '')}Z`)})/"`;
const ticksWithOffset = (value: string) => `"/Date(${Date.parse(value)}+0000)/"`;

describe('stamps of a date and a time apart, null until the first change (v2 business partners)', () => {
  const partners: Record<string, string | null>[] = [
    { Id: 'B1', LastChangeDate: null, LastChangeTime: null },
    { Id: 'B2', LastChangeDate: '2025-01-02T00:00:00', LastChangeTime: 'PT08H05M00S' },
    { Id: 'B3', LastChangeDate: '2025-01-02T00:00:00', LastChangeTime: 'PT15H32M21S' },
    { Id: 'B4', LastChangeDate: '2025-01-03T00:00:00', LastChangeTime: 'PT01H00M00S' },
    { Id: 'B5', LastChangeDate: null, LastChangeTime: null },
    { Id: 'B6', LastChangeDate: '2025-01-02T00:00:00', LastChangeTime: 'PT15H32M21S' },
  ];
  const set: EntitySetModel = {
    key: ['Id'],
    properties: {
      Id: text,
      LastChangeDate: { edm: 'Edm.DateTime', write: ticks },
      LastChangeTime: { edm: 'Edm.Time' },
    },
    entities: () => partners,
  };
  const stream = { cursor: { field: 'LastChangeDate', time: 'LastChangeTime' }, pageSize: 2 };

  it('are read as one instant, records without them first', async () => {
    const { connector } = await serve(2, set, stream);
    const all = await read(connector);
    expect(all.map(({ key, version }) => [key, version])).toEqual([
      ['B1', null],
      ['B5', null],
      ['B2', '2025-01-02T08:05:00.000000Z'],
      ['B3', '2025-01-02T15:32:21.000000Z'],
      ['B6', '2025-01-02T15:32:21.000000Z'],
      ['B4', '2025-01-03T01:00:00.000000Z'],
    ]);
  });

  it('are asked for since a moment within a day, and records without them each time', async () => {
    const { connector, server } = await serve(2, set, stream);
    expect(keysOf(await read(connector, '2025-01-02T15:32:21.000000Z'))).toEqual(['B1', 'B5', 'B3', 'B6', 'B4']);
    expect(filtersOf(server)).toContain(
      "(LastChangeDate gt datetime'2025-01-02T00:00:00' or (LastChangeDate eq datetime'2025-01-02T00:00:00' and LastChangeTime ge time'PT15H32M21S'))",
    );
  });
});

describe('a day of creation behind stamps of a date and a time apart', () => {
  const never = { LastChangeDate: null, LastChangeTime: null };
  const partners: Record<string, string | null>[] = [
    { Id: 'B1', ...never, CreationDate: '2024-12-01T00:00:00' },
    { Id: 'B2', ...never, CreationDate: '2025-01-02T00:00:00' },
    {
      Id: 'B3',
      LastChangeDate: '2025-01-02T00:00:00',
      LastChangeTime: 'PT15H32M21S',
      CreationDate: '2024-12-01T00:00:00',
    },
    {
      Id: 'B4',
      LastChangeDate: '2025-01-02T00:00:00',
      LastChangeTime: 'PT08H00M00S',
      CreationDate: '2024-12-01T00:00:00',
    },
    { Id: 'B5', ...never, CreationDate: '2024-12-02T00:00:00' },
  ];
  const day = { edm: 'Edm.DateTime', write: ticks };
  const set: EntitySetModel = {
    key: ['Id'],
    properties: {
      Id: text,
      LastChangeDate: day,
      LastChangeTime: { edm: 'Edm.Time' },
      CreationDate: { ...day, nullable: false },
    },
    entities: () => partners,
  };
  const stream = { cursor: { field: ['LastChangeDate', 'CreationDate'], time: 'LastChangeTime' }, pageSize: 2 };

  it('reads everything once in full, and of those never changed only the new ones since a moment', async () => {
    const { connector } = await serve(2, set, stream);
    expect(keysOf(await read(connector))).toEqual(['B1', 'B5', 'B2', 'B4', 'B3']);
    expect(keysOf(await read(connector, '2025-01-02T12:00:00.000000Z'))).toEqual(['B2', 'B3']);
  });
});

describe('several stamps', () => {
  const rows: Record<string, string | null>[] = [
    { Id: 'K1', Changed: null, Created: '2025-01-01T00:00:00Z' },
    { Id: 'K2', Changed: '2025-01-05T00:00:00Z', Created: '2025-01-01T00:00:00Z' },
    { Id: 'K3', Changed: null, Created: '2025-01-04T00:00:00Z' },
    { Id: 'K4', Changed: '2025-01-02T00:00:00Z', Created: '2025-01-01T00:00:00Z' },
  ];
  const stamp = { edm: 'Edm.DateTimeOffset' };
  const set = (nullable: boolean): EntitySetModel => ({
    key: ['Id'],
    properties: { Id: text, Changed: stamp, Created: { ...stamp, nullable } },
    entities: () => rows,
  });
  const stream = { cursor: { field: ['Changed', 'Created'] }, pageSize: 1 };

  it('count in their order: a record that was never changed has its creation', async () => {
    const { connector } = await serve(4, set(true), stream);
    expect(keysOf(await read(connector)).sort()).toEqual(['K1', 'K2', 'K3', 'K4']);
    expect(keysOf(await read(connector, '2025-01-03T00:00:00.000000Z')).sort()).toEqual(['K2', 'K3']);
  });

  it('are not asked for being null where $metadata says they never are', async () => {
    const { connector, server } = await serve(4, set(false), stream);
    expect(keysOf(await read(connector)).sort()).toEqual(['K1', 'K2', 'K3', 'K4']);
    expect(filtersOf(server).some((filter) => filter.includes('Created eq null'))).toBe(false);
  });
});

describe('stamps finer than what v2 tells', () => {
  it('lose no record, though "after this one" is the same page again', async () => {
    const rows = Array.from({ length: 10 }, (_, n) => ({
      Id: `K${n}`,
      Changed: `2025-01-01T00:00:00.${1234560 + n}Z`,
    }));
    const set: EntitySetModel = {
      key: ['Id'],
      properties: { Id: text, Changed: { edm: 'Edm.DateTimeOffset', nullable: false, write: ticksWithOffset } },
      entities: () => rows,
    };
    const { connector } = await serve(2, set, { cursor: { field: 'Changed' }, pageSize: 3 }, { maxPage: 3 });
    expect(new Set(keysOf(await read(connector)))).toEqual(new Set(rows.map(({ Id }) => Id)));
  });
});

describe('stamps that are only a day', () => {
  it('are read again from that day on', async () => {
    const rows = ['01', '02', '02', '03'].map((day, n) => ({ Id: `D${n}`, LastChangeDate: `2025-01-${day}` }));
    const set: EntitySetModel = {
      key: ['Id'],
      properties: { Id: text, LastChangeDate: { edm: 'Edm.Date' } },
      entities: () => rows,
    };
    const { connector } = await serve(4, set, { cursor: { field: 'LastChangeDate', type: 'date' }, pageSize: 1 });
    const changed = (await read(connector, '2025-01-02')).filter(({ version }) => version !== null);
    expect(changed.map(({ key, version }) => [key, version])).toEqual([
      ['D1', '2025-01-02'],
      ['D2', '2025-01-02'],
      ['D3', '2025-01-03'],
    ]);
  });
});

describe('an entity', () => {
  it('of v2 comes without envelopes, links and ticks, its items as a list', async () => {
    const set: EntitySetModel = {
      key: ['Id'],
      properties: { Id: text, CreationDate: { edm: 'Edm.DateTime', write: ticks }, Amount: { edm: 'Edm.Decimal' } },
      entities: () => [{ Id: '1', CreationDate: '2025-01-02T00:00:00', Amount: '51006.160' }],
      more: (_, expand) =>
        expand === 'to_Item'
          ? '"to_Item":{"results":[{"__metadata":{},"Item":"10"},{"Item":"20"}]}'
          : '"to_Item":{"__deferred":{"uri":"x"}}',
    };
    const { connector } = await serve(2, set, { expand: ['to_Item'] });
    expect((await read(connector))[0]?.data).toEqual({
      Id: '1',
      CreationDate: '2025-01-02T00:00:00',
      Amount: '51006.160',
      to_Item: [{ Item: '10' }, { Item: '20' }],
    });
    const { connector: flat } = await serve(2, set, {});
    expect((await read(flat))[0]?.data).not.toHaveProperty('to_Item');
  });

  it('of v4 comes without control information', () => {
    const value = [{ '@odata.etag': 'x', Id: '1', 'Items@odata.context': 'y', Items: [{ '@odata.id': 'z', No: 1 }] }];
    const { rest, list } = cutList({ value: value as never }, entityPlaces[4]);
    expect(readEntityPage(list, rest, 4).items).toEqual([{ data: { Id: '1', Items: [{ No: 1 }] }, partial: [] }]);
  });

  it('keeps annotations that are data, and properties that look like control information', () => {
    const value = [{ Id: '1', 'Status@OData.Community.Display.V1.FormattedValue': 'Open', results: [1], odata: 2 }];
    const { rest, list } = cutList({ value: value as never }, entityPlaces[4]);
    expect(readEntityPage(list, rest, 4).items).toEqual([{ data: value[0], partial: [] }]);
  });

  it.each([
    ['odata.nextLink', 3],
    ['@odata.nextLink', 4],
    ['@nextLink', 4],
    ['@odata.nextlink', 4],
    ['nextLink', 4],
    ['odata.nextLink', 4],
  ] as const)('comes with the next link in the spelling %s', (name, version) => {
    const { rest, list } = cutList({ value: [], [name]: 'Things?page=2' }, entityPlaces[version]);
    expect(readEntityPage(list, rest, version).nextLink).toBe('Things?page=2');
  });

  it('is mapped with its items as records of their own', async () => {
    const set: EntitySetModel = {
      key: ['Id'],
      properties: { Id: text },
      entities: () => [{ Id: '1' }],
      more: () => '"Items":[{"No":10,"Qty":"1.500"}]',
    };
    const lines = {
      entity: 'orderLine',
      each: 'Items',
      key: ['^.Id', 'No'],
      fields: { orderId: '^.Id', lineNo: 'No', orderedQty: 'Qty' },
    };
    const { connector, server } = await serve(4, set, { expand: ['Items'] });
    const stream = settingsOf(server.origin, 4, { records: [lines] }).streams.things;
    if (!stream) throw new Error('expected the stream');
    const mapped = await compileMapping({ system: 'erp', streamName: 'things', stream }).mapPage(await read(connector));
    expect(mapped).toMatchObject([{ rows: [{ key: '1/10', fields: { lineNo: 10, orderedQty: '1.5' } }] }]);
  });

  it('whose flag says so is deleted', async () => {
    const set: EntitySetModel = {
      key: ['Id'],
      properties: { Id: text, IsMarkedForArchiving: { edm: 'Edm.Boolean', write: (value) => value } },
      entities: () => [
        { Id: '1', IsMarkedForArchiving: 'true' },
        { Id: '2', IsMarkedForArchiving: 'false' },
      ],
    };
    const { connector } = await serve(4, set, {
      deletes: { flag: 'IsMarkedForArchiving', values: ['true'] },
      select: ['Id'],
    });
    expect((await read(connector)).map(({ key, deleted }) => [key, deleted])).toEqual([
      ['1', true],
      ['2', false],
    ]);
  });
});

describe('compound keys', () => {
  it('page, and are read by all their parts', async () => {
    const rows = ['A', 'A', 'A', 'B'].map((Order, n) => ({ Order, Item: `${(n + 1) * 10}` }));
    const set: EntitySetModel = {
      key: ['Order', 'Item'],
      properties: { Order: text, Item: text },
      entities: () => rows,
    };
    const { connector, server } = await serve(4, set, { key: ['Order', 'Item'], pageSize: 2 });
    expect(keysOf(await read(connector))).toEqual(['A/10', 'A/20', 'A/30', 'B/40']);
    expect(filtersOf(server)).toContain("(Order gt 'A' or (Order eq 'A' and Item gt '20'))");
    expect(keysOf(await connector.readByKeys('things', ['A/20', 'B/40', 'B/20'], live()))).toEqual(['A/20', 'B/40']);
  });
});

describe('a service', () => {
  const plain = (rows: Record<string, string>[]): EntitySetModel => ({
    key: ['Id'],
    properties: { Id: text, Changed: { edm: 'Edm.DateTimeOffset' } },
    entities: () => rows,
  });
  const five = Array.from({ length: 5 }, (_, n) => ({ Id: `K${n}`, Changed: `2025-01-0${n + 1}T00:00:00Z` }));

  it('is read without $metadata', async () => {
    const { connector } = await serve(
      4,
      plain(five),
      { cursor: { field: 'Changed' }, pageSize: 2 },
      { hasMetadata: false },
    );
    expect(keysOf(await read(connector))).toEqual(['K0', 'K1', 'K2', 'K3', 'K4']);
    expect(await connector.discover(live())).toEqual([]);
  });

  it('that cuts pages smaller than asked for is read in full', async () => {
    const { connector } = await serve(4, plain(five), { cursor: { field: 'Changed' }, pageSize: 100 }, { maxPage: 2 });
    expect(keysOf(await read(connector))).toEqual(['K0', 'K1', 'K2', 'K3', 'K4']);
  });

  it('tells its entity sets, keys and stamps', async () => {
    const { connector } = await serve(4, plain(five), {});
    expect(await connector.discover(live())).toEqual([
      {
        resource: 'Things',
        fields: { Id: 'Edm.String', Changed: 'Edm.DateTimeOffset' },
        key: ['Id'],
        cursorCandidates: ['Changed'],
        count: 5,
      },
    ]);
  });

  it('tells inherited properties and keys in $metadata', () => {
    const xml = `<Schema><EntityType Name="Base" Abstract="true"><Key><PropertyRef Name="Id"/></Key>
      <Property Name='Id' Type='Edm.Guid' Nullable='false'/></EntityType>
      <EntityType Name="Person" BaseType="ns.Base"><Property Name="Name" Type="Edm.String"><Annotation Term="x"/></Property></EntityType>
      <EntityContainer><EntitySet Name="People" EntityType="ns.Person"><NavigationPropertyBinding/></EntitySet></EntityContainer></Schema>`;
    expect(readMetadata(xml).get('People')).toEqual({
      name: 'People',
      key: ['Id'],
      properties: { Id: { type: 'Edm.Guid', nullable: false }, Name: { type: 'Edm.String', nullable: true } },
    });
  });

  async function serveAnswers(answers: (url: URL) => Answer, stream: object) {
    const server = await startLoopback(null, (url) =>
      url.pathname.endsWith('$metadata') ? { status: 404, body: {} } : answers(url),
    );
    return connectTo(server, 4, stream);
  }

  it('whose last next link leads to an empty page is read to its end', async () => {
    const connector = await serveAnswers(
      (url) =>
        url.searchParams.has('$skiptoken')
          ? { body: { value: [] } }
          : { body: { value: [{ Id: 'A' }], '@odata.nextLink': 'Things?$skiptoken=1' } },
      { paging: 'links' },
    );
    expect(keysOf(await read(connector))).toEqual(['A']);
  });

  it('that gives the same next link twice is stopped', async () => {
    const again = { body: { value: [{ Id: 'A' }], '@odata.nextLink': 'Things?$skiptoken=1' } };
    const connector = await serveAnswers(() => again, { paging: 'links' });
    await expect(read(connector)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('twice'),
    });
  });

  it('that does not filter is noticed', async () => {
    const connector = await serveAnswers(() => ({ body: { value: [{ Id: 'A' }, { Id: 'B' }] } }), { pageSize: 2 });
    await expect(read(connector)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('same one again'),
    });
  });

  it('that cannot compare its keys is told to be read by links, by check and by the pass', async () => {
    const connector = await serveAnswers(
      (url) =>
        url.searchParams.get('$filter')?.includes('Id gt')
          ? { status: 400, body: { error: { message: 'Edm.Guid has no order.' } } }
          : { body: { value: [{ Id: 'A' }, { Id: 'B' }] } },
      { pageSize: 2 },
    );
    await expect(read(connector)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('paging: links'),
    });
    expect((await connector.check(live())).at(-1)).toMatchObject({
      probe: 'things: paging',
      ok: false,
      detail: expect.stringContaining('paging: links'),
    });
  });

  it('that does not order is noticed', async () => {
    const value = [
      { Id: 'A', Changed: '2025-01-02T00:00:00Z' },
      { Id: 'B', Changed: '2025-01-01T00:00:00Z' },
    ];
    const connector = await serveAnswers(
      (url) => ({ body: { value: url.searchParams.get('$filter') === 'Changed eq null' ? [] : value } }),
      { cursor: { field: 'Changed' } },
    );
    await expect(read(connector)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('in the order of Changed'),
    });
  });

  it('that counts more keys than it lists makes the key scan fail', async () => {
    const connector = await serveAnswers(
      (url) => ({ body: { value: [{ Id: 'A' }], ...(url.searchParams.has('$count') ? { '@odata.count': 7 } : {}) } }),
      {},
    );
    const scan = async () => {
      for await (const _ of connector.scanKeys('things', live()));
    };
    await expect(scan()).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('at least 7 keys, got 1'),
    });
  });

  it('of the other version is recognised', async () => {
    const connector = await serveAnswers(() => ({ body: { d: { results: [] } } }), {});
    await expect(read(connector)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('is `version: 4` right?'),
    });
  });
});
