import { textChecksum } from '../schema/checksum.ts';
import type { FieldKind } from '../schema/fields.ts';
import type { Dialect } from './columns.ts';
import type { FieldValue, PageRow } from './page-record.ts';
import { canonicalValue, encodeValue } from './row-codec.ts';
import { columnName, fieldsOf } from './tables.ts';

/*
 * A checksum over the canonical rows of a source record, noted when they are written (`source_records.rows_checksum`)
 * and computed again by the database from the rows themselves when they are verified. Both go over the same text of a
 * row: its columns as they are stored, NULLs left out, so that a column added later changes no checksum.
 */

/** Stands in no name and hardly in a value. */
const SEPARATOR = '\u001f';

/** The checksum over the rows of one source record, as a decimal number; "0" for no rows. */
export function rowsChecksum(
  { originId, system, rows }: { originId: string; system: string; rows: readonly PageRow[] },
  dialect: Dialect,
): string {
  // Of two rows with one id the later one is stored.
  const stored = rows.length > 1 ? [...new Map(rows.map((row) => [`${row.entity} ${row.id}`, row])).values()] : rows;
  let checksum = 0n;
  for (const row of stored) checksum ^= textChecksum(textOfRow(row, { originId, system }, dialect));
  return checksum.toString();
}

function textOfRow(row: PageRow, { originId, system }: { originId: string; system: string }, dialect: Dialect): string {
  let text = [row.entity, row.id, originId, system, row.key].join(SEPARATOR);
  for (const [name, kind] of fieldsOf(row.entity)) {
    const value = storedText(kind, row.fields[name], dialect);
    if (value !== null) text += `${SEPARATOR}${columnName(name)}=${value}`;
  }
  return text;
}

/** A value as the database writes its column as text. */
function storedText(kind: FieldKind, value: FieldValue | undefined, dialect: Dialect): string | null {
  if (kind.type !== 'decimal' || dialect !== 'mysql') {
    const stored = encodeValue(kind, value, dialect);
    return stored === null ? null : String(stored);
  }
  const decimal = canonicalValue(kind, value);
  if (decimal === null) return null;
  const [whole = '0', fraction = ''] = String(decimal).split('.');
  return `${whole}.${fraction.padEnd(4, '0')}`;
}
