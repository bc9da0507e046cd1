import type { Connector, CreateConnector, SourceRecord } from '../connector.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import { streamOf } from '../stream-of.ts';
import { checkDatabase } from './check-database.ts';
import { withinLimit } from './columns/large-row.ts';
import { createCountedReads } from './counted-reads.ts';
import { discoverTables } from './discover-tables.ts';
import type { SqlSettings, SqlStream } from './settings.ts';
import { createSourceDatabase, type Queries } from './source-database.ts';
import { compileRowVersion } from './stamps.ts';
import { createStreamChecksums } from './stream-checksums.ts';
import { createStreamReader, type StreamReader } from './stream-reader.ts';
import { type DriverRow, plainRow, plainText } from './wire.ts';

/** Pages one checksum goes over: what a server that has much to do still does in seconds, and a SQLite file, blocking us, in a moment. */
const CHUNK_PAGES = { mysql: 100, sqlite: 10 };

interface SqlStreamAccess {
  stream: SqlStream;
  reader: StreamReader;
  pageSize: number;
  recordOf(row: DriverRow): SourceRecord;
  isCounted: boolean;
  reads: ReturnType<typeof createCountedReads>;
}

/** Connects to a database, reading tables, views or queries of it. */
export const createSqlConnector: CreateConnector<SqlSettings> = ({ system, settings, notices }) => {
  const database = createSourceDatabase(system, settings, notices);
  const streams = Object.fromEntries(
    Object.entries(settings.streams).map(([name, stream]) => {
      const reader = createStreamReader(database, system, name, stream);
      const pageSize = stream.pageSize ?? settings.pageSize;
      const recordOf = compileRecord(stream, settings.maxRecordBytes);
      const isCounted = (stream.count ?? settings.count) === 'on';
      const counted = { database, stream, reader, recordOf, isCounted, pageSize, now, system, name };
      return [name, { stream, reader, pageSize, recordOf, isCounted, reads: createCountedReads(counted) }];
    }),
  );

  async function now(asked: Queries, signal: AbortSignal): Promise<string | null> {
    const [row] = await asked.query(database.dialect.now, [], signal);
    return canonicalNow(String(row?.now ?? ''));
  }

  const access = (name: string): SqlStreamAccess => streamOf(system, streams, name);

  return {
    check: (signal) => checkDatabase(database, settings, access, signal),
    discover: (signal) => discoverTables(database, signal),
    close: () => database.close(),

    now: (signal) => now(database, signal),

    pull: (name, request, signal) => access(name).reads.pull(request, signal),

    asksByKey: () => true,

    async readByKeys(name, keys, signal) {
      const { reader, recordOf } = access(name);
      const wanted = new Set(keys);
      // To a collation that sees no case, "a" has the key "A" as well.
      return (await reader.rowsByKeys(keys, signal)).map(recordOf).filter(({ key }) => wanted.has(key));
    },

    scanKeys: (name, signal) => access(name).reads.scanKeys(signal),

    async checksums(name, signal) {
      const { stream, reader, pageSize } = access(name);
      const chunk = pageSize * CHUNK_PAGES[database.dialect.name];
      return createStreamChecksums({ database, stream, extent: reader.extent, chunk, system, name }, signal);
    },
  } satisfies Connector;
};

function compileRecord(stream: SqlStream, maxRecordBytes: number): (row: DriverRow) => SourceRecord {
  const recordOf = compileSourceRecord(stream);
  const versionOf = compileRowVersion(stream);
  const keys = [stream.key].flat();
  return (row) => {
    const data = plainRow(row);
    // A zero date is nothing to a record, but a part of a key like any other.
    const hasZero = keys.some((name) => data[name] === null && row[name] !== null);
    const keyed = hasZero ? { ...data, ...Object.fromEntries(keys.map((name) => [name, plainText(row[name])])) } : data;
    return withinLimit({ ...recordOf(keyed), version: versionOf(data), data }, maxRecordBytes);
  };
}

function canonicalNow(text: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/.exec(text);
  return match ? `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z` : null;
}
