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

/** Rows with one of these keys; compound keys are compared part by part. */
export function withKeys(columns: readonly string[], keys: readonly (readonly SqlValue[])[]): Condition {
  const [column] = columns;
  const sql =
    columns.length === 1
      ? `${column} IN (${keys.map(() => '?').join(', ')})`
      : keys.map(() => `(${columns.map((one) => `${one} = ?`).join(' AND ')})`).join(' OR ');
  return { sql, parameters: keys.flat() };
}
