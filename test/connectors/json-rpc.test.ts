import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector, Page, SourceRecord } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { connectorContract, type Harness, stampAt } from './contract.ts';
import { startTrytonServer, TRYTON_PASSWORD, type TrytonServer, trytonTime, type Values } from './tryton-server.ts';

const WRONG = 'wrong-Secret-9';

connectorContract('json-rpc, Tryton', {
  start: startHarness,
  faults: ['wrong-password', 'unreachable', 'hang', 'broken-json', 'login-page'],
  idOf: (n) => String(n + 99),
  awkwardIds: [],
  // Tryton's stamps are in two fields, of which it can order by neither as if they were one.
  inKeyOrder: true,
  secrets: [TRYTON_PASSWORD, WRONG],
});

async function startHarness(): Promise<Harness> {
  const server = await startTrytonServer();
  const rows = new Map<number, Values>();
  server.models.set('test.thing', rows);
  const blank = { id: 0, name: '', amount: '', big: '', write_date: null, create_date: null };
  server.models.set('test.blank', new Map([[0, blank]]));
  return {
    connect: (fault) =>
      connectTo(
        fault === 'unreachable' ? 'http://127.0.0.1:9' : server.origin,
        fault === 'wrong-password' ? WRONG : TRYTON_PASSWORD,
        {
          things: stream('test.thing', ['name', 'amount', 'big']),
        },
        { timeout: fault === 'hang' ? '300ms' : '10s' },
      ),
    async put(changed) {
      for (const { id, stamp, name, amount, big } of changed) {
        const write_date = trytonTime(stamp);
        rows.set(Number(id), {
          id: Number(id),
          name,
          amount: { __class__: 'Decimal', decimal: amount },
          big: `#${big}`,
          write_date,
          create_date: trytonTime(stampAt(0)),
        });
      }
    },
    async remove(id) {
      rows.delete(Number(id));
    },
    async clear() {
      rows.clear();
    },
    fail: server.fail,
    stop: server.stop,
  };
}

function stream(resource: string, fields: string[], options: object = {}) {
  return {
    resource,
    fields,
    cursor: { field: ['write_date', 'create_date'] },
    records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }],
    ...options,
  };
}

function connectTo(url: string, password: string, streams: object, options: object = {}): Connector {
  return connect({
    system: 'erp',
    settings: sourceSchema.parse({
      kind: 'json-rpc',
      dialect: 'tryton',
      url,
      database: 'erp',
      username: 'hub',
      password,
      timeout: '10s',
      pageSize: 3,
      streams,
      ...options,
    }),
  });
}

