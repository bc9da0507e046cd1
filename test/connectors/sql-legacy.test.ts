import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Connector, SourceRecord } from '../../connectors/connector.ts';
import type { CanonicalRow } from '../../connectors/mapped-record.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { sqlSettings } from '../../connectors/sql/settings.ts';
import { createSqlConnector } from '../../connectors/sql/sql-connector.ts';
import { describeWithServer } from '../setup/databases.ts';
import { createLegacyDatabase, type LegacyDatabase } from './sql-legacy-database.ts';

const server = process.env.TEST_MYSQL_URL;
const signal = new AbortController().signal;
const unused = [{ entity: 'party', fields: { kind: { const: 'ORGANIZATION' }, displayName: 'NAME' } }];

const streams = {
  customers: {
    resource: 'ADRESSE',
    key: 'ADRNR',
    cursor: { field: 'GEAEND_AM', time: 'GEAEND_UM', format: 'yyyyMMdd HHmmss', zone: 'Europe/Berlin' },
    deletes: { flag: 'LOEKZ', values: ['X'] },
    records: [{ entity: 'party', fields: { kind: { const: 'ORGANIZATION' }, displayName: 'NAME', taxId: 'UST' } }],
  },
  orders: {
    resource: 'BELEG',
    key: 'BELNR',
    where: "ART = 'A'",
    cursor: { field: 'GEAENDERT' },
    records: [
      {
        entity: 'order',
        fields: {
          partyId: 'ADRNR',
          orderNumber: 'BELNR',
          status: { path: 'STAND', enum: { 10: 'DRAFT', 80: 'DONE', 99: 'CANCELLED' } },
          orderDate: { path: 'BELDAT', format: 'yyyyMMdd' },
          currency: 'WAEHRUNG',
          netAmount: 'NETTO',
        },
      },
    ],
  },
  documents: { resource: 'BELEG', key: 'BELNR', cursor: { field: 'GEAENDERT' }, records: unused },
  lines: {
    resource: 'BELPOS',
    key: ['BELNR', 'POS'],
    records: [
      {
        entity: 'orderLine',
        fields: { orderId: 'BELNR', lineNo: 'POS', sku: 'ARTIKEL', orderedQty: 'MENGE', unitPrice: 'PREIS' },
      },
    ],
  },
  payments: {
    resource: 'EINGANG',
    key: 'LFD',
    records: [
      {
        entity: 'payment',
        fields: {
          receivedAt: { path: 'DATUM', format: 'yyyyMMdd' },
          status: { const: 'RECEIVED' },
          amount: 'BETRAG',
          currency: { const: 'EUR' },
        },
      },
    ],
  },
  activities: { resource: 'VORGANG', key: 'KENNUNG', cursor: { field: ['GEAENDERT', 'ANGELEGT'] }, records: unused },
  open: { resource: 'OFFEN', key: 'BELNR', records: unused },
  cities: {
    resource: 'cities',
    query: 'SELECT ORT, COUNT(*) AS ANZAHL FROM ADRESSE GROUP BY ORT',
    key: 'ORT',
    records: unused,
  },
  slow: { resource: 'slow', query: 'SELECT ADRNR, SLEEP(0.4) AS Z FROM ADRESSE', key: 'ADRNR', records: unused },
  missing: { resource: 'GIBT_ES_NICHT', key: 'ID', records: unused },
};

