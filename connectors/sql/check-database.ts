import { HubError } from '../../config/errors.ts';
import type { CheckResult, SourceRecord } from '../connector.ts';
import type { SqlSettings } from './settings.ts';
import type { SourceDatabase } from './source-database.ts';
import type { StreamReader } from './stream-reader.ts';
import type { DriverRow } from './wire.ts';

type StreamOf = (name: string) => {
  reader: StreamReader;
  recordOf(row: DriverRow): SourceRecord;
  isCounted: boolean;
};

/** Tries login, clock, and one row a stream. What fails is a result, not an exception. */
export async function checkDatabase(
  database: SourceDatabase,
  settings: SqlSettings,
  streamOf: StreamOf,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const login = await probe('login', async () => {
    await database.query('SELECT 1', [], signal);
    return 'connected';
  });
  if (!login.ok) return [login];
  const results = [login, await probe('clock', () => clockOffset(database, signal))];
  for (const [name, stream] of Object.entries(settings.streams)) {
    results.push(
      await probe(name, async () => {
        const { reader, recordOf, isCounted } = streamOf(name);
        for await (const { rows } of reader.pages({ asked: database, since: null, from: null, limit: 1 }, signal)) {
          rows.map(recordOf);
          if (rows.length > 0) break;
        }
        const counted = isCounted ? `${await reader.count(database, signal)} rows` : 'rows not counted (`count: off`)';
        const told = stream.cursor ? 'changes are told' : 'changes are not told: every pass reads all';
        return `${counted}; ${told}; ${await newest(database, reader, stream.cursor?.type ?? null, recordOf, signal)}`;
      }),
    );
  }
  return results;
}

const farVersion = { instant: '9000-01-01T00:00:00.000000Z', date: '9000-01-01', integer: '9'.repeat(18) };

/** Whether reading from a stamp works, tried with one in the far future so that little is read. */
async function newest(
  database: SourceDatabase,
  reader: StreamReader,
  type: keyof typeof farVersion | null,
  recordOf: (row: DriverRow) => SourceRecord,
  signal: AbortSignal,
) {
  if (type === null) return 'deletes show by a scan of all keys';
  for await (const { rows } of reader.pages(
    { asked: database, since: farVersion[type], from: null, limit: 1 },
    signal,
  )) {
    const [record] = rows.map(recordOf);
    if (record?.version) return `warning: ${record.key} is stamped ${record.version}, far in the future`;
    break;
  }
  return 'the cursor can be asked';
}

async function clockOffset(database: SourceDatabase, signal: AbortSignal): Promise<string> {
  const [row] = await database.query(database.dialect.now, [], signal);
  const text = String(row?.now ?? '');
  const offset = Date.parse(`${text.replace(' ', 'T').slice(0, 23)}Z`) - Date.now();
  return `the database's clock is ${(offset / 1000).toFixed(0)} s from ours`;
}

async function probe(name: string, attempt: () => Promise<string>): Promise<CheckResult> {
  try {
    return { probe: name, ok: true, detail: await attempt() };
  } catch (error) {
    return {
      probe: name,
      ok: false,
      detail: error instanceof HubError ? `${error.code}: ${error.message}` : String(error),
    };
  }
}