describe('Tryton over JSON-RPC', () => {
  const signal = new AbortController().signal;
  let server: TrytonServer;
  let sales: Map<number, Values>;
  let connector: Connector;

  const streams = {
    sales: stream('sale.sale', [], {
      touchedBy: ['lines.write_date'],
      records: [
        {
          entity: 'order',
          fields: {
            status: 'state',
            partyId: 'party.id',
            orderDate: 'date',
            totalAmount: 'total',
            customerReference: 'origin.reference',
          },
        },
        {
          entity: 'orderLine',
          each: 'lines',
          key: 'id',
          fields: { orderId: '^.id', orderedQty: 'quantity', sku: 'product.code' },
        },
      ],
    }),
  };

  const sale = (id: number, values: Values = {}): Values => ({
    id,
    state: 'done',
    party: 7,
    'party.': { id: 7, code: 'C7' },
    date: { __class__: 'date', year: 2025, month: 7, day: 9 },
    total: { __class__: 'Decimal', decimal: '1269.00' },
    origin: 'sale.opportunity,5',
    'origin.': { id: 5, number: 'O5' },
    lines: [71, 72],
    'lines.': [
      { id: 71, quantity: '#20.0', 'product.': { id: 3, code: 'BO010' } },
      { id: 72, quantity: '#0.30000000000000004', 'product.': null },
    ],
    write_date: null,
    create_date: trytonTime('2025-07-01T09:15:41.182137Z'),
    'lines.write_date': null,
    ...values,
  });

  beforeAll(async () => {
    server = await startTrytonServer();
    sales = new Map();
    server.models.set('sale.sale', sales);
    connector = connectTo(server.origin, TRYTON_PASSWORD, streams);
  });

  beforeEach(() => {
    sales.clear();
    sales.set(1, sale(1));
    server.calls.length = 0;
  });

  afterAll(async () => {
    await connector.close();
    await server.stop();
  });

  it('asks for the fields that the mapping names, and for no others', async () => {
    await read(connector);
    const fields = server.calls.at(-1)?.parameters[4];
    expect(fields).toEqual([
      'create_date',
      'date',
      'id',
      'lines',
      'lines.product.code',
      'lines.quantity',
      'origin',
      'party',
      'state',
      'total',
      'write_date',
    ]);
  });

  it('shows wrapped values, linked records and references as plain text', async () => {
    const [record] = await read(connector);
    expect(record?.data).toMatchObject({
      id: '1',
      party: { id: '7', code: 'C7' },
      date: '2025-07-09',
      total: '1269',
      origin: { reference: 'sale.opportunity,5', id: '5', number: 'O5' },
      lines: [
        { id: '71', quantity: '20', product: { id: '3', code: 'BO010' } },
        { id: '72', quantity: '0.3', product: null },
      ],
      write_date: null,
      create_date: '2025-07-01T09:15:41.182137Z',
    });
  });

  it('works in the context of its user, and sees inactive records', async () => {
    await read(connector);
    expect(server.calls.at(-1)?.parameters.at(-1)).toEqual({
      company: 1,
      'company.rec_name': 'Acme',
      language: 'en',
      active_test: false,
    });
  });

  it('takes the date of creation for a record that was never edited', async () => {
    sales.set(2, sale(2, { write_date: trytonTime('2025-08-01T00:00:00.000001Z') }));
    expect((await read(connector)).map(({ key, version }) => [key, version])).toEqual([
      ['1', '2025-07-01T09:15:41.182137Z'],
      ['2', '2025-08-01T00:00:00.000001Z'],
    ]);
    expect(keysOf(await read(connector, '2025-07-01T09:15:41.182137Z'))).toEqual(['1', '2']);
    expect(keysOf(await read(connector, '2025-07-01T09:15:41.182138Z'))).toEqual(['2']);
  });

  it('reads a record again when a linked one has changed', async () => {
    sales.set(2, sale(2, { 'lines.write_date': trytonTime('2025-09-01T00:00:00.000000Z') }));
    expect(keysOf(await read(connector, '2025-08-31T00:00:00.000000Z'))).toEqual(['2']);
  });

  it("reads the server's wall clock in the server's zone", async () => {
    const local = connectTo(server.origin, TRYTON_PASSWORD, streams, { zone: 'Europe/Berlin' });
    const [record] = await read(local);
    expect(record?.version).toBe('2025-07-01T07:15:41.182137Z');
    expect(keysOf(await read(local, '2025-07-01T07:15:41.182137Z'))).toEqual(['1']);
    expect(keysOf(await read(local, '2025-07-01T07:15:41.182138Z'))).toEqual([]);
    await local.close();
  });

  it('signs in once, and again when the session has ended', async () => {
    await read(connector);
    server.endSessions();
    expect(keysOf(await read(connector))).toEqual(['1']);
    const [first, second] = await Promise.all([read(connector), read(connector)]);
    expect([keysOf(first), keysOf(second)]).toEqual([['1'], ['1']]);
    expect(server.calls.filter(({ method }) => method === 'common.db.login')).toHaveLength(1);
  });

  it('does not knock again with a password that was refused', async () => {
    const wrong = connectTo(server.origin, WRONG, streams);
    await expect(read(wrong)).rejects.toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
      message: expect.stringContaining('"hub"'),
    });
    expect(server.calls).toHaveLength(1);
    await wrong.close();
  });

  it('says that Tryton takes no more logins for now', async () => {
    server.answerWith('common.db.login', { status: 429, body: 'Too many' });
    const early = connectTo(server.origin, TRYTON_PASSWORD, streams);
    await expect(read(early)).rejects.toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      message: expect.stringContaining('wait some minutes'),
    });
    server.answerWith('common.db.login', null);
    await early.close();
  });

  it.each([
    [{ body: { id: 1, error: ["'nope'", ''] } }, 'SOURCE_NOT_FOUND', "'nope'"],
    [
      { body: { id: 1, error: ['UserError', ['You are not allowed to read Sales.', '', null]] } },
      'SOURCE_FORBIDDEN',
      'not allowed',
    ],
    [{ body: { id: 1, error: ['ValueError', 'boom'] } }, 'SOURCE_PROTOCOL', 'boom'],
    [{ body: { id: 1 } }, 'SOURCE_PROTOCOL', 'neither'],
    [{ status: 403, body: '<html>Forbidden</html>' }, 'SOURCE_FORBIDDEN', 'its module is active'],
  ])('explains the answer %j', async (answer, code, words) => {
    server.answerWith('model.sale.sale.search_read', answer);
    await expect(read(connector)).rejects.toMatchObject({
      code,
      source: 'erp',
      message: expect.stringContaining(words),
    });
    server.answerWith('model.sale.sale.search_read', null);
  });

  it('names the database where there is none of that name', async () => {
    const elsewhere = connectTo(server.origin, TRYTON_PASSWORD, streams, { database: 'other' });
    await expect(read(elsewhere)).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('"other"'),
    });
    await elsewhere.close();
  });

  it('leaves out vanished records instead of failing for all', async () => {
    const records = await connector.readByKeys('sales', ['1', '802', 'nonsense'], signal);
    expect(keysOf(records)).toEqual(['1']);
  });

  it('takes a scan for incomplete that has fewer keys than the server counts', async () => {
    server.answerWith('model.sale.sale.search_count', { body: { id: 1, result: 5 } });
    const scan = async () => {
      for await (const _ of connector.scanKeys('sales', signal));
    };
    await expect(scan()).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('at least 5 keys'),
    });
    server.answerWith('model.sale.sale.search_count', null);
  });

  describe('whose server gives fewer rows than it is asked for', () => {
    beforeEach(() => {
      for (let id = 2; id <= 7; id += 1) sales.set(id, sale(id));
      server.cutAt(2);
    });
    afterEach(() => server.cutAt(null));

    it('is read in full, page by page, also after a stop', async () => {
      const pages = await pagesOf(connector, null);
      expect(pages.flatMap(({ records }) => keysOf(records))).toEqual(['1', '2', '3', '4', '5', '6', '7']);
      expect(pages.at(-1)?.evidence).toEqual({ total: 7, came: 7, doubt: null });
      for (const { next } of pages.slice(0, -1)) {
        expect((await pagesOf(connector, next)).at(-1)?.evidence).toEqual({ total: 7, came: 7, doubt: null });
      }
    });

    it('gives all its keys, and all records that are asked for by key', async () => {
      const keys: string[] = [];
      for await (const page of connector.scanKeys('sales', signal)) keys.push(...page.keys.map(({ key }) => key));
      expect(keys).toEqual(['1', '2', '3', '4', '5', '6', '7']);
      expect(keysOf(await connector.readByKeys('sales', ['1', '3', '5', '7', '9'], signal))).toEqual([
        '1',
        '3',
        '5',
        '7',
      ]);
    });

    it('tells what it counts beside what it gives', async () => {
      server.answerWith('model.sale.sale.search_count', { body: { id: 1, result: 9 } });
      expect((await pagesOf(connector, null)).at(-1)?.evidence).toEqual({ total: 9, came: 7, doubt: null });
      server.answerWith('model.sale.sale.search_count', null);
    });

    it('asks for no more rows at once than the settings allow', async () => {
      for await (const _ of connector.scanKeys('sales', signal));
      const limits = server.calls
        .filter(({ method }) => method.endsWith('search_read'))
        .map(({ parameters }) => parameters[2]);
      expect(new Set(limits)).toEqual(new Set([3]));
    });
  });

  it('ends its session when it closes', async () => {
    const brief = connectTo(server.origin, TRYTON_PASSWORD, streams);
    await read(brief);
    await brief.close();
    expect(server.calls.at(-1)?.method).toBe('common.db.logout');
  });

  it('keeps no connection, since the server closes them', async () => {
    await read(connector);
    expect(new Set(server.calls.map(({ connection }) => connection))).toEqual(new Set(['close']));
  });

  async function read(from: Connector, since: string | null = null): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    for await (const page of from.pull('sales', { since, resume: null }, signal)) records.push(...page.records);
    return records;
  }
});

function keysOf(records: readonly SourceRecord[]): string[] {
  return records.map(({ key }) => key);
}

async function pagesOf(connector: Connector, resume: string | null): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of connector.pull('sales', { since: null, resume }, new AbortController().signal)) {
    pages.push(page);
  }
  return pages;
}
