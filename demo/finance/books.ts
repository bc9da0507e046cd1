import type { LegacyWrite } from './finance-rows.ts';

/** Where the books are kept. Writes of one call are one transaction; a row with the same key is replaced. */
export interface Books {
  /** Makes the tables anew, empty. */
  create(): Promise<void>;
  write(rows: Iterable<LegacyWrite>): Promise<void>;
  close(): Promise<void>;
}
