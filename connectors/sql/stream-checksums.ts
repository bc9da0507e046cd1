import { HubError } from '../../config/errors.ts';
import { textChecksum } from '../../schema/checksum.ts';
import type { StreamChecksums, Unable } from '../connector.ts';
import { keyText, type ValueText } from './checksum-text.ts';
import type { SourceColumn } from './columns/column-form.ts';
import type { StreamColumns } from './columns/stream-columns.ts';
import { after, allOf, type Condition, upTo } from './keyset.ts';
import type { SqlStream } from './settings.ts';
import type { SourceDatabase } from './source-database.ts';
import type { SqlDialect } from './sql-dialect.ts';
import type { StreamExtent } from './stream-reader.ts';
import type { DriverRow, SqlValue } from './wire.ts';

/** Statements at once: enough to be quick, not so many that nobody else gets an answer. */
const AT_ONCE = 2;

export interface ChecksumDependencies {
  database: SourceDatabase;
  stream: SqlStream;
  extent: StreamExtent;
  /** Rows one statement goes over. */
  chunk: number;
  /** For errors. */
  system: string;
  name: string;
}

/**
 * Checksums of a table or view, computed where it is: statements over ranges of its key, in its own order, each of
 * which sorts its rows into buckets. Says why where the text of a row cannot be had in SQL just as the driver gives it.
 */
export async function createStreamChecksums(
  dependencies: ChecksumDependencies,
  signal: AbortSignal,
): Promise<StreamChecksums | Unable> {
  const { database, stream, extent, system, name } = dependencies;
  const { dialect } = database;
  if (stream.query !== undefined && dialect.typesItsValues)
    return { unable: 'it reads a query, and the database does not say what columns that has' };
  if (!(await computesChecksums(database, signal))) return { unable: 'the database computes no SHA-1 and SHA-256' };

  const known = await extent.describe(signal);
  const texts = textsOf(await columnsOf(dependencies, known, signal), extent, stream, database);
  if ('unable' in texts) return texts;
  const { columns, textByName } = texts;
  const textOf = (column: string) => textByName.get(column)?.sql ?? 'NULL';
  const key = keyText(
    extent.keys.map((column) => textByName.get(column)?.whole ?? 'NULL'),
    dialect.name,
  );
  const row = dialect.rowText(columns.flatMap((name) => textByName.get(name) ?? []));
  const live = liveOnly(stream, textOf, dialect.name);

  /** Key and text of the live rows of one range. */
  function rowsIn(range: Condition): Condition {
    const { sql, parameters } = allOf([...extent.own, ...live, range]);
    return {
      sql: `SELECT ${key} AS record_key, ${row.sql} AS record_text FROM ${extent.from} WHERE ${sql}`,
      parameters: [...row.parameters, ...parameters],
    };
  }

  /** Ranges of the key that hold `chunk` rows each and all rows together. */
  async function* ranges(): AsyncGenerator<Condition> {
    const keys = extent.keys.map(dialect.quote);
    const places = extent.keys.map((column) => known.placeOf(column));
    const list = [known.list(extent.keys), ...places.flatMap(({ sql }) => sql ?? [])].join(', ');
    const sorted = extent.keys.map((column) => known.sortedBy(column)).join(', ');
    let lower: Condition[] = [];
    for (;;) {
      const { sql, parameters } = allOf([...extent.own, ...lower]);
      const [last] = await database.query(
        `SELECT ${list} FROM ${extent.from} WHERE ${sql} ORDER BY ${sorted} LIMIT 1 OFFSET ${dependencies.chunk - 1}`,
        parameters,
        signal,
      );
      if (!last) {
        yield allOf(lower);
        return;
      }
      const values: SqlValue[] = places.map(({ selected, placeOf }) => placeOf(last[selected]));
      yield allOf([...lower, upTo(keys, values)]);
      lower = [after(keys, values)];
    }
  }

  /** One statement a range, a few of them at a time; the answers in the order of the ranges. */
  async function* overRanges(statement: (rows: Condition) => Condition): AsyncGenerator<DriverRow[]> {
    const asked: Promise<DriverRow[]>[] = [];
    for await (const range of ranges()) {
      const { sql, parameters } = statement(rowsIn(range));
      const answer = database.query(sql, parameters, signal);
      // Whoever waits for it hears of its failure; when another one fails first, nobody does.
      answer.catch(() => undefined);
      asked.push(answer);
      const next = asked.length < AT_ONCE ? undefined : asked.shift();
      if (next) yield await next;
    }
    for (const answer of asked) yield await answer;
  }

  const bucketOf = `SUBSTR(${dialect.sha256Of('CONCAT(?, record_key)')}, 1, ?)`;
  // A text that is too long for the server comes as NULL: such rows count as 1, which the cache has for none.
  const checksum = `COALESCE(${dialect.checksumOf('record_text')}, 1)`;

  return {
    async *buckets({ salt, digits }) {
      const parts = overRanges((rows) => ({
        sql: `SELECT ${bucketOf} AS bucket, COUNT(*) AS records, CAST(BIT_XOR(${checksum}) AS CHAR) AS checksum
          FROM (${rows.sql}) AS source_rows GROUP BY bucket`,
        parameters: [salt, digits, ...rows.parameters],
      }));
      for await (const found of parts) {
        yield found.map((one) => ({
          bucket: bucketIn(one),
          records: Number(one.records),
          checksum: BigInt(String(one.checksum)),
        }));
      }
    },

    async *records({ salt, digits }, buckets) {
      const list = buckets.map(() => '?').join(', ');
      const parts = overRanges((rows) => ({
        sql: `SELECT record_key, CAST(${checksum} AS CHAR) AS checksum FROM (${rows.sql}) AS source_rows
          WHERE ${bucketOf} IN (${list})`,
        parameters: [...rows.parameters, salt, digits, ...buckets],
      }));
      for await (const found of parts) {
        yield found.map((one) => ({ key: String(one.record_key), checksum: BigInt(String(one.checksum)) }));
      }
    },
  };

  function bucketIn({ bucket }: DriverRow): string {
    if (bucket !== null && bucket !== undefined) return String(bucket);
    const message = `Expected every row of ${name} to carry its key in ${extent.keys.join(', ')}, got NULL. Check \`key\` of the stream.`;
    throw new HubError('SOURCE_PROTOCOL', message, { source: system, stream: name });
  }
}

