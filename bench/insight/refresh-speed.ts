import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { appendChanges } from '../../cache/changes/append-changes.ts';
import type { Cache, SqlParameter } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { upsert } from '../../cache/sql/bulk-statements.ts';
import { encodeValue } from '../../cache/sql/row-codec.ts';
import { insightSettings } from '../../config/settings/insight-settings.ts';
import { type RefreshInsight, refreshAll, refreshChanged } from '../../customer-360/insight/refresh-insight.ts';
import { newCustomerId, recordId } from '../../schema/ids.ts';

const ORDERS_EACH = 8;
const CHANGED = 1_000;
const TODAY = '2026-03-31';

/** How long a whole refresh takes on SQLite, and one of a thousand customers that changed; lines to print. */
export async function measureRefresh(customers: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'c360-insight-'));
  const cache = await openCache({ url: `sqlite:${join(folder, 'cache.db')}`, poolSize: 1 });
  try {
    const ids = await fill(cache, customers);
    const now = () => Date.parse(`${TODAY}T12:00:00Z`);
    const request: RefreshInsight = { cache, settings: insightSettings.parse({}), holder: 'bench', now };
    const whole = await timed(() => refreshAll(request));
    await cache.transaction((sql) =>
      appendChanges(
        sql,
        ids.slice(0, CHANGED).map((customerId) => ({ entity: 'customer', customerId })),
        `${TODAY}T12:00:00.000000Z`,
      ),
    );
    const changed = await timed(() => refreshChanged(request));
    return [
      `Whole refresh of ${customers} customers with ${ORDERS_EACH} orders, shipments and invoices each, on SQLite: ${whole}`,
      `${Math.min(CHANGED, customers)} changed customers among them: ${changed}`,
    ];
  } finally {
    await cache.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<string> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return `${((performance.now() - started) / 1_000).toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of CPU)`;
}

/** Customers with a party, and orders of the last two years with everything that comes of them. */
async function fill(cache: Cache, customers: number): Promise<string[]> {
  const ids: string[] = [];
  const instant = encodeValue({ type: 'instant' }, `${TODAY}T00:00:00.000000Z`, cache.dialect);
  const id = (entity: string, key: string) => recordId({ system: 'erp', entity, key });
  for (let start = 0; start < customers; start += 500) {
    const tables = new Map<string, Record<string, SqlParameter>[]>();
    const add = (table: string, row: Record<string, SqlParameter>) => {
      const rows = tables.get(table) ?? [];
      tables.set(table, rows);
      rows.push(row);
    };
    const record = (entity: string, key: string) => ({
      id: id(entity, key),
      origin_id: id('source', `${entity}/${key}`),
      system: 'erp',
      source_key: key,
    });
    for (let n = start; n < Math.min(customers, start + 500); n++) {
      const customer = newCustomerId(1_700_000_000_000 + n);
      ids.push(customer);
      const party = record('party', `P${n}`);
      const named = { kind: 'ORGANIZATION', display_name: `Customer ${n}` };
      add('customers', { id: customer, ...named, search_text: '', created_at: instant, updated_at: instant });
      add('customer_links', { party_id: party.id, customer_id: customer, rule: 'ALONE', linked_at: instant });
      add('parties', { ...party, ...named });
      for (let o = 0; o < ORDERS_EACH; o++) {
        const key = `${n}/${o}`;
        const date = new Date(Date.parse(TODAY) - ((n * 7 + o * 83) % 720) * 86_400_000).toISOString().slice(0, 10);
        const order = record('order', key);
        const line = record('orderLine', key);
        const shipment = record('shipment', key);
        const money = { currency: 'EUR', net_amount: 10_000 * (1 + ((n * 31) % 997)) };
        const arrived = encodeValue({ type: 'instant' }, `${date}T09:00:00.000000Z`, cache.dialect);
        add('orders', {
          ...order,
          party_id: party.id,
          status: 'DONE',
          order_date: date,
          requested_date: date,
          ...money,
        });
        add('order_lines', { ...line, order_id: order.id, sku: 'A', ordered_qty: 10_000 });
        add('shipments', {
          ...shipment,
          party_id: party.id,
          order_id: order.id,
          status: 'DELIVERED',
          delivered_at: arrived,
        });
        add('shipment_lines', {
          ...record('shipmentLine', key),
          shipment_id: shipment.id,
          order_line_id: line.id,
          shipped_qty: 10_000,
        });
        add('invoices', {
          ...record('invoice', key),
          party_id: party.id,
          order_id: order.id,
          kind: 'INVOICE',
          status: 'POSTED',
          issue_date: date,
          due_date: date,
          ...money,
          total_amount: money.net_amount,
          outstanding_amount: o === 0 ? money.net_amount : 0,
        });
      }
    }
    await cache.transaction(async (sql) => {
      for (const [table, rows] of tables) {
        const columns = Object.keys(rows[0] ?? {});
        const keys = table === 'customer_links' ? ['party_id'] : ['id'];
        const values = rows.map((row) => columns.map((column) => row[column] ?? null));
        await upsert(sql, { table, columns, key: keys, rows: values });
      }
    });
  }
  return ids;
}
