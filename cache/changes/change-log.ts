import { isEntity } from '../../schema/records.ts';
import { shiftInstant } from '../../schema/time.ts';
import type { Cache, Row, Sql } from '../database/database.ts';
import { type Document, linksBy } from '../records/order-documents.ts';
import { entityTables } from '../schema/tables.ts';
import { queryByKeys } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { encodeValue } from '../sql/row-codec.ts';

/** What happened behind a sequence. */
export interface Changes {
  /** Go on behind this one. */
  through: number;
  /** Changes the reader has not seen are no longer kept: whatever it knows may be old. */
  missed: boolean;
  /** Customers of whom something looks different now. */
  customerIds: ReadonlySet<string>;
  /** Entity (or `customer`) → the records of it that look different now. */
  records: ReadonlyMap<string, ReadonlySet<string>>;
  /** Changed order → the parties it is of, and was of before, as far as the log itself says. */
  orderParties: ReadonlyMap<string, ReadonlySet<string>>;
  /** There are more: ask again at once. */
  more: boolean;
}

interface ReadChanges {
  after: number;
  /** At most so many entries of the log; 2,000 when left out. */
  first?: number;
  /** Passes over entries of this kind: whoever writes them need not follow itself. */
  ignore?: 'insight';
}

export interface ChangeLog {
  /** The newest sequence; 0 when nothing has ever changed. */
  last(): Promise<number>;
  /** What changed behind `after`. */
  read(request: ReadChanges): Promise<Changes>;
}

const MOST_ENTRIES = 2_000;

/** The log of changes as gateways and jobs follow it, each from where it left off. */
export function createChangeLog(cache: Cache): ChangeLog {
  return {
    async last() {
      const [row] = await cache.query('SELECT last_sequence AS `last` FROM change_sequence WHERE id = 1');
      return Number(row?.last ?? 0);
    },

    async read({ after, first = MOST_ENTRIES, ignore }) {
      const entries = await cache.query<Entry>(
        `SELECT sequence, customer_id AS customerId, party_id AS partyId, entity, record_id AS recordId
         FROM change_log WHERE sequence > ? ORDER BY sequence LIMIT ${first}`,
        [after],
      );
      const oldest = Number(entries[0]?.sequence ?? after + 1);
      const records = new Map<string, Set<string>>();
      const orderParties = new Map<string, Set<string>>();
      const customerIds = new Set<string>();
      for (const { entity, recordId, customerId, partyId } of entries) {
        if (entity === ignore) continue;
        addTo(records, entity, recordId);
        if (entity === 'order' && partyId !== null) addTo(orderParties, recordId, partyId);
        if (customerId !== null) customerIds.add(customerId);
      }
      const partyIds = new Set(entries.flatMap(({ partyId }) => partyId ?? []));
      await addOrders(cache, records);
      await addParties(cache, records, partyIds);
      for (const id of await customersOf(cache, [...partyIds])) customerIds.add(id);
      return {
        through: Number(entries.at(-1)?.sequence ?? after),
        missed: oldest > after + 1,
        customerIds,
        records,
        orderParties,
        more: entries.length === first,
      };
    },
  };
}

interface Entry extends Row {
  sequence: unknown;
  customerId: string | null;
  partyId: string | null;
  entity: string;
  recordId: string;
}

const KEPT = 7 * 86_400_000;
const FORGOTTEN_AT_ONCE = 5_000;

/** The log stays bounded: what is older than a week goes, a few thousand entries at a time, the oldest first. */
export async function forgetOldChanges(sql: Sql, now: string): Promise<void> {
  const [row] = await sql.query(
    `SELECT MAX(sequence) AS \`last\` FROM
       (SELECT sequence, changed_at FROM change_log ORDER BY sequence LIMIT ${FORGOTTEN_AT_ONCE}) oldest
     WHERE changed_at < ?`,
    [encodeValue(instant, shiftInstant(now, -KEPT), sql.dialect)],
  );
  if (row?.last == null) return;
  await sql.execute('DELETE FROM change_log WHERE sequence <= ?', [Number(row.last)]);
}

const documents: readonly Document[] = ['shipment', 'customerReturn', 'invoice'];

/** An order is shown with its documents and what is paid of them: where one of those changed, so did the order. */
async function addOrders(sql: Sql, records: Map<string, Set<string>>): Promise<void> {
  const lines = await lookUp(sql, records, 'orderLine', 'SELECT order_id AS id FROM order_lines WHERE id');
  for (const id of lines) addTo(records, 'order', id);
  const paid = await lookUp(
    sql,
    records,
    'payment',
    'SELECT invoice_id AS id FROM payment_allocations WHERE invoice_id IS NOT NULL AND payment_id',
  );
  for (const id of paid) addTo(records, 'invoice', id);
  for (const document of documents) {
    const ids = [...(records.get(document) ?? [])];
    if (ids.length === 0) continue;
    const links = linksBy(document, 'document', ids);
    for (const row of await sql.query(links.sql, links.parameters)) {
      if (row.order_id !== null) addTo(records, 'order', String(row.order_id));
    }
  }
}

/** The parties that the changed records name themselves. */
async function addParties(
  sql: Sql,
  records: ReadonlyMap<string, ReadonlySet<string>>,
  partyIds: Set<string>,
): Promise<void> {
  for (const entity of records.keys()) {
    if (!isEntity(entity) || !owned.has(entity)) continue;
    const own = `SELECT party_id AS id FROM \`${entityTables[entity]}\` WHERE party_id IS NOT NULL AND id`;
    for (const id of await lookUp(sql, records, entity, own)) partyIds.add(id);
  }
}

/** Entities with a party of their own that an entry may not have named. */
const owned = new Set<string>(['order', ...documents, 'payment']);

async function lookUp(
  sql: Sql,
  records: ReadonlyMap<string, ReadonlySet<string>>,
  entity: string,
  statement: string,
): Promise<string[]> {
  const ids = [...(records.get(entity) ?? [])];
  const rows = await queryByKeys<{ id: string }>(sql, ids, (list) => `${statement} IN (${list})`);
  return rows.map(({ id }) => id);
}

async function customersOf(sql: Sql, partyIds: readonly string[]): Promise<string[]> {
  const rows = await queryByKeys<{ id: string }>(
    sql,
    partyIds,
    (list) => `SELECT customer_id AS id FROM customer_links WHERE party_id IN (${list})`,
  );
  return rows.map(({ id }) => id);
}

function addTo(records: Map<string, Set<string>>, entity: string, id: string): void {
  const known = records.get(entity);
  if (known) known.add(id);
  else records.set(entity, new Set([id]));
}
