import type { Entity } from '../../schema/records.ts';
import { columnName, fieldsOf } from '../schema/tables.ts';

/** A record that looks different after a page: it changed itself, or something that is shown with it did. */
export interface Touched {
  entity: Entity;
  recordId: string;
  /** Where the row itself says it; the reader of the log finds the others. */
  partyId: string | null;
}

/** What a row is shown as a part of: the entity, and the fields that name it. Entities left out stand for themselves. */
const wholes: Partial<Record<Entity, { entity: Entity; fields: readonly string[] }>> = {
  account: { entity: 'party', fields: ['partyId'] },
  contactPoint: { entity: 'party', fields: ['partyId'] },
  identification: { entity: 'party', fields: ['partyId'] },
  consent: { entity: 'party', fields: ['partyId'] },
  contact: { entity: 'party', fields: ['partyId'] },
  relationship: { entity: 'party', fields: ['fromPartyId', 'toPartyId'] },
  orderLine: { entity: 'order', fields: ['orderId'] },
  shipmentLine: { entity: 'shipment', fields: ['shipmentId'] },
  returnLine: { entity: 'customerReturn', fields: ['returnId'] },
  invoiceLine: { entity: 'invoice', fields: ['invoiceId'] },
  paymentAllocation: { entity: 'payment', fields: ['paymentId'] },
};

/** Where a document belongs. What it names now is found through it; what it named before only its old row can tell. */
const belongings: Readonly<Record<string, Entity>> = {
  orderId: 'order',
  orderLineId: 'orderLine',
  invoiceId: 'invoice',
};

/** The fields of an entity that `touchedBy` looks at. */
function tellingFields(entity: Entity): readonly string[] {
  const asked = new Set(['partyId', ...(wholes[entity]?.fields ?? []), ...Object.keys(belongings)]);
  return fieldsOf(entity)
    .map(([name]) => name)
    .filter((name) => asked.has(name));
}

/** The columns of `tellingFields` for a SELECT, under the names of their fields. */
export function tellingColumns(entity: Entity): string {
  return ['id', ...tellingFields(entity).map((name) => `${columnName(name)} AS \`${name}\``)].join(', ');
}

/** The records a row is seen in, by its id and telling fields. `before`: as it was, so also what it belonged to. */
export function touchedBy(
  entity: Entity,
  row: Readonly<Record<string, unknown>>,
  { before }: { before: boolean },
): Touched[] {
  const whole = wholes[entity];
  const touched = whole
    ? whole.fields.flatMap((field) => touchedAt(whole.entity, row[field]))
    : [{ entity, recordId: String(row.id), partyId: entity === 'party' ? String(row.id) : textOf(row.partyId) }];
  if (!before) return touched;
  return [...touched, ...Object.entries(belongings).flatMap(([field, other]) => touchedAt(other, row[field]))];
}

/** Each once. A record whose party is known need not be named a second time without. */
export function distinct(touched: readonly Touched[]): Touched[] {
  const byKey = new Map<string, Touched>();
  const withParty = new Set<string>();
  for (const one of touched) {
    const record = `${one.entity} ${one.recordId}`;
    byKey.set(`${record} ${one.partyId}`, one);
    if (one.partyId !== null) withParty.add(record);
  }
  return [...byKey.values()].filter((one) => one.partyId !== null || !withParty.has(`${one.entity} ${one.recordId}`));
}

function touchedAt(entity: Entity, id: unknown): Touched[] {
  const recordId = textOf(id);
  return recordId === null ? [] : [{ entity, recordId, partyId: entity === 'party' ? recordId : null }];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
