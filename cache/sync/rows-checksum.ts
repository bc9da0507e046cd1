import { textChecksum } from '../../schema/checksum.ts';
import type { FieldKind } from '../../schema/fields.ts';
import type { Entity } from '../../schema/records.ts';
import type { Dialect } from '../schema/columns.ts';
import { columnName, fieldsOf } from '../schema/tables.ts';
import { canonicalValue, encodeValue } from '../sql/row-codec.ts';
import type { FieldValue, PageRow } from './page-record.ts';
import type { StoredRow } from './sync-store.ts';

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
  // Of two rows with one id the later one is stored; the entity is part of the id.
  const stored = rows.length > 1 ? [...new Map(rows.map((row) => [row.id, row])).values()] : rows;
  let checksum = 0n;
  for (const row of stored) checksum ^= textChecksum(textOfRow(row, { originId, system }, dialect));
  return checksum.toString();
}

/** The same over rows as they were read from the cache. */
export function storedRowsChecksum(rows: readonly StoredRow[], dialect: Dialect): string {
  let checksum = 0n;
  for (const row of rows) checksum ^= textChecksum(textOfRow(row, row, dialect));
  return checksum.toString();
}

function textOfRow(row: PageRow, origin: Pick<StoredRow, 'originId' | 'system'>, dialect: Dialect): string {
  const { entity, id, key, fields } = row;
  let text = entity + SEPARATOR + id + SEPARATOR + origin.originId + SEPARATOR + origin.system + SEPARATOR + key;
  for (const [name, kind] of fieldsOf(entity)) {
    const value = storedText(kind, fields[name], dialect);
    if (value !== null) text += `${SEPARATOR}${columnName(name)}=${value}`;
  }
  return text;
}

/** The SQL expression of the same text, over the columns of the entity's table. */
export function rowTextSql(entity: Entity, dialect: Dialect): string {
  const fields = fieldsOf(entity).map(([name]) => {
    const column = columnName(name);
    // SQLite's CONCAT takes NULL for empty text, MySQL's `||` is no concatenation.
    return dialect === 'mysql' ? `CONCAT('${column}=', \`${column}\`)` : `'${column}=' || "${column}"`;
  });
  const columns = [`'${entity}'`, 'id', 'origin_id', '`system`', 'source_key', ...fields];
  // Bytes are joined more than twice as fast as text, whose character sets MySQL compares value by value.
  const separator = dialect === 'mysql' ? `CAST('${SEPARATOR}' AS BINARY)` : `'${SEPARATOR}'`;
  return `CONCAT_WS(${separator}, ${columns.join(', ')})`;
}

/** A value as the database writes its column as text. */
function storedText(kind: FieldKind, value: FieldValue | undefined, dialect: Dialect): string | null {
  if (kind.type !== 'decimal' || dialect !== 'mysql') {
    const stored = encodeValue(kind, value, dialect);
    return stored === null ? null : String(stored);
  }
  const decimal = canonicalValue(kind, value);
  if (decimal === null) return null;
  const text = String(decimal);
  const point = text.indexOf('.');
  return point < 0 ? `${text}.0000` : `${text}${'0000'.slice(text.length - point - 1)}`;
}
