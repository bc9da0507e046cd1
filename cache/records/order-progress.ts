import type { FieldKind } from '../../schema/fields.ts';
import type { Sql } from '../database/database.ts';
import { executeByKeys, upsert } from '../sql/bulk-statements.ts';
import { allOf, among, asciiOnly, type Condition, within } from '../sql/condition.ts';
import { encodeValue } from '../sql/row-codec.ts';
import type { Filter, JoinedOrdering } from './record-list.ts';

/**
 * How far an order is, worked out of its documents and stored, so that lists can be filtered by it. Nothing of it
 * grows old by itself: what is overdue is decided when it is asked for, by `nextDue`.
 */
export interface OrderProgress {
  orderId: string;
  fulfilment: string;
  billing: string;
  /** As of a day on which nothing was due. */
  settlement: string;
  stage: string;
  /** The first day on which something was due that is still open; null: nothing is open, or has a due date. */
  nextDue: string | null;
}

const word: FieldKind = { type: 'enum', values: [] };
const date: FieldKind = { type: 'date' };
const fields = { fulfilment: word, billing: word, settlement: word, stage: word, nextDue: date } as const;

export async function saveOrderProgress(sql: Sql, orders: readonly OrderProgress[]): Promise<void> {
  const sorted = [...orders].sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
  await upsert(sql, {
    table: 'order_progress',
    columns: ['order_id', 'fulfilment', 'billing', 'settlement', 'stage', 'next_due'],
    key: ['order_id'],
    rows: sorted.map((order) => [
      order.orderId,
      ...(Object.keys(fields) as (keyof typeof fields)[]).map((name) =>
        encodeValue(fields[name], order[name], sql.dialect),
      ),
    ]),
  });
}

export async function removeOrderProgress(sql: Sql, orderIds: readonly string[]): Promise<void> {
  await executeByKeys(sql, orderIds, (list) => `DELETE FROM order_progress WHERE order_id IN (${list})`);
}

/** Orders that have a row and are no more. */
export async function progressOfNothing(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql.query(
    `SELECT p.order_id AS id FROM order_progress p LEFT JOIN orders o ON o.id = p.order_id
     WHERE o.id IS NULL LIMIT ${Math.trunc(limit)}`,
  );
  return rows.map(({ id }) => String(id));
}

const dueSometime: Condition = { sql: 'p.next_due IS NOT NULL', parameters: [] };

/** Filters of orders by how far they are. */
export const progressFilters: Readonly<Record<string, Filter>> = {
  fulfilment: (states) => having(among('p.fulfilment', asciiOnly(states as string[]))),
  billing: (states) => having(among('p.billing', asciiOnly(states as string[]))),
  settlement: (states, { today }) => having(lateOr('p.settlement', states as string[], [], today)),
  stage: (states, { today }) => having(lateOr('p.stage', states as string[], ['CANCELLED', 'RETURNED'], today)),
  nextDue: (span, { dialect }) =>
    having(allOf([dueSometime, within('p.next_due', date, span as { from?: string; to?: string }, dialect)])),
};

/** Orders by what is due first; they hold the orders that something is open of. */
const byNextDue = {
  field: 'nextDue',
  kind: date,
  join: 'JOIN order_progress p ON p.order_id = t.id AND p.next_due IS NOT NULL',
  column: 'p.next_due',
  id: 'p.order_id',
  implies: 'nextDue',
} as const;
export const progressOrderings: Readonly<Record<string, JoinedOrdering>> = {
  NEXT_DUE_ASC: { ...byNextDue, direction: 'ASC' },
  NEXT_DUE_DESC: { ...byNextDue, direction: 'DESC' },
};

/** In one of the states, where something overdue is OVERDUE unless its own state comes before that. */
function lateOr(column: string, states: readonly string[], before: readonly string[], today: string): Condition {
  const wanted = asciiOnly(states);
  const stay = among(
    column,
    wanted.filter((state) => before.includes(state)),
  );
  const inTime = among(
    column,
    wanted.filter((state) => !before.includes(state)),
  );
  const parts: Condition[] = [
    stay,
    { sql: `(${inTime.sql} AND (p.next_due IS NULL OR p.next_due >= ?))`, parameters: [...inTime.parameters, today] },
  ];
  if (wanted.includes('OVERDUE')) {
    const others = before.length > 0 ? ` AND ${column} NOT IN (${before.map((state) => `'${state}'`).join(', ')})` : '';
    parts.push({ sql: `(p.next_due < ?${others})`, parameters: [today] });
  }
  return {
    sql: `(${parts.map(({ sql }) => sql).join(' OR ')})`,
    parameters: parts.flatMap(({ parameters }) => parameters),
  };
}

function having({ sql, parameters }: Condition): Condition {
  return { sql: `t.id IN (SELECT p.order_id FROM order_progress p WHERE ${sql})`, parameters };
}
