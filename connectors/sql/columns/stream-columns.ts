import { HubError } from '../../../config/errors.ts';
import type { SourceDatabase } from '../source-database.ts';
import type { SqlDialect } from '../sql-dialect.ts';
import type { SqlValue } from '../wire.ts';
import type { ColumnForm, SourceColumn } from './column-form.ts';
import { type MysqlField, mysqlColumn } from './mysql-columns.ts';

/** Where a row stands in the order of a column. */
interface ColumnPlace {
  /** The name under which the place is read. */
  selected: string;
  /** What has to be selected for it besides the columns of the record; null for nothing. */
  sql: string | null;
  placeOf(value: unknown): SqlValue;
}

/** The columns of a stream, as its database describes them. */
export interface StreamColumns {
  /** All that the stream reads, in the order in which they are read; null where the database types each value. */
  all: readonly SourceColumn[] | null;
  formOf(name: string): ColumnForm;
  placeOf(name: string): ColumnPlace;
  /** The column to sort by, which is not always what is read under its name. */
  sortedBy(name: string): string;
  /** What to select for these columns; null: for all. */
  list(names: readonly string[] | null): string;
}

interface StreamToDescribe {
  from: string;
  /** The name of its table in statements. */
  table: string;
  columns: readonly string[] | null;
  system: string;
  name: string;
}

/** Asks a database what columns a stream has, and of which types. */
export function createStreamColumns(database: Pick<SourceDatabase, 'dialect' | 'describe'>, stream: StreamToDescribe) {
  const { dialect } = database;
  const list = stream.columns === null ? '*' : stream.columns.map(dialect.quote).join(', ');
  let last: StreamColumns | null = null;

  async function now(signal: AbortSignal): Promise<StreamColumns> {
    const fields = dialect.typesItsValues
      ? null
      : await database.describe(`SELECT ${list} FROM ${stream.from} LIMIT 0`, signal);
    last = columnsFrom(fields && typed(fields, stream), stream.table, dialect);
    return last;
  }

  return {
    /** For work that goes on for long: tables change, so the database is asked each time. */
    now,
    /** For short work: what was known last will do, unless a column has gone since. */
    async lately<T>(work: (columns: StreamColumns) => Promise<T>, signal: AbortSignal): Promise<T> {
      if (last === null) return await work(await now(signal));
      try {
        return await work(last);
      } catch (error) {
        if (!(error instanceof HubError) || error.code !== 'SOURCE_NOT_FOUND') throw error;
        return await work(await now(signal));
      }
    },
  };
}

function typed(fields: readonly MysqlField[], { system, name }: StreamToDescribe): SourceColumn[] {
  return fields.map((field) => {
    const column = mysqlColumn(field);
    if (column) return column;
    throw new HubError(
      'SOURCE_PROTOCOL',
      `Expected columns of types that the hub can read exactly, got ${field.name} of type ${field.columnType}. ` +
        `List the other columns in \`columns\` of ${name}, or have it as text from a \`query\`.`,
      { source: system, stream: name },
    );
  });
}

function columnsFrom(all: SourceColumn[] | null, table: string, dialect: SqlDialect): StreamColumns {
  const byName = new Map(all?.map((column) => [column.name.toLowerCase(), column]));
  const formOf = (name: string) => dialect.formOf(byName.get(name.toLowerCase()), dialect.quote(name));
  const selected = (name: string) => {
    const [quoted, { shown }] = [dialect.quote(name), formOf(name)];
    return shown === quoted ? quoted : `${shown} AS ${quoted}`;
  };
  return {
    all,
    formOf,
    placeOf(name) {
      const { place, placeOf } = formOf(name);
      if (place === null) return { selected: name, sql: null, placeOf };
      const alias = `hub place of ${name}`;
      return { selected: alias, sql: `${place} AS ${dialect.quote(alias)}`, placeOf };
    },
    sortedBy(name) {
      const quoted = dialect.quote(name);
      // A bare name would be that of the expression which is selected under it.
      return formOf(name).shown === quoted ? quoted : `${table}.${quoted}`;
    },
    list(names) {
      const wanted = names ?? all?.map(({ name }) => name) ?? null;
      return wanted === null ? '*' : [...new Set(wanted)].map(selected).join(', ');
    },
  };
}
