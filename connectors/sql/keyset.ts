import { defends } from '../../config/defences.ts';
import type { SqlValue } from './wire.ts';

/** A part of a statement with what stands for its `?`s. */
export interface Condition {
  sql: string;
  parameters: SqlValue[];
}

/**
 * The rows after one row in the order of some columns: `(a, b) > (x, y)`, written so that MySQL and SQLite walk an
 * index on `a` or on `(a, b)` (the row comparison itself uses none on MySQL).
 */
export function after(columns: readonly string[], values: readonly SqlValue[]): Condition {
  return beyond(columns, values, '>');
}

/** The rows at or after. */
export function atOrAfter(columns: readonly string[], values: readonly SqlValue[]): Condition {
  return beyond(columns, values, '>=');
}

/** The rows up to one row, itself among them. */
export function upTo(columns: readonly string[], values: readonly SqlValue[]): Condition {
  const [column, ...columnsLeft] = columns;
  const [value = null, ...valuesLeft] = values;
  if (columnsLeft.length === 0) return { sql: `${column} <= ?`, parameters: [value] };
  const rest = upTo(columnsLeft, valuesLeft);
  return {
    sql: `${column} <= ? AND (${column} < ? OR (${rest.sql}))`,
    parameters: [value, value, ...rest.parameters],
  };
}

function beyond(columns: readonly string[], values: readonly SqlValue[], last: '>' | '>='): Condition {
  const [column, ...columnsLeft] = columns;
  const [value = null, ...valuesLeft] = values;
  if (columnsLeft.length === 0) return { sql: `${column} ${last} ?`, parameters: [value] };
  if (!defends('tie order')) return { sql: `${column} > ?`, parameters: [value] };
  const rest = beyond(columnsLeft, valuesLeft, last);
  return {
    sql: `${column} >= ? AND (${column} > ? OR (${rest.sql}))`,
    parameters: [value, value, ...rest.parameters],
  };
}

export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: '1 = 1', parameters: [] };
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

/** Rows with one of these keys: of each part of a key the values that it may be. Parts are compared one by one. */
export function withKeys(columns: readonly string[], keys: readonly (readonly (readonly SqlValue[])[])[]): Condition {
  const [column] = columns;
  const isOneOf = (name: string | undefined, values: readonly SqlValue[]) =>
    values.length === 1 ? `${name} = ?` : `${name} IN (${values.map(() => '?').join(', ')})`;
  const parameters = keys.flat(2);
  if (columns.length === 1) return { sql: `${column} IN (${parameters.map(() => '?').join(', ')})`, parameters };
  const sql = keys.map((parts) => `(${parts.map((values, i) => isOneOf(columns[i], values)).join(' AND ')})`);
  return { sql: sql.join(' OR '), parameters };
}
