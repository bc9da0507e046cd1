import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { HubError } from '../../config/errors.ts';
import { pendingMigrations } from '../schema/migrate.ts';
import { type CacheProbe, describePending } from './cache-probe.ts';
import { judgeServer, readServer } from './mysql-server.ts';
import { openError } from './statement-error.ts';

interface Inspection {
  /** The database's name, for messages. */
  place: string;
  poolSize: number;
}

/** What the hub will do on a server, tried: the settings, the tables, and each right that is needed. */
export async function inspectServer(source: DataSource, { place, poolSize }: Inspection): Promise<CacheProbe[]> {
  const server = await readServer((statement) => source.query(statement));
  const pending = await pendingMigrations(source);
  const probes: CacheProbe[] = [
    { probe: 'open', is: 'ok', detail: `${place}, ${server.version}, ${describePending(pending)}` },
  ];
  for (const { setting, is, detail } of judgeServer(server, poolSize)) {
    probes.push({ probe: setting, is: is === 'fatal' ? 'failed' : 'warning', detail });
  }
  if (server.readOnly) {
    const detail =
      'the server takes no changes (read_only): it can be served from, not synced to. Point database.url at the server that may be written to.';
    probes.push({ probe: 'read_only', is: 'failed', detail });
  }
  const characters = await charactersOf(source);
  if (characters !== null) probes.push({ probe: 'character set', is: 'failed', detail: characters });

  const tables = await tryTables(source, place);
  if (tables === null) probes.push({ probe: 'tables', is: 'ok', detail: 'may be made, changed and removed' });
  else if (pending > 0) probes.push({ probe: 'tables', is: 'failed', detail: tables });
  else {
    const later = 'All tables are there, so the hub works; a later version may need the right.';
    probes.push({ probe: 'tables', is: 'warning', detail: `${tables} ${later}` });
  }
  if (pending === 0) {
    const rows = await tryRows(source, place);
    probes.push(
      rows === null
        ? { probe: 'rows', is: 'ok', detail: 'may be read, written and deleted' }
        : { probe: 'rows', is: 'failed', detail: rows },
    );
  }
  return probes;
}

/** Whether a connection really speaks UTF-8 as it was told to; null when it does. */
async function charactersOf(source: DataSource): Promise<string | null> {
  const [row] = (await source.query(
    "SELECT @@character_set_client AS client, @@character_set_results AS results, HEX('ß€😀') AS bytes",
  )) as { client: unknown; results: unknown; bytes: unknown }[];
  if (row?.bytes === 'C39FE282ACF09F9880') return null;
  return `expected connections in utf8mb4, got client ${row?.client} and results ${row?.results}. Remove SET NAMES from init_connect, and give the server utf8mb4.`;
}

/** Makes, changes and removes a table of the shape the cache's have; null when all of it works. */
async function tryTables(source: DataSource, place: string): Promise<string | null> {
  const table = `\`customer360_check_${randomUUID().slice(0, 8)}\``;
  const text = 'varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
  const error = await firstError(source, place, [
    `CREATE TABLE ${table} (id char(36) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, name ${text}) ENGINE=InnoDB`,
    `ALTER TABLE ${table} ADD COLUMN changed_at datetime(6)`,
    `CREATE INDEX customer360_check_by_name ON ${table} (name, id)`,
    `INSERT INTO ${table} (id, name) VALUES ('a', 'b') ON DUPLICATE KEY UPDATE name = VALUES(name)`,
    `UPDATE ${table} SET name = 'c'`,
    `DELETE FROM ${table}`,
  ]);
  const left = await firstError(source, place, [`DROP TABLE IF EXISTS ${table}`]);
  return error ?? left;
}

/** Writes a row of the cache and takes it back; null when that works. */
async function tryRows(source: DataSource, place: string): Promise<string | null> {
  const runner = source.createQueryRunner();
  const id = randomUUID();
  try {
    await runner.query('START TRANSACTION');
    await runner.query('INSERT INTO identity_unjudged (party_id) VALUES (?)', [id]);
    await runner.query('UPDATE identity_unjudged SET party_id = party_id WHERE party_id = ?', [id]);
    await runner.query('SELECT party_id FROM identity_unjudged WHERE party_id = ? FOR UPDATE', [id]);
    await runner.query('DELETE FROM identity_unjudged WHERE party_id = ?', [id]);
    return null;
  } catch (error) {
    return described(openError(error, place, ''));
  } finally {
    await runner.query('ROLLBACK').catch(() => undefined);
    await runner.release();
  }
}

async function firstError(source: DataSource, place: string, statements: readonly string[]): Promise<string | null> {
  try {
    for (const statement of statements) await source.query(statement);
    return null;
  } catch (error) {
    return described(openError(error, place, ''));
  }
}

function described({ code, message }: HubError): string {
  return `${code}: ${message.trim()}`;
}
