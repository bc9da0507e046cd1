import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector, Page, ReadEvidence } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { withoutDefence } from '../faults/without-defence.ts';
import { describeWithServer } from '../setup/databases.ts';
import { mysqlTables, sqliteTables, type TypedTables } from './typed-tables.ts';

const live = new AbortController().signal;
const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const stampAt = (i: number) => `2025-03-01 10:00:${String(i).padStart(2, '0')}`;

interface Read {
  keys: string[];
  pages: Page[];
  evidence: ReadEvidence | undefined;
}

/** Reads a stream; `between` is called after each page, with how many there were. */
async function read(
  connector: Connector,
  {
    since = null,
    resume = null,
    between,
  }: { since?: string | null; resume?: string | null; between?: (page: number) => Promise<void> } = {},
): Promise<Read> {
  const pages: Page[] = [];
  for await (const page of connector.pull('things', { since, resume }, live)) {
    pages.push(page);
    await between?.(pages.length);
  }
  const keys = pages.flatMap((page) => page.records.map(({ key }) => key));
  return { keys, pages, evidence: pages.at(-1)?.evidence };
}

async function scanOf(connector: Connector): Promise<{ keys: string[]; evidence: ReadEvidence | undefined }> {
  const keys: string[] = [];
  let evidence: ReadEvidence | undefined;
  for await (const page of connector.scanKeys('things', live)) {
    keys.push(...page.keys.map(({ key }) => key));
    evidence = page.evidence;
  }
  return { keys, evidence };
}

/** What every database is tried with. */
interface Kind {
  name: string;
  open: () => Promise<TypedTables>;
  /** What follows the columns of a table. */
  engine: string;
  holdsSnapshots: boolean;
}

const server = process.env.TEST_MYSQL_URL ?? '';
const kinds: Kind[] = [
  {
    name: 'SQLite with a write-ahead log',
    open: async () => {
      const tables = await sqliteTables();
      await tables.ask('PRAGMA journal_mode = WAL');
      return tables;
    },
    engine: '',
    holdsSnapshots: true,
  },
  { name: 'SQLite with a rollback journal', open: sqliteTables, engine: '', holdsSnapshots: false },
  ...(server === ''
    ? []
    : [
        { name: 'InnoDB', open: () => mysqlTables(server), engine: 'ENGINE=InnoDB', holdsSnapshots: true },
        { name: 'MyISAM', open: () => mysqlTables(server), engine: 'ENGINE=MyISAM', holdsSnapshots: false },
      ]),
];

