import type { DiscoveredStream } from '../connector.ts';
import type { SourceDatabase } from './source-database.ts';
import type { DriverRow } from './wire.ts';

/** Counting a larger table exactly would cost the source more than the number is worth. */
const COUNTED_UP_TO = 1_000_000;
const STAMP_TYPE = /^(datetime|timestamp|date)\b/i;
const STAMP_NAME = /upd|modif|chang|aend|geaend|write|version|rev|stamp|sync/i;

/** All tables and views with their columns, keys, and columns that look like change stamps. */
export async function discoverTables(database: SourceDatabase, signal: AbortSignal): Promise<DiscoveredStream[]> {
  const tables = new Map<string, DriverRow[]>();
  for (const column of await database.query(database.dialect.columns, [], signal)) {
    const resource = String(column.resource);
    tables.set(resource, [...(tables.get(resource) ?? []), column]);
  }
  const found: DiscoveredStream[] = [];
  for (const [resource, columns] of tables) {
    const count = Number(columns[0]?.estimate ?? 0) > COUNTED_UP_TO ? null : await countOf(database, resource, signal);
    found.push({ ...describe(resource, columns), count });
  }
  return found;
}

function describe(resource: string, columns: DriverRow[]): Omit<DiscoveredStream, 'count'> {
  const key = columns
    .filter(({ keyPart }) => Number(keyPart) > 0)
    .sort((a, b) => Number(a.keyPart) - Number(b.keyPart))
    .map(({ field }) => String(field));
  const isStamp = ({ field, type }: DriverRow) =>
    STAMP_NAME.test(String(field)) && !key.includes(String(field)) ? true : STAMP_TYPE.test(String(type));
  return {
    resource,
    fields: Object.fromEntries(columns.map(({ field, type }) => [String(field), String(type)])),
    key,
    cursorCandidates: columns.filter(isStamp).map(({ field }) => String(field)),
  };
}

async function countOf(database: SourceDatabase, resource: string, signal: AbortSignal): Promise<number> {
  const [row] = await database.query(`SELECT COUNT(*) AS total FROM ${database.dialect.quote(resource)}`, [], signal);
  return Number(row?.total ?? 0);
}
