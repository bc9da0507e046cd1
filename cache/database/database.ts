import type { Dialect } from '../schema/columns.ts';

/** A value that may stand for a `?` in a statement. */
export type SqlParameter = string | number | null;

/** Rows that stand for one `?`, in `INSERT … VALUES ?`; MySQL's dialect only. */
export type SqlRows = readonly (readonly SqlParameter[])[];

export type Row = Record<string, unknown>;

/** Something statements can be sent to: the cache itself, or one open transaction of it. Placeholders are `?`. */
export interface Sql {
  readonly dialect: Dialect;
  /** The largest statement the database takes, in bytes. */
  readonly mostBytes: number;
  query<R extends Row = Row>(statement: string, parameters?: readonly SqlParameter[]): Promise<R[]>;
  /** Runs a statement that changes rows; resolves to how many it changed. */
  execute(statement: string, parameters?: readonly (SqlParameter | SqlRows)[]): Promise<number>;
}

/** The cache database. Reads outside a transaction never see a transaction's uncommitted rows. */
export interface Cache extends Sql {
  /** All of `work` or none of it; retried whole when the database reports a deadlock or a lock timeout. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface CacheSettings {
  /** `mysql://user:password@host:3306/database`, `sqlite:./customer360.db` or `sqlite::memory:`. */
  url: string;
  poolSize: number;
  /** Is given what the server's settings make slower or refuse, in words for people. */
  onWarning?: (text: string) => void;
}
