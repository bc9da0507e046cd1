import { LosslessNumber } from 'lossless-json';
import { type StreamSettings, sourceSettings, streamSettings } from '../../config/settings/settings.ts';
import type { Connector, Page, PullRequest, SourceRecord } from '../../connectors/connector.ts';
import type { JsonObject } from '../../schema/json.ts';
import { instantOf } from '../../schema/time.ts';

export const SYSTEM = 'erp';
export const STREAM = 'orders';
const LINES = 3;
/** Canonical rows made of one source record: the order and its lines. */
export const ROWS_PER_ORDER = 1 + LINES;

/** Orders as an ERP's REST service would hand them over: amounts as text, quantities as numbers, its own status codes. */
const settings = {
  resource: 'orders',
  key: 'id',
  cursor: { field: 'changedAt' },
  records: [
    {
      entity: 'order',
      fields: {
        partyId: 'customer',
        orderNumber: 'number',
        customerReference: 'reference',
        status: { path: 'status', enum: { '10': 'DRAFT', '20': 'CONFIRMED', '30': 'PROCESSING', '90': 'DONE' } },
        sourceStatus: 'status',
        orderDate: 'orderedOn',
        requestedDate: 'requestedOn',
        promisedDate: 'promisedOn',
        currency: 'currency',
        netAmount: 'net',
        taxAmount: 'tax',
        totalAmount: 'total',
      },
    },
    {
      entity: 'orderLine',
      each: 'lines',
      key: ['^.id', 'position'],
      fields: {
        orderId: '^.id',
        lineNo: 'position',
        sku: 'sku',
        description: 'description',
        orderedQty: 'quantity',
        uom: 'unit',
        unitPrice: 'price',
        discountPercent: 'discount',
        netAmount: 'net',
        taxAmount: 'tax',
      },
    },
  ],
};

export function orderStream(): StreamSettings {
  return streamSettings.parse(settings);
}

export function orderSourceSettings() {
  return { ...sourceSettings.parse({ kind: 'rest' }), streams: { [STREAM]: orderStream() } };
}

export interface OrderSource {
  connector: Connector;
  /** Alters this many orders, spread over all; the next pass finds them by their stamps. */
  change(count: number): void;
}

/**
 * Orders that are computed when they are asked for: the source costs next to nothing, so that what a pass takes is
 * the hub's own. One order is stamped each second; `since` is answered as an index on the stamp would.
 */
export function createOrderSource({ orders, pageSize }: { orders: number; pageSize: number }): OrderSource {
  const changed = new Map<number, number>();
  let revision = 0;

  async function* pull(_stream: string, { since, resume }: PullRequest): AsyncGenerator<Page> {
    const first = since === null ? 0 : Math.max(0, Math.ceil((Date.parse(since) - FIRST_STAMP) / SECOND));
    const late = since === null ? [] : [...changed].filter(([index]) => index < first);
    const tail = Math.max(0, orders - first);
    const total = tail + late.length;
    for (let from = resume === null ? 0 : Number(resume); ; from += pageSize) {
      const to = Math.min(total, from + pageSize);
      const records: SourceRecord[] = [];
      for (let at = from; at < to; at++) {
        const [index = first + at] = late[at - tail] ?? [];
        records.push(sourceOrder(index, changed.get(index) ?? 0));
      }
      yield { records, next: to === total ? null : String(to) };
      if (to === total) return;
    }
  }

  return {
    change(count) {
      changed.clear();
      revision += 1;
      const step = Math.max(1, Math.floor(orders / count));
      for (let n = 0; n < count; n++) changed.set(n * step, revision);
    },
    connector: {
      pull,
      check: async () => [],
      discover: async () => [],
      readByKeys: async () => [],
      asksByKey: () => true,
      scanKeys: async function* () {},
      now: async () => instantOf(NOW),
      close: async () => undefined,
    },
  };
}

const SECOND = 1_000;
const DAY = 86_400_000;
const FIRST_STAMP = Date.parse('2025-01-01T00:00:00Z');
const NOW = Date.parse('2026-01-01T00:00:00Z');
const CHANGED_AT = Date.parse('2025-12-01T00:00:00Z');
const STATES = ['10', '20', '30', '90'];
const UNITS = ['PCE', 'BOX', 'KGM'];

/** Order `index` in its `revision`; always the same for the same numbers. */
export function sourceOrder(index: number, revision = 0): SourceRecord {
  const key = String(10_000_000 + index);
  const chance = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  const version = instantOf(revision === 0 ? FIRST_STAMP + index * SECOND : CHANGED_AT + revision * SECOND);
  const ordered = FIRST_STAMP + (chance % 360) * DAY;
  let net = 0;
  const lines: JsonObject[] = [];
  for (let position = 1; position <= LINES; position++) {
    const article = (chance >>> position) % 50_000;
    const quantity = 1 + (article % 12);
    const price = 199 + article;
    net += quantity * price;
    lines.push({
      position: number(position),
      sku: `A-${article}`,
      description: `Article ${article} in the size that was asked for`,
      quantity: number(quantity),
      unit: UNITS[article % UNITS.length] ?? 'PCE',
      price: cents(price),
      discount: '0.00',
      net: cents(quantity * price),
      tax: cents(Math.round(quantity * price * 0.19)),
    });
  }
  const tax = Math.round(net * 0.19);
  const data = {
    id: key,
    number: `SO-${key}`,
    customer: String(chance % 100_000),
    reference: `PO ${chance % 1_000_000}${revision === 0 ? '' : ` rev ${revision}`}`,
    status: STATES[chance % STATES.length] ?? '10',
    orderedOn: day(ordered),
    requestedOn: day(ordered + 7 * DAY),
    promisedOn: day(ordered + 9 * DAY),
    currency: 'EUR',
    net: cents(net),
    tax: cents(tax),
    total: cents(net + tax),
    changedAt: version,
    lines,
  };
  return { key, version, deleted: false, data };
}

function number(value: number): LosslessNumber & { readonly isLosslessNumber: true } {
  return new LosslessNumber(String(value)) as LosslessNumber & { readonly isLosslessNumber: true };
}

function cents(amount: number): string {
  return `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