describe.each(kinds)('a read of $name', ({ open, engine, holdsSnapshots }) => {
  let tables: TypedTables;
  let connector: Connector;

  const connectTo = (stream: object = {}, source: object = {}) => {
    const streams = { things: { resource: 'things', key: 'id', records, ...stream } };
    connector = connect({
      system: 'alt',
      settings: sourceSchema.parse({ kind: 'sql', url: tables.url, pageSize: 4, streams, ...source }),
    });
    return connector;
  };

  beforeAll(async () => {
    tables = await open();
  });
  afterAll(() => tables.drop());

  beforeEach(async () => {
    await tables.run(`CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20), changed DATETIME) ${engine}`);
    for (const i of range(20)) await tables.run('INSERT INTO things VALUES (?, ?, ?)', [i, `Row ${i}`, stampAt(i)]);
  });
  afterEach(async () => {
    await connector.close();
    await tables.run('DROP TABLE things');
  });

  const cursor = { field: 'changed' };

  it('ends with how many rows there were and how many came: with stamps, without, since a moment, of a condition', async () => {
    expect((await read(connectTo())).evidence).toEqual({ total: 20, came: 20, doubt: null });
    await connector.close();
    expect((await read(connectTo({ cursor }))).evidence).toEqual({ total: 20, came: 20, doubt: null });
    const since = '2025-03-01T10:00:15.000000Z';
    expect((await read(connector, { since })).evidence).toEqual({ total: 5, came: 5, doubt: null });
    await tables.run('UPDATE things SET changed = NULL WHERE id IN (1, 2)');
    expect((await read(connector, { since })).evidence).toEqual({ total: 7, came: 7, doubt: null });
    await connector.close();
    expect((await read(connectTo({ where: 'id > 9' }))).evidence).toEqual({ total: 10, came: 10, doubt: null });
    await connector.close();
    const query = 'SELECT * FROM things WHERE id < 3';
    expect((await read(connectTo({ query, cursor }))).evidence).toEqual({ total: 3, came: 3, doubt: null });
    expect((await scanOf(connector)).evidence).toEqual({ total: 3, came: 3, doubt: null });
  });

  it('does not fail while rows come, go and change', async () => {
    const { keys, evidence } = await read(connectTo({ cursor }), {
      async between(page) {
        if (page !== 1) return;
        await tables.run('DELETE FROM things WHERE id IN (0, 18)');
        await tables.run("UPDATE things SET changed = '2099-01-01 00:00:00' WHERE id IN (1, 17)");
        await tables.run('UPDATE things SET changed = NULL WHERE id = 16');
        await tables.run('INSERT INTO things VALUES (?, ?, ?)', [50, 'new', '2025-03-01 10:00:01']);
      },
    });
    expect(evidence?.doubt).toBeNull();
    expect(evidence?.came).toBeGreaterThanOrEqual(evidence?.total ?? Number.NaN);
    expect(keys).toEqual(expect.arrayContaining(range(16).map(String)));
    if (holdsSnapshots) expect(keys).toEqual(range(20).map(String));
  });

  it('counts no row twice that changes and comes again, so that it does not stand for one that is missing', async () => {
    const { evidence } = await read(connectTo({ cursor }, { snapshot: '0s' }), {
      async between(page) {
        if (page === 1) await tables.run("UPDATE things SET changed = '2098-01-01 00:00:00' WHERE id < 3");
      },
    });
    expect(evidence).toEqual({ total: 17, came: 20, doubt: null });
  });

  it('knows after an interruption what had come before', async () => {
    connectTo({ cursor });
    const { pages } = await read(connector);
    await connector.close();
    connectTo({ cursor });
    const rest = await read(connector, { resume: pages[1]?.next ?? null });
    expect(rest.keys).toEqual(range(20).slice(8).map(String));
    expect(rest.evidence).toEqual({ total: 20, came: 20, doubt: null });
    // A row that the first half should have read is missing from it.
    const place = JSON.parse(pages[1]?.next ?? '');
    const short = JSON.stringify({ ...place, came: { all: 7, older: 7 } });
    expect((await read(connector, { resume: short })).evidence).toEqual({ total: 20, came: 19, doubt: null });
  });

  it('says that nobody counted where that is switched off', async () => {
    const reason = { total: null, doubt: expect.stringContaining('`count: off`') };
    connectTo({ count: 'off' });
    expect((await read(connector)).evidence).toEqual(reason);
    expect((await scanOf(connector)).evidence).toEqual(reason);
    const checked = await connector.check(live);
    expect(checked.find(({ probe }) => probe === 'things')).toMatchObject({
      ok: true,
      detail: expect.stringContaining('not counted'),
    });
    await connector.close();
    expect((await read(connectTo({}, { count: 'off' }))).evidence).toEqual(reason);
    await connector.close();
    expect((await read(connectTo({ count: 'on' }, { count: 'off' }))).evidence).toEqual({
      total: 20,
      came: 20,
      doubt: null,
    });
  });

  it('goes on with one connection, and with no snapshot', async () => {
    for (const source of [{ poolSize: 1 }, { snapshot: '0s' }]) {
      connectTo({}, source);
      expect((await read(connector)).evidence).toEqual({ total: 20, came: 20, doubt: null });
      expect(await scanOf(connector)).toEqual({
        keys: range(20).map(String),
        evidence: { total: 20, came: 20, doubt: null },
      });
      if (source.poolSize === undefined) await connector.close();
    }
  });

  it('counts integer stamps and dates too', async () => {
    await tables.run('UPDATE things SET changed = NULL WHERE id < 5');
    const query = 'SELECT id, name, CASE WHEN id < 5 THEN NULL ELSE id END AS nr, changed FROM things';
    for (const one of [
      { field: 'nr', type: 'integer' },
      { field: 'changed', type: 'date' },
    ]) {
      connectTo({ cursor: one, query });
      const { evidence, keys } = await read(connector);
      expect([keys.length, evidence]).toEqual([20, { total: 20, came: 20, doubt: null }]);
      await connector.close();
    }
    connectTo();
  });
});

