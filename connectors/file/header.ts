import { compilePath } from '../mapping/path.ts';
import type { FileStream } from './settings.ts';
import { readCsv } from './wire.ts';

/** The names of the columns in a header line, or null where it is none. A column without a name is called by its place. */
export function readHeader(line: string, stream: Pick<FileStream, 'delimiter' | 'quote'>): string[] | null {
  try {
    const [row] = readCsv(line, stream);
    return row?.map((name, index) => name.trim() || `column ${index + 1}`) ?? null;
  } catch {
    return null;
  }
}

/** What is wrong with the columns of a file, in words; null when nothing is. */
export function checkColumns(
  columns: readonly string[],
  { stream, before }: { stream: Pick<FileStream, 'key' | 'cursor' | 'deletes'>; before: readonly string[] | null },
): string | null {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) return `expected columns of different names, got ${twice} twice`;
  const shown = columns.join(', ').slice(0, 500);
  const missing = pathsOf(stream).filter((path) => !hasColumn(columns, path));
  if (missing.length > 0) {
    return `expected a header line with the columns ${missing.join(', ')}, got ${shown}; check delimiter and encoding, or name the columns in the settings if the file has no header line`;
  }
  const gone = before?.filter((column) => !columns.includes(column)) ?? [];
  if (gone.length > 0) {
    return `expected the columns of the file before it, got a header without ${gone.join(', ')} (${shown}); if that is meant to be, correct the mapping and sync once with --full`;
  }
  return null;
}

function pathsOf({ key, cursor, deletes }: Pick<FileStream, 'key' | 'cursor' | 'deletes'>): string[] {
  const stamps = cursor ? [cursor.field].flat() : [];
  // Of several stamps, the first that is not empty counts: one of them is enough.
  const stamp = stamps.length === 1 ? stamps : [];
  return [...[key].flat(), ...stamp, ...(typeof deletes === 'object' ? [deletes.flag] : [])];
}

function hasColumn(columns: readonly string[], path: string): boolean {
  const row = Object.fromEntries(columns.map((column) => [column, '']));
  return compilePath(path)({ here: row, outer: null }) !== undefined;
}
