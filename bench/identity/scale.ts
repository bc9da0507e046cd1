import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Cache, SqlParameter } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { upsert } from '../../cache/sql/bulk-statements.ts';
import { encodeValue } from '../../cache/sql/row-codec.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { seeded } from '../../customer-360/identity/matching/seeded.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { recordId } from '../../schema/ids.ts';
import { instantOf } from '../../schema/time.ts';
import { type WatchedDatabase, watchDatabase } from './watch-database.ts';

export interface Scale {
  records: number;
  url: string | undefined;
  seed: number;
  say(line: string): void;
}

const CHANGED = 1_000;
const PAGE = 5_000;

/**
 * How long it takes to resolve generated source records from nothing, and then a page of 1,000 changed ones. Four
 * records a person, from four systems that number their customers each in its own order, each with some of name,
 * e-mail, phone, date of birth and address.
 */
export async function measureScale({ records, url, seed, say }: Scale): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-identity-'));
  const target = url ?? `sqlite:${path.join(folder, 'cache.db')}`;
  const opened = await openCache({ url: target, poolSize: 4 });
  const { identity } = hubSettings.parse({ identity: { defaultCountry: 'DE' } });
  const database = await watchDatabase(opened, target);
  const { cache } = database;
  try {
    await fill(opened, { records, seed });
    say(`${records.toLocaleString('en-US')} source records written, ${cache.dialect}.`);
    const whole = await timed(database, () => resolveDirty({ cache, identity, priorities: {} }));
    say(`From scratch: ${whole.text}; ${JSON.stringify(whole.result)}`);
    const changed = await change(opened, seed);
    const page = await timed(database, () => resolveDirty({ cache, identity, priorities: {} }));
    say(`${changed} changed records: ${page.text}; ${JSON.stringify(page.result)}`);
  } finally {
    await database.end();
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `work`; tells the clock, the CPU time of the process and of its database, and the memory it took at most. */
async function timed<T>(database: WatchedDatabase, work: () => Promise<T>): Promise<{ result: T; text: string }> {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  const [statementsBefore, databaseBefore] = [database.statements(), await database.seconds()];
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 200);
  const result = await work();
  clearInterval(watch);
  peak = Math.max(peak, process.memoryUsage.rss());
  const { user, system } = process.cpuUsage(before);
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  const inDatabase = (await database.seconds()) - databaseBefore;
  const text =
    `${seconds((performance.now() - startedAt) / 1_000)}, ${seconds((user + system) / 1e6)} CPU` +
    ` (${database.cache.dialect === 'sqlite' ? 'of it ' : 'and '}${seconds(inDatabase)} ${database.cache.dialect},` +
    ` ${database.statements() - statementsBefore} statements), ${Math.round(peak / 1e6)} MB`;
  return { result, text };
}

interface Person {
  name: string;
  email: string;
  phone: string;
  birth: string;
  street: string;
  postalCode: string;
}

const syllables = [
  'ba',
  'den',
  'kor',
  'lin',
  'mar',
  'nau',
  'pel',
  'ros',
  'sten',
  'tha',
  'ver',
  'wal',
  'zim',
  'hof',
  'gre',
  'bur',
];

function personOf(index: number, seed: number): Person {
  const next = seeded(seed * 1_000_003 + index);
  // Names as they are: a few hundred are everybody's, most are rare.
  const word = (common: number) => {
    const picked = next(3) === 0 ? next(common) : next(16 ** 4);
    return Array.from({ length: 3 }, (_, i) => syllables[(picked >> (4 * i)) & 15] ?? '').join('') + (picked >> 12);
  };
  const [given, family] = [word(200), word(800)];
  return {
    name: `${given} ${family}`,
    email: `${given}.${family}.${index}@example.com`,
    phone: `+4930${String(10_000_000 + index)}`,
    birth: `${1940 + next(65)}-${String(1 + next(12)).padStart(2, '0')}-${String(1 + next(28)).padStart(2, '0')}`,
    street: `${word(500)}straße ${1 + next(200)}`,
    postalCode: String(10_000 + next(30_000)),
  };
}

