import { textChecksum } from '../../schema/checksum.ts';

/** What of better-sqlite3 it takes to add functions to its SQL. */
export interface FunctionHost {
  function(name: string, options: object, implementation: (value: unknown) => unknown): unknown;
  aggregate(name: string, options: object): unknown;
}

/** Functions that MySQL has and SQLite lacks. */
export function addChecksumFunctions(database: FunctionHost): void {
  database.function('text_checksum', { deterministic: true }, (text) => textChecksum(String(text)));
  database.aggregate('bit_xor', {
    safeIntegers: true,
    start: () => 0n,
    step: (total: bigint, value: unknown) => (typeof value === 'bigint' ? total ^ value : total),
  });
}
