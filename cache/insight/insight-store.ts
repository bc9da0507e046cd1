import type { FieldKind } from '../../schema/fields.ts';
import { appendChanges } from '../changes/append-changes.ts';
import type { Row, Sql, SqlParameter } from '../database/database.ts';
import { executeByKeys, queryByKeys, upsert } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { decodeValue, encodeValue, selectValue } from '../sql/row-codec.ts';

/** What lists of customers are filtered, ordered and counted by. Amounts are in the reporting currency. */
interface ListedNumbers {
  grade: string | null;
  stage: string | null;
  segment: string | null;
  atRisk: boolean;
  sales: string | null;
  lifetimeValue: string | null;
  openBalance: string | null;
  lastOrder: string | null;
  openComplaints: number | null;
}

export interface StoredInsight extends ListedNumbers {
  customerId: string;
  asOf: string;
  computedAt: string;
  /** All numbers, as JSON. */
  numbers: string;
}

/** The last numbers of a month, `YYYY-MM`. */
export interface InsightMonth extends ListedNumbers {
  customerId: string;
  month: string;
  asOf: string;
}

const word: FieldKind = { type: 'enum', values: [] };
const decimal: FieldKind = { type: 'decimal' };
const date: FieldKind = { type: 'date' };
const reference: FieldKind = { type: 'reference', entity: 'customer' };

const listed = [
  ['grade', 'grade', word],
  ['stage', 'stage', word],
  ['segment', 'segment', word],
  ['atRisk', 'at_risk', { type: 'boolean' }],
  ['sales', 'sales', decimal],
  ['lifetimeValue', 'lifetime_value', decimal],
  ['openBalance', 'open_balance', decimal],
  ['lastOrder', 'last_order', date],
  ['openComplaints', 'open_complaints', { type: 'integer' }],
] as const satisfies Columns;

const ofCustomer = [
  ['customerId', 'customer_id', reference],
  ['asOf', 'as_of', date],
  ['computedAt', 'computed_at', instant],
  ...listed,
  ['numbers', 'numbers', { type: 'longText' }],
] as const satisfies Columns;

const ofMonth = [
  ['customerId', 'customer_id', reference],
  ['month', 'month', { type: 'text', length: 7 }],
  ['asOf', 'as_of', date],
  ...listed,
] as const satisfies Columns;

type Columns = readonly (readonly [name: string, column: string, kind: FieldKind])[];

/** Writes the numbers of customers, and as those of their month. */
export async function saveInsights(sql: Sql, insights: readonly StoredInsight[]): Promise<void> {
  const sorted = [...insights].sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
  await write(sql, 'customer_insight', ['customer_id'], ofCustomer, sorted);
  const months = sorted.map((each) => ({ ...each, month: each.asOf.slice(0, 7) }));
  await write(sql, 'customer_insight_months', ['customer_id', 'month'], ofMonth, months);
}

/** Tells those who follow the change log that the numbers of these customers are others; the last of a transaction. */
export async function tellOfInsights(sql: Sql, customerIds: readonly string[], now: string): Promise<void> {
  await appendChanges(
    sql,
    customerIds.map((customerId) => ({ entity: 'insight', customerId })),
    now,
  );
}

/** Removes everything about customers that are no more. */
export async function removeInsights(sql: Sql, customerIds: readonly string[]): Promise<void> {
  for (const table of ['customer_insight', 'customer_insight_months']) {
    await executeByKeys(sql, customerIds, (list) => `DELETE FROM ${table} WHERE customer_id IN (${list})`);
  }
}

/** Customers that have numbers and are no more: merged into others, or without a record. */
export async function insightsOfNobody(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql.query(
    `SELECT i.customer_id AS id FROM customer_insight i LEFT JOIN customers c ON c.id = i.customer_id
     WHERE c.id IS NULL LIMIT ${Math.trunc(limit)}`,
  );
  return rows.map(({ id }) => String(id));
}

/** The customers among these that are there. */
export async function existingCustomers(sql: Sql, customerIds: readonly string[]): Promise<Set<string>> {
  const rows = await queryByKeys(sql, customerIds, (list) => `SELECT id FROM customers WHERE id IN (${list})`);
  return new Set(rows.map(({ id }) => String(id)));
}

/** Removes the months before `month`. */
export async function forgetMonths(sql: Sql, month: string): Promise<void> {
  await sql.execute('DELETE FROM customer_insight_months WHERE month < ?', [month]);
}

export async function readInsights(sql: Sql, customerIds: readonly string[]): Promise<Map<string, StoredInsight>> {
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) => `SELECT ${select(ofCustomer, sql)} FROM customer_insight t WHERE t.customer_id IN (${list})`,
  );
  return new Map(rows.map((row) => [String(row.customerId), decode<StoredInsight>(ofCustomer, row, sql)]));
}

/** The months of each customer, newest first. */
export async function readInsightMonths(
  sql: Sql,
  customerIds: readonly string[],
  from: string,
): Promise<Map<string, InsightMonth[]>> {
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) =>
      `SELECT ${select(ofMonth, sql)} FROM customer_insight_months t
       WHERE t.month >= ? AND t.customer_id IN (${list}) ORDER BY t.month DESC`,
    [from],
  );
  return rowsBy(rows, 'customerId', (row) => decode<InsightMonth>(ofMonth, row, sql));
}

function select(columns: Columns, sql: Sql): string {
  return columns
    .map(([name, column, kind]) => `${selectValue(kind, `t.\`${column}\``, sql.dialect)} AS \`${name}\``)
    .join(', ');
}

function decode<R>(columns: Columns, row: Row, { dialect }: Sql): R {
  return Object.fromEntries(columns.map(([name, , kind]) => [name, decodeValue(kind, row[name], dialect)])) as R;
}

async function write<R extends object>(
  sql: Sql,
  table: string,
  key: readonly string[],
  columns: Columns,
  rows: readonly R[],
): Promise<void> {
  const encoded = rows.map((row) =>
    columns.map(([name, , kind]): SqlParameter => encodeValue(kind, row[name as keyof R] as string, sql.dialect)),
  );
  await upsert(sql, { table, columns: columns.map(([, column]) => column), key, rows: encoded });
}
