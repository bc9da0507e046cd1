import type { FieldKind } from '../../schema/fields.ts';
import type { SqlParameter } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { encodeValue } from './row-codec.ts';

/** A piece of SQL with the values of its `?`. */
export interface Condition {
  sql: string;
  parameters: SqlParameter[];
}

/** All of them; without any, one that is always true. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: '1 = 1', parameters: [] };
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

/** One of the values; without any, one that is never true. */
export function among(expression: string, values: readonly SqlParameter[]): Condition {
  if (values.length === 0) return { sql: '1 = 0', parameters: [] };
  return { sql: `${expression} IN (${values.map(() => '?').join(', ')})`, parameters: [...values] };
}

/**
 * Names of systems, enum values and ids are kept as ASCII, and MariaDB refuses to compare such a column with anything
 * else. What is not ASCII is none of them, so it is left out.
 */
export function asciiOnly(values: readonly string[]): string[] {
  return values.filter((value) => !/[^\x20-\x7e]/.test(value));
}

/** A span whose missing ends are open. The upper end belongs to it, but for instants. */
export function within(
  expression: string,
  kind: FieldKind,
  span: { from?: string | null; to?: string | null },
  dialect: Dialect,
): Condition {
  const value = kind.type === 'decimal' && dialect === 'sqlite' ? 'CAST(? AS INTEGER)' : '?';
  const below = kind.type === 'instant' ? '<' : '<=';
  const ends: Condition[] = [];
  if (span.from != null) {
    ends.push({ sql: `${expression} >= ${value}`, parameters: [encodeValue(kind, span.from, dialect)] });
  }
  if (span.to != null) {
    ends.push({ sql: `${expression} ${below} ${value}`, parameters: [encodeValue(kind, span.to, dialect)] });
  }
  return allOf(ends);
}
