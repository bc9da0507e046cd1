import { hash } from 'node:crypto';
import { stringify } from 'lossless-json';
import { textChecksum } from '../../schema/checksum.ts';
import { plainRow, plainText } from './wire.ts';

/** What of better-sqlite3 it takes to add functions to its SQL. */
export interface FunctionHost {
  function(name: string, options: object, implementation: (...values: unknown[]) => unknown): unknown;
  aggregate(name: string, options: object): unknown;
}

/** The functions that MySQL has and SQLite lacks, and the text of a row as the driver gives it. */
export function addChecksumFunctions(database: FunctionHost): void {
  const options = { deterministic: true };
  database.function('text_checksum', options, (text) => textChecksum(String(text)));
  database.function('sha256', options, (text) => hash('sha256', String(text), 'hex'));
  database.function('plain_text', options, (value) => plainRow({ value }).value);
  database.function('whole_text', options, plainText);
  database.function('row_text', { ...options, varargs: true }, (names, ...values) => rowText(String(names), values));
  database.aggregate('bit_xor', {
    start: () => 0n,
    step: (total: bigint, value: unknown) => (typeof value === 'bigint' ? total ^ value : total),
  });
}

/** `names` is a JSON list. */
function rowText(names: string, values: readonly unknown[]): string | undefined {
  const columns = JSON.parse(names) as string[];
  return stringify(plainRow(Object.fromEntries(columns.map((name, i) => [name, values[i]]))));
}