/** Servers in FIPS mode give NULL, and NULL on both sides would be no proof. */
async function computesChecksums({ dialect, query }: SourceDatabase, signal: AbortSignal): Promise<boolean> {
  const [row] = await query(
    `SELECT CAST(${dialect.checksumOf("'a'")} AS CHAR) AS checksum, ${dialect.sha256Of("'a'")} AS digest`,
    [],
    signal,
  );
  return String(row?.checksum) === textChecksum('a').toString() && String(row?.digest).startsWith('ca978112');
}

/** What a table says of its columns besides what an answer says: in which character set their texts are. */
async function columnsOf(
  { database, stream }: ChecksumDependencies,
  { all }: StreamColumns,
  signal: AbortSignal,
): Promise<SourceColumn[]> {
  const { dialect, query } = database;
  if (stream.query !== undefined && all) return [...all];
  const [table = stream.resource, schema = null] = stream.resource.split('.').reverse();
  const listed = await query(dialect.columnsOf, [table, schema], signal);
  const charsets = new Map(listed.map(({ field, charset }) => [String(field), charset]));
  if (!all) return [...charsets.keys()].map(untyped);
  return all.map((column) => ({ ...column, charset: String(charsets.get(column.name) ?? '') || null }));
}

function untyped(name: string): SourceColumn {
  return { name, kind: 'text', nullable: true, charset: null, length: 0, precision: 0 };
}

/** The columns that `pull` reads, in its order, with their text. */
function textsOf(
  all: readonly SourceColumn[],
  { columns: chosen, keys }: StreamExtent,
  { deletes }: SqlStream,
  { dialect }: SourceDatabase,
): { columns: readonly string[]; textByName: ReadonlyMap<string, ValueText> } | Unable {
  const byName = new Map(all.map((column) => [column.name, column]));
  const columns = [...new Set(chosen ?? byName.keys())];
  const flags = typeof deletes === 'object' ? [deletes.flag] : [];
  const textByName = new Map<string, ValueText>();
  for (const name of new Set([...columns, ...keys, ...flags])) {
    const column = byName.get(name);
    if (!column) return { unable: `the database lists no column ${name}` };
    // A JS object has such names first, whatever the order of the columns.
    if (/^\d+$/.test(name)) return { unable: `the column ${name} has a number for a name` };
    textByName.set(name, dialect.textOf(column));
  }
  return { columns, textByName };
}

function liveOnly(
  { deletes }: SqlStream,
  textOf: (column: string) => string,
  dialect: SqlDialect['name'],
): Condition[] {
  if (typeof deletes !== 'object') return [];
  const flag = textOf(deletes.flag);
  const exact = dialect === 'mysql' ? `CAST(${flag} AS CHAR) COLLATE utf8mb4_bin` : flag;
  return [
    {
      sql: `${flag} IS NULL OR ${exact} NOT IN (${deletes.values.map(() => '?').join(', ')})`,
      parameters: deletes.values,
    },
  ];
}