describeWithServer('a grown legacy database', () => {
  let database: LegacyDatabase;
  let connector: Connector;

  const connect = (settings: object = {}) =>
    createSqlConnector({
      system: 'alt',
      settings: sqlSettings.parse({ kind: 'sql', url: database.url, pageSize: 2, streams, ...settings }),
    });

  beforeAll(async () => {
    database = await createLegacyDatabase(server ?? '');
    connector = connect();
  });

  afterAll(async () => {
    await connector.close();
    await database.drop();
  });

  it('reads latin1 text, 20-digit keys and decimals as they are', async () => {
    const [müller, ærø] = await read(connector, 'customers');
    expect([müller?.data.NAME, ærø?.data.ORT]).toEqual(['Müller & Söhne', 'Ærø']);
    const [first] = await read(connector, 'orders');
    expect([first?.key, first?.data.NETTO]).toEqual(['18446744073709551001', '1234567890123.4567']);
  });

  it('reads rows that were never changed in every pass, before the others', async () => {
    const passes = [
      await read(connector, 'documents'),
      await read(connector, 'documents', '2025-01-13T00:00:00.000000Z'),
    ];
    const never = ['18446744073709551004', '18446744073709551005'];
    expect(passes.map(keysOf)).toEqual([
      [...never, '18446744073709551001', '18446744073709551002', '18446744073709551003', '18446744073709551006'],
      [...never, '18446744073709551006'],
    ]);
    expect(passes[0]?.map(({ version }) => version).slice(0, 3)).toEqual([null, null, '2025-01-10T08:00:00.000000Z']);
  });

  it('shows timestamps in UTC, whatever the zone of the server', async () => {
    const [booked] = await connector.readByKeys('payments', ['1'], signal);
    expect(booked?.data.GEBUCHT).toBe('2025-01-20 10:00:00');
  });

  it('reads only the columns that are listed, and always key, stamp and flag', async () => {
    const narrow = connect({ streams: { narrow: { ...streams.customers, columns: ['NAME'], records: unused } } });
    const [first] = await read(narrow, 'narrow');
    await narrow.close();
    expect(Object.keys(first?.data ?? {}).sort()).toEqual(['ADRNR', 'GEAEND_AM', 'GEAEND_UM', 'LOEKZ', 'NAME']);
  });

  it('turns zero dates into nothing', async () => {
    const [document] = await connector.readByKeys('documents', ['18446744073709551004'], signal);
    expect(document?.data.GEAENDERT).toBeNull();
  });

  it('splits equal stamps over pages without losing or repeating a row', async () => {
    const pages = [];
    for await (const page of connector.pull(
      'documents',
      { since: '2025-01-01T00:00:00.000000Z', resume: null },
      signal,
    )) {
      pages.push(page.records.map(({ key }) => key.slice(-1)).join(''));
    }
    expect(pages).toEqual(['45', '12', '36']);
  });

  it('goes on after any page it was stopped at', async () => {
    const all = keysOf(await read(connector, 'documents'));
    let resume: string | null = null;
    const seen: string[] = [];
    do {
      for await (const page of connector.pull('documents', { since: null, resume }, signal)) {
        seen.push(...keysOf(page.records));
        resume = page.next;
        break;
      }
    } while (resume !== null);
    expect(seen).toEqual(all);
  });

  it('reads a local clock as UTC and gives the hour that came twice one version', async () => {
    const versions = new Map((await read(connector, 'customers')).map(({ key, version }) => [key, version]));
    expect(versions.get('3')).toBe('2025-07-01T10:00:00.000000Z');
    // 2:10 may be twenty minutes after 2:50: neither may pass for the older change.
    expect([versions.get('4'), versions.get('5')]).toEqual([
      '2025-10-26T00:00:00.000000Z',
      '2025-10-26T00:00:00.000000Z',
    ]);
    expect(versions.get('6')).toBe('2025-10-26T02:05:00.000000Z');
  });

  it('misses no change of the night the clocks go back', async () => {
    const never = ['1', '2'];
    expect(keysOf(await read(connector, 'customers', '2025-10-26T00:58:00.000000Z'))).toEqual([
      ...never,
      '5',
      '4',
      '6',
    ]);
    expect(keysOf(await read(connector, 'customers', '2025-10-26T00:00:00.000000Z'))).toEqual([
      ...never,
      '5',
      '4',
      '6',
    ]);
    // Two hours later the night is over and only what is new is read.
    expect(keysOf(await read(connector, 'customers', '2025-10-26T06:00:00.000000Z'))).toEqual(never);
  });

  it('says which rows are flagged as deleted and leaves them out of scans', async () => {
    const deleted = (await read(connector, 'customers')).filter((record) => record.deleted);
    expect(keysOf(deleted)).toEqual(['7']);
    expect(await scan(connector, 'customers')).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('reads a table without a change column in full, in the order of its compound key', async () => {
    const keys = [
      '18446744073709551001/10',
      '18446744073709551001/20',
      '18446744073709551002/10',
      '18446744073709551003/10',
    ];
    expect(keysOf(await read(connector, 'lines', '2025-01-13T00:00:00.000000Z'))).toEqual(keys);
    expect(await scan(connector, 'lines')).toEqual(keys);
    const found = await connector.readByKeys('lines', [keys[1] ?? '', '1/10', 'nonsense'], signal);
    expect(found.map(({ data }) => data.ARTIKEL)).toEqual(['00124']);
  });

  it('tells text keys apart byte by byte and takes the first stamp that is there', async () => {
    const records = await read(connector, 'activities');
    expect(Object.fromEntries(records.map(({ key, version }) => [key, version]))).toEqual({
      a: '2025-03-01T10:00:00.000001Z',
      '00123': '2025-03-02T10:00:00.000000Z',
      'b/c': '2025-03-03T10:00:00.500000Z',
      A: '2025-03-05T10:00:00.000009Z',
    });
    // Rows move on from the second stamp to the first while a pass runs, so those with the second are read before.
    expect(keysOf(records)).toEqual(['a', '00123', 'b/c', 'A']);
    const since = await read(connector, 'activities', '2025-03-03T10:00:00.500000Z');
    expect(keysOf(since)).toEqual(['b/c', 'A']);
    expect(keysOf(await connector.readByKeys('activities', ['A', 'b/c'], signal)).sort()).toEqual(['A', 'b/c']);
  });

  it('reads a MyISAM table, a view and a query', async () => {
    expect((await read(connector, 'payments')).map(({ data }) => data.BETRAG)).toEqual(['50.05', '20.02']);
    expect((await read(connector, 'open')).map(({ data }) => data.REST)).toEqual(['500.0000', '0.0000', '-20.0700']);
    expect((await read(connector, 'cities')).find(({ key }) => key === 'Bonn')?.data.ANZAHL).toBe('3');
  });

  it('asks for thousands of keys in several statements', async () => {
    const keys = Array.from({ length: 2_500 }, (_, i) => String(i));
    expect(keysOf(await connector.readByKeys('customers', keys, signal))).toHaveLength(7);
  });

  it('comes to exact totals through the mapping', async () => {
    const orders = await map(connector, 'orders');
    expect(orders.map(({ fields }) => [fields.status, fields.currency, fields.netAmount, fields.orderDate])).toEqual([
      ['DONE', 'EUR', '1234567890123.4567', '2025-01-10'],
      ['DONE', 'EUR', '0.1', '2025-01-10'],
      ['CANCELLED', 'USD', '0.2', '2025-01-11'],
    ]);
    expect((await map(connector, 'lines')).map(({ fields }) => fields.sku)).toEqual(['00123', '00124', '00123', 'A/B']);
    expect((await map(connector, 'customers')).map(({ fields }) => fields.taxId)).toEqual([
      'DE123456789',
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('follows changes made after a pass', async () => {
    await database.run(
      "UPDATE ADRESSE SET NAME = 'Müller AG', GEAEND_AM = '20260102', GEAEND_UM = '090000' WHERE ADRNR = 1",
    );
    const changed = await read(connector, 'customers', '2026-01-01T00:00:00.000000Z');
    expect(changed.map(({ key, version }) => [key, version])).toEqual([
      ['2', null],
      ['1', '2026-01-02T08:00:00.000000Z'],
    ]);
    await database.run(
      "UPDATE ADRESSE SET NAME = 'Müller & Söhne', GEAEND_AM = '00000000', GEAEND_UM = '000000' WHERE ADRNR = 1",
    );
  });

  it('never writes, whatever a stream is told to read', async () => {
    await database.run("CREATE FUNCTION MERKE() RETURNS INT BEGIN UPDATE ADRESSE SET ORT = 'weg'; RETURN 1; END");
    const writing = connect({ streams: { w: { ...streams.cities, query: 'SELECT MERKE() AS ORT' } } });
    const outcome = await read(writing, 'w').catch((error: unknown) => error);
    await writing.close();
    expect(outcome).toMatchObject({ code: 'SOURCE_PROTOCOL' });
    expect((await connector.readByKeys('customers', ['1'], signal))[0]?.data.ORT).toBe('Köln');
  });

  it('gives up a statement that takes longer than the timeout', async () => {
    const hasty = connect({ timeout: '300ms' });
    await expect(read(hasty, 'slow')).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await hasty.close();
  });

  it('ends at once when the caller gives up', async () => {
    const stop = new AbortController();
    const reading = connector.readByKeys('slow', ['1'], stop.signal);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('names what is wrong with the login, the table or the address, and no password', async () => {
    const wrong = connect({ username: 'nobody', password: 'hunter2-secret' });
    const failure = await read(wrong, 'orders').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SOURCE_UNAUTHORIZED', source: 'alt' });
    expect(JSON.stringify([failure, String(failure)])).not.toContain('hunter2');
    await expect(read(connector, 'missing')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    const nowhere = connect({ url: 'mysql://root@127.0.0.1:1/none' });
    await expect(read(nowhere, 'orders')).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await Promise.all([wrong.close(), nowhere.close()]);
  });

  it('refuses a table name that is none', () => {
    const streamsWith = (resource: string) => ({ streams: { bad: { ...streams.cities, query: undefined, resource } } });
    expect(() => connect(streamsWith('ADRESSE; DROP TABLE ADRESSE'))).toThrow('expected the name of a table');
    expect(() => connect(streamsWith('ADR`ESSE'))).toThrow('expected the name of a table');
  });

  it('refuses a cursor whose text order is not time order', () => {
    const cursor = { field: 'GEAEND_AM', format: 'ddMMyyyy' };
    expect(() => connect({ streams: { bad: { ...streams.customers, cursor } } })).toThrow('sorts as text');
  });

  it('tells tables, keys and change stamps to whoever sets it up', async () => {
    const found = await connector.discover(signal);
    const lines = found.find(({ resource }) => resource === 'BELPOS');
    expect(lines).toMatchObject({
      key: ['BELNR', 'POS'],
      cursorCandidates: [],
      count: 4,
      fields: { MENGE: 'decimal(12,3)' },
    });
    expect(found.find(({ resource }) => resource === 'BELEG')?.cursorCandidates).toEqual(['GEAENDERT']);
    const { slow: _, ...quick } = streams;
    const checking = connect({ streams: quick });
    const checks = await checking.check(signal);
    await checking.close();
    expect(checks.filter(({ ok }) => !ok).map(({ probe }) => probe)).toEqual(['missing']);
  });

  it("tells the database's own clock in UTC", async () => {
    expect(await connector.now(signal)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });
});

async function read(connector: Connector, stream: string, since: string | null = null): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const page of connector.pull(stream, { since, resume: null }, signal)) records.push(...page.records);
  return records;
}

async function scan(connector: Connector, stream: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of connector.scanKeys(stream, signal)) keys.push(...page.keys.map(({ key }) => key));
  return keys;
}

async function map(connector: Connector, stream: 'orders' | 'lines' | 'customers'): Promise<CanonicalRow[]> {
  const parsed = sqlSettings.parse({ kind: 'sql', url: 'sqlite:x', streams }).streams[stream];
  if (!parsed) throw new Error(`no stream ${stream}`);
  const mapping = compileMapping({ system: 'alt', streamName: stream, stream: parsed });
  const mapped = await mapping.mapPage(await read(connector, stream));
  return mapped.flatMap((one) => (one.outcome === 'mapped' ? one.rows : []));
}

function keysOf(records: readonly SourceRecord[]): string[] {
  return records.map(({ key }) => key);
}