/** Each system met its customers in an order of its own: `number` is a customer's place in it. */
const orders = [7_919, 104_729, 1_299_709, 15_485_863];

/** What one of the four systems knows of a person: not all of it, and not always spelt alike. */
function recordOf(record: number, { records, seed }: Pick<Scale, 'records' | 'seed'>) {
  const number = Math.floor(record / 4);
  const persons = Math.ceil(records / 4);
  const person = personOf((number * (orders[record % 4] ?? 1)) % persons, seed);
  const next = seeded(seed * 7_919 + record + 1);
  const knows = (share: number) => next(100) < share;
  const at = next(person.name.length - 1);
  const misspelt = `${person.name.slice(0, at)}${person.name[at + 1]}${person.name[at]}${person.name.slice(at + 2)}`;
  return {
    system: ['erp', 'crm', 'scm', 'finance'][record % 4] ?? 'erp',
    key: String(number),
    name: knows(12) ? misspelt : person.name,
    email: knows(55) ? person.email : null,
    phone: knows(55) ? person.phone : null,
    birth: knows(60) ? person.birth : null,
    address: knows(80) ? { street: person.street, postalCode: person.postalCode } : null,
  };
}

async function fill(cache: Cache, scale: Pick<Scale, 'records' | 'seed'>): Promise<void> {
  const { records } = scale;
  for (let start = 0; start < records; start += PAGE) {
    await writeParties(
      cache,
      Array.from({ length: Math.min(PAGE, records - start) }, (_, i) => start + i),
      scale,
    );
  }
}

/** A thousand records get another phone number, as a page of a sync would bring them. */
async function change(cache: Cache, seed: number): Promise<number> {
  const rows = await cache.query<{ id: string }>(`SELECT id FROM parties ORDER BY id LIMIT ${CHANGED}`);
  const next = seeded(seed + 1);
  await cache.transaction(async (sql) => {
    for (const { id } of rows) {
      await sql.execute('UPDATE parties SET phone = ? WHERE id = ?', [`+4989${20_000_000 + next(9_000_000)}`, id]);
      await sql.execute('INSERT INTO identity_dirty (party_id, marked_at) VALUES (?, ?)', [
        id,
        encodeValue({ type: 'instant' }, instantOf(Date.now()), sql.dialect),
      ]);
    }
  });
  return rows.length;
}

async function writeParties(
  cache: Cache,
  records: readonly number[],
  scale: Pick<Scale, 'records' | 'seed'>,
): Promise<void> {
  const now = encodeValue({ type: 'instant' }, instantOf(Date.now()), cache.dialect);
  const made = records
    .map((record) => {
      const facts = recordOf(record, scale);
      return { id: recordId({ system: facts.system, entity: 'party', key: facts.key }), ...facts };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  await cache.transaction(async (sql) => {
    const write = (table: string, columns: string[], rows: SqlParameter[][]) =>
      upsert(sql, { table, columns, key: [columns[0] ?? 'id'], rows });
    await write(
      'source_records',
      ['id', 'system', 'stream', 'source_key', 'content_hash', 'mapping_hash', 'raw', 'run_id', 'synced_at'],
      made.map(({ id, system }) => [id, system, 'customers', id, '', '', '{}', id, now]),
    );
    await write(
      'parties',
      ['id', 'origin_id', 'system', 'source_key', 'kind', 'display_name', 'email', 'phone', 'birth_date', 'country'],
      made.map(({ id, system, name, email, phone, birth }) => [
        id,
        id,
        system,
        id,
        'PERSON',
        name,
        email,
        phone,
        birth,
        'DE',
      ]),
    );
    await write(
      'contact_points',
      ['id', 'origin_id', 'system', 'source_key', 'party_id', 'kind', 'raw', 'street', 'postal_code', 'country'],
      made.flatMap(({ id, system, address }) =>
        address === null
          ? []
          : [[id, id, system, id, id, 'ADDRESS', address.street, address.street, address.postalCode, 'DE']],
      ),
    );
    await write(
      'identity_dirty',
      ['party_id', 'marked_at'],
      made.map(({ id }) => [id, now]),
    );
  });
}
