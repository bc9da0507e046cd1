import type { FieldKind } from '../../schema/fields.ts';
import type { Dialect } from '../schema/columns.ts';
import type { Condition } from './condition.ts';
import { encodeValue } from './row-codec.ts';

/** What a list is ordered by; the id breaks ties, in the same direction. */
export interface Ordering {
  field: string;
  direction: 'ASC' | 'DESC';
}

/** Where a page ended: the ordering value and the id of its last row. */
export interface Position {
  value: string | null;
  id: string;
}

/** The ORDER BY of a list. NULLs come first ascending and last descending, on all databases. */
export function orderByText(column: string, id: string, direction: 'ASC' | 'DESC'): string {
  return `${column} ${direction}, ${id} ${direction}`;
}

/** True for the rows behind a position, in the order of `orderByText`. */
export function behind(
  column: string,
  id: string,
  kind: FieldKind,
  direction: 'ASC' | 'DESC',
  position: Position,
  dialect: Dialect,
): Condition {
  const than = direction === 'ASC' ? '>' : '<';
  if (position.value === null) {
    const sameNull = `(${column} IS NULL AND ${id} ${than} ?)`;
    const sql = direction === 'ASC' ? `(${column} IS NOT NULL OR ${sameNull})` : sameNull;
    return { sql, parameters: [position.id] };
  }
  const value = encodeValue(kind, position.value, dialect);
  const further = `(${column} ${than}= ? AND (${column} ${than} ? OR ${id} ${than} ?))`;
  const sql = direction === 'ASC' ? further : `(${further} OR ${column} IS NULL)`;
  return { sql, parameters: [value, value, position.id] };
}
