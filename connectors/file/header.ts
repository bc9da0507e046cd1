import type { FieldMapping } from '../../config/settings/settings.ts';
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

/**
 * What is wrong with the columns of a file, in words; null when nothing is. Every column that the settings read must
 * be there: a header tells of all records at once, and one that lost a column would empty a field of each.
 */
export function checkColumns(columns: readonly string[], stream: ReadBy): string | null {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) return `expected columns of different names, got ${twice} twice`;
  const row = Object.fromEntries(columns.map((column) => [column, '']));
  const isThere = (path: string) => compilePath(path)({ here: row, outer: null }) !== undefined;
  const missing = columnsRead(stream).filter((paths) => !paths.some(isThere));
  if (missing.length === 0) return null;
  const expected = [...new Set(missing.map((paths) => paths.join(' or ')))].join(', ');
  return `expected a header line with the columns ${expected}, got ${columns.join(', ').slice(0, 500)}; check delimiter and encoding, correct the mapping if they have other names now, or name the columns in the settings if there is no header line`;
}

type ReadBy = Pick<FileStream, 'key' | 'cursor' | 'deletes' | 'records'>;

/** Paths of which one must be there, for each value that is read. Values with a default may be missing. */
function columnsRead({ key, cursor, deletes, records }: ReadBy): string[][] {
  const flag = typeof deletes === 'object' ? [[deletes.flag]] : [];
  const stamps = cursor ? [[cursor.field].flat(), ...(cursor.time === undefined ? [] : [[cursor.time]])] : [];
  // A field of CSV holds no list, so there is nothing that `each` could go through.
  const fields = records.filter(({ each }) => each === undefined).flatMap((record) => Object.values(record.fields));
  return [...[key].flat().map((path) => [path]), ...stamps, ...flag, ...fields.flatMap(pathsOf)];
}

function pathsOf(field: FieldMapping): string[][] {
  if (typeof field === 'string') return [[field]];
  if (field.default !== undefined) return [];
  const own = [field.path, field.time, ...(field.key ?? []), ...(field.join ?? []).flat()]
    .filter((path) => path !== undefined)
    .map((path) => [path]);
  return field.paths ? [...own, field.paths] : own;
}
