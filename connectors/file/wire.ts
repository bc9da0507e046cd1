import { parse as parseCsv } from 'csv-parse/sync';
import type { JsonObject } from '../../schema/json.ts';
import { parseExactly } from '../json/exact-json.ts';
import type { FileStream } from './settings.ts';

/** One record as its file tells it, or why it cannot be told. */
export type ParsedRecord = { data: JsonObject } | { damage: string };

type CsvShape = Pick<FileStream, 'delimiter' | 'quote'>;

/** The fields of records of CSV, as text: "00123" stays what it is. Throws Error for what is not CSV. */
export function readCsv(text: string, { delimiter, quote }: CsvShape): string[][] {
  const quoting = quote === '' ? { quote: null, escape: null } : { quote, escape: quote };
  // Which records there are is known already, so that a wrong number of fields is told of one record, not of all.
  return parseCsv(text, {
    ...quoting,
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
  }) as string[][];
}

/** Several records at once; one by one where they cannot be read together. */
export function readCsvRecords(lines: readonly string[], columns: readonly string[], shape: CsvShape): ParsedRecord[] {
  const together = rowsOf(lines.join('\n'), shape);
  if (Array.isArray(together) && together.length === lines.length) return together.map((row) => named(row, columns));
  return lines.map((line) => {
    const rows = rowsOf(line, shape);
    if (!Array.isArray(rows)) return { damage: rows.message };
    const [row] = rows;
    if (row && rows.length === 1) return named(row, columns);
    return { damage: `expected one record, got ${rows.length}` };
  });
}

function rowsOf(text: string, shape: CsvShape): string[][] | Error {
  try {
    return readCsv(text, shape);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function named(row: readonly string[], columns: readonly string[]): ParsedRecord {
  if (row.length !== columns.length) {
    return { damage: `expected ${columns.length} columns (${columns.join(', ')}), got ${row.length}` };
  }
  return { data: Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ''])) };
}

/** One line of JSON Lines; numbers keep all their digits. */
export function readJsonLine(line: string): ParsedRecord {
  try {
    const value = parseExactly(line);
    const isObject =
      value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
    return isObject ? { data: value as JsonObject } : { damage: 'expected a JSON object, got another value' };
  } catch (error) {
    return {
      damage: `expected JSON, got a line that is not: ${error instanceof Error ? error.message : 'unreadable'}`,
    };
  }
}
