import type { FieldKind } from '../../schema/fields.ts';
import type { Sql } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { queryByKeys } from '../sql/bulk-statements.ts';
import { decodeValue, selectValue } from '../sql/row-codec.ts';

/*
 * What is open of invoices and credit notes, in SQL: for sums and filters. The rule is that of
 * `customer-360/order-to-cash/open-amount.ts`; a property test compares the two.
 */

/** What other records say of a document that does not state its own open amount; decimals. */
export interface SettlingRow {
  /** Received payments allocated to it. */
  allocated: string;
  /** Credit notes that name it as their original and state nothing of what is open of them. */
  credited: string;
  /** Of a credit note: how much the invoices it credits have already come down, or all of it where they take it off. */
  taken: string;
}

const decimal: FieldKind = { type: 'decimal' };

/** The signed open amount of the invoice with this alias: above zero is owed by the customer, below zero to it. */
export function openAmount(a: string, dialect: Dialect): string {
  const total = `COALESCE(${a}.total_amount, 0)`;
  const left = notBelowZero(`${uncredited(a, dialect)} - ${takenOf(a, dialect)}`, dialect);
  return `(CASE WHEN ${a}.status <> 'POSTED' THEN 0
    WHEN ${isCredit(a)} THEN -(CASE WHEN ${a}.outstanding_amount IS NOT NULL THEN ABS(${a}.outstanding_amount)
      WHEN ${isClosed(a)} THEN 0 ELSE ${left} END)
    WHEN ${a}.outstanding_amount IS NOT NULL THEN ${a}.outstanding_amount
    WHEN ${isClosed(a)} THEN 0
    ELSE ${total} - ${allocatedTo(a)} - ${creditedTo(a, dialect)} END)`;
}

/** The facts of those of the documents that state neither an open amount nor that they are paid, by id. */
export async function readSettling(sql: Sql, invoiceIds: readonly string[]): Promise<Map<string, SettlingRow>> {
  const { dialect } = sql;
  const value = (expression: string) => selectValue(decimal, expression, dialect);
  const rows = await queryByKeys(
    sql,
    invoiceIds,
    (list) =>
      `SELECT t.id AS id, ${value(allocatedTo('t'))} AS allocated, ${value(creditedTo('t', dialect))} AS credited,
              CASE WHEN ${isCredit('t')} THEN ${value(takenOf('t', dialect))} ELSE '0' END AS taken
       FROM invoices t WHERE ${isUnsaid('t')} AND t.id IN (${list})`,
  );
  const read = (found: unknown) => String(decodeValue(decimal, found, dialect) ?? '0');
  return new Map(
    rows.map((row) => [
      String(row.id),
      { allocated: read(row.allocated), credited: read(row.credited), taken: read(row.taken) },
    ]),
  );
}

function isCredit(a: string): string {
  return `(${a}.kind = 'CREDIT_NOTE' OR COALESCE(${a}.total_amount, 0) < 0)`;
}

function isClosed(a: string): string {
  return `COALESCE(${a}.payment_status, '') IN ('PAID', 'REVERSED')`;
}

function isUnsaid(a: string): string {
  return `(${a}.status = 'POSTED' AND ${a}.outstanding_amount IS NULL AND NOT ${isClosed(a)})`;
}

/** Amounts in two currencies are not set off against each other. */
function sameCurrency(a: string, b: string): string {
  return `(${a}.currency IS NULL OR ${b}.currency IS NULL OR ${a}.currency = ${b}.currency)`;
}

function allocatedTo(a: string): string {
  const [part, paid] = [`${a}_part`, `${a}_paid`];
  return `COALESCE((SELECT SUM(${part}.amount) FROM payment_allocations ${part}
    JOIN payments ${paid} ON ${paid}.id = ${part}.payment_id
    WHERE ${part}.invoice_id = ${a}.id AND ${paid}.status = 'RECEIVED' AND ${sameCurrency(paid, a)}), 0)`;
}

/** What a credit note is worth less what was paid out of it. */
function uncredited(a: string, dialect: Dialect): string {
  return notBelowZero(`ABS(COALESCE(${a}.total_amount, 0)) - ABS(${allocatedTo(a)})`, dialect);
}

function creditedTo(a: string, dialect: Dialect): string {
  const note = `${a}_note`;
  return `COALESCE((SELECT SUM(${uncredited(note, dialect)}) FROM invoices ${note}
    WHERE ${note}.original_invoice_id = ${a}.id AND ${note}.id <> ${a}.id AND ${isUnsaid(note)} AND ${isCredit(note)}
      AND ${sameCurrency(note, a)}), 0)`;
}

function takenOf(a: string, dialect: Dialect): string {
  const [own, other] = [`${a}_own`, `${a}_other`];
  const isDebt = (b: string) =>
    `${b}.id <> ${a}.id AND ${b}.status = 'POSTED' AND NOT ${isCredit(b)} AND ${sameCurrency(b, a)}`;
  const came = (b: string, open: string) => notBelowZero(`COALESCE(${b}.total_amount, 0) - (${open})`, dialect);
  const openOfOther = `CASE WHEN ${other}.outstanding_amount IS NOT NULL THEN ${other}.outstanding_amount
    WHEN ${isClosed(other)} THEN 0 ELSE COALESCE(${other}.total_amount, 0) - ${allocatedTo(other)} END`;
  return `COALESCE(
    (SELECT CASE WHEN ${isUnsaid(own)} THEN ABS(COALESCE(${a}.total_amount, 0))
       ELSE ${came(own, `COALESCE(${own}.outstanding_amount, 0)`)} END
     FROM invoices ${own} WHERE ${own}.id = ${a}.original_invoice_id AND ${isDebt(own)}),
    (SELECT SUM(${came(other, openOfOther)}) FROM invoices ${other}
     WHERE ${other}.order_id = ${a}.order_id AND ${isDebt(other)}), 0)`;
}

function notBelowZero(expression: string, dialect: Dialect): string {
  return `${dialect === 'mysql' ? 'GREATEST' : 'MAX'}(${expression}, 0)`;
}