describeWithServer('a snapshot of MySQL or MariaDB', () => {
  let tables: TypedTables;
  let connector: Connector;
  const name = () => new URL(tables.url).pathname.slice(1);

  beforeAll(async () => {
    tables = await mysqlTables(server);
    await tables.run('CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20)) ENGINE=InnoDB');
    await tables.run('INSERT INTO things VALUES ?', [range(40).map((i) => [i, `Row ${i}`])]);
  });
  afterAll(() => tables.drop());
  afterEach(() => connector.close());

  const connectTo = (source: object = {}) => {
    const streams = { things: { resource: 'things', key: 'id', records } };
    connector = connect({
      system: 'alt',
      settings: sourceSchema.parse({ kind: 'sql', url: tables.url, pageSize: 4, streams, ...source }),
    });
    return connector;
  };

  const transactions = async () =>
    await tables.ask(
      `SELECT p.ID AS id FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p
       ON p.ID = t.trx_mysql_thread_id WHERE p.DB = '${name()}' AND p.ID <> CONNECTION_ID()`,
    );

  /** The transactions that are held, as soon as the server lists them. */
  async function heldTransactions() {
    for (;;) {
      const listed = await transactions();
      if (listed.length > 0) return listed;
      // The server answers with the same list again within 100 ms.
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  async function untilReleased(): Promise<void> {
    // The server answers with the same list again within 100 ms.
    do await new Promise((resolve) => setTimeout(resolve, 250));
    while ((await transactions()).length > 0);
  }

  it('is held while pages are read, and given back at the end, when the reader stops, and when it is aborted', async () => {
    connectTo();
    for await (const _ of connector.pull('things', { since: null, resume: null }, live)) {
      expect(await heldTransactions()).toHaveLength(1);
      break;
    }
    await untilReleased();
    await read(connector);
    await untilReleased();
    const stop = new AbortController();
    await expect(
      (async () => {
        for await (const _ of connector.pull('things', { since: null, resume: null }, stop.signal)) stop.abort();
      })(),
    ).rejects.toMatchObject({ name: 'AbortError' });
    await untilReleased();
    await expect(
      (async () => {
        for await (const _ of connector.scanKeys('things', live)) throw new Error('enough');
      })(),
    ).rejects.toThrow('enough');
    await untilReleased();
  });

  it('is given back when its time is over, whether or not the reader asks for more, and the read goes on', async () => {
    connectTo({ snapshot: '50ms' });
    const { keys, evidence } = await read(connector, {
      async between(page) {
        if (page !== 2) return;
        await untilReleased();
        // Nobody holds the table any more.
        await tables.run('ALTER TABLE things ADD COLUMN more INT');
        await tables.run('DELETE FROM things WHERE id >= 38');
      },
    });
    expect(keys).toEqual(range(38).map(String));
    expect(evidence).toEqual({ total: 38, came: 38, doubt: null });
  });

  it('that the server has ended is done without', async () => {
    connectTo();
    const { keys, evidence } = await read(connector, {
      async between(page) {
        if (page !== 2) return;
        for (const { id } of await heldTransactions()) await tables.run(`KILL ${Number(id)}`);
        await untilReleased();
      },
    });
    expect(keys).toEqual(range(38).map(String));
    expect(evidence).toEqual({ total: 38, came: 38, doubt: null });
  });

  it('leaves a connection to others: as many reads at once as there are connections all end', async () => {
    connectTo({ poolSize: 2 });
    const reads = await Promise.all(range(3).map(() => read(connector)));
    expect(reads.map(({ evidence }) => evidence)).toEqual(Array(3).fill({ total: 38, came: 38, doubt: null }));
  });

  it('shows rows that are missing: a table of a collation that an unsafe walk would skip in', async () => {
    await tables.run('CREATE TABLE cases (id VARCHAR(5) COLLATE utf8mb4_general_ci, name VARCHAR(9), KEY (id))');
    await tables.run('INSERT INTO cases VALUES ?', [['a', 'A', 'á', 'à', 'b', 'B', 'c', 'C'].map((id) => [id, 'x'])]);
    const streams = { things: { resource: 'cases', key: 'id', pageSize: 2, records } };
    connectTo({ streams });
    const { keys, evidence } = await withoutDefence('equal keys', () => read(connector));
    expect(evidence).toEqual({ total: 8, came: keys.length, doubt: null });
    expect(keys.length).toBeLessThan(8);
    expect((await read(connector)).evidence).toEqual({ total: 8, came: 8, doubt: null });
  });
});
