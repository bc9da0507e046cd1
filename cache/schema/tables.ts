import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaIndexOptions } from 'typeorm';
import { type FieldKind, kindOf } from '../../schema/fields.ts';
import { type Entity, entities, recordSchemas } from '../../schema/records.ts';
import { columnOf, type Dialect } from './columns.ts';
import { accessTables } from './tables/access-tables.ts';
import { changeTables } from './tables/change-tables.ts';
import { freshnessTables } from './tables/freshness-tables.ts';
import { healthTables } from './tables/health-tables.ts';
import { identityTables } from './tables/identity-tables.ts';
import { insightTables } from './tables/insight-tables.ts';
import { orderTables } from './tables/order-tables.ts';
import { privacyTables } from './tables/privacy-tables.ts';
import { syncTables } from './tables/sync-tables.ts';
import type { TableShape } from './tables/table-shape.ts';
import { verifyTables } from './tables/verify-tables.ts';

/**
 * What the cache keeps.
 *
 * - `source_records`: one row a source record, raw, with version, content hash and tombstone. The truth.
 * - one table a canonical entity (`orders`, `parties`, …): the live source records as the mapping reads them.
 *   Rows carry `origin_id`, the source record they were made of, and go when it goes.
 * - `stream_states`, `sync_runs`, `quarantine`: how the sync stands, what it did, what did not fit.
 * - `verify_runs`: what verify found.
 * - `change_log`: what changed, in the order in which it became visible.
 * - `stream_shapes`, `drift_events`: what the records of a stream look like, and when that changed.
 * - `catch_up_requests`: which streams somebody waits for.
 * - `source_breakers`: which sources are left alone for a while.
 * - `customers`, `customer_links`, `customer_forwards`, `identity_keys`, `identity_dirty`, …: who is who.
 * - `order_progress`: how far orders are, for lists.
 * - `customer_insight`, `customer_insight_months`, `insight_models`, `insight_progress`: what the numbers say.
 * - `erased_ids`: persons who were erased and must not come back.
 * - `api_keys`, `access_audit`: who may ask, and who read whose personal data.
 */
export const entityTables = {
  party: 'parties',
  account: 'accounts',
  contactPoint: 'contact_points',
  identification: 'identifications',
  consent: 'consents',
  contact: 'contacts',
  relationship: 'relationships',
  order: 'orders',
  orderLine: 'order_lines',
  shipment: 'shipments',
  shipmentLine: 'shipment_lines',
  customerReturn: 'customer_returns',
  returnLine: 'return_lines',
  invoice: 'invoices',
  invoiceLine: 'invoice_lines',
  payment: 'payments',
  paymentAllocation: 'payment_allocations',
  interaction: 'interactions',
  serviceCase: 'service_cases',
  surveyResponse: 'survey_responses',
  opportunity: 'opportunities',
  competitorPresence: 'competitor_presences',
  procurementPlan: 'procurement_plans',
} as const satisfies Record<Entity, string>;

/** The column of a field: `orderDate` → `order_date`. */
export function columnName(field: string): string {
  const known = columnNames.get(field);
  if (known !== undefined) return known;
  const column = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  columnNames.set(field, column);
  return column;
}

/** Every value written asks for it; there are as many as the records have fields. */
const columnNames = new Map<string, string>();

type Field = readonly [name: string, kind: FieldKind];

/** The fields of an entity with their kinds, in a fixed order. */
export function fieldsOf(entity: Entity): readonly Field[] {
  const known = fieldsByEntity.get(entity);
  if (known) return known;
  const fields = Object.entries(recordSchemas[entity].shape).map(([name, field]): Field => [name, kindOf(field)]);
  fieldsByEntity.set(entity, fields);
  return fields;
}

/** Every row read or written asks for it. */
const fieldsByEntity = new Map<Entity, readonly Field[]>();

/** Columns every canonical row has before those of its fields. */
export const rowColumns: Record<string, FieldKind> = {
  id: { type: 'reference', entity: 'self' },
  origin_id: { type: 'reference', entity: 'source_record' },
  system: { type: 'enum', values: [] },
  source_key: { type: 'text', length: 255 },
};

/** Besides `origin_id` and every reference: what lists are filtered, ordered and paged by. */
const entityIndexes: Partial<Record<Entity, string[][]>> = {
  party: [['display_name', 'id']],
  order: [['party_id', 'order_date', 'id'], ['order_date', 'id'], ['status', 'order_date', 'id'], ['order_number']],
  shipment: [
    ['party_id', 'shipped_at', 'id'],
    ['shipped_at', 'id'],
    ['status', 'shipped_at', 'id'],
  ],
  invoice: [
    ['party_id', 'issue_date', 'id'],
    ['issue_date', 'id'],
    ['status', 'issue_date', 'id'],
    ['due_date', 'id'],
  ],
  payment: [['party_id', 'received_at', 'id']],
  interaction: [['party_id', 'occurred_at', 'id']],
  serviceCase: [
    ['party_id', 'opened_at', 'id'],
    ['kind', 'status', 'party_id'],
  ],
  surveyResponse: [['party_id', 'responded_at', 'id']],
  opportunity: [['party_id', 'opened_on', 'id']],
};

/** All tables of the cache as TypeORM entity schemas for one dialect. */
export function tablesFor(dialect: Dialect): EntitySchema[] {
  const shapes = {
    ...syncTables,
    ...verifyTables,
    ...changeTables,
    ...identityTables,
    ...healthTables,
    ...freshnessTables,
    ...insightTables,
    ...orderTables,
    ...accessTables,
    ...privacyTables,
    ...Object.fromEntries(entities.map((e) => [entityTables[e], entityShape(e)])),
  };
  return Object.entries(shapes).map(([name, shape]) => tableOf(name, shape, dialect));
}

function entityShape(entity: Entity): TableShape {
  const fields = fieldsOf(entity);
  const covered = new Set((entityIndexes[entity] ?? []).map((index) => index[0]));
  const references = fields
    .filter(([name, kind]) => kind.type === 'reference' && !covered.has(columnName(name)))
    .map(([name]) => [columnName(name)]);
  return {
    columns: { ...rowColumns, ...Object.fromEntries(fields.map(([name, kind]) => [columnName(name), kind])) },
    primary: ['id'],
    required: ['origin_id', 'system', 'source_key'],
    indexes: [['origin_id'], ...references, ...(entityIndexes[entity] ?? [])],
  };
}

function tableOf(name: string, shape: TableShape, dialect: Dialect): EntitySchema {
  const columns: Record<string, EntitySchemaColumnOptions> = {};
  for (const [column, kind] of Object.entries(shape.columns)) {
    const primary = shape.primary.includes(column);
    columns[column] = {
      ...columnOf(kind, dialect),
      name: column,
      primary,
      nullable: !primary && !shape.required.includes(column),
    };
  }
  const indexes: EntitySchemaIndexOptions[] = shape.indexes.map((index) => ({
    name: `${name}_by_${index.join('_')}`.slice(0, 64),
    columns: index,
  }));
  return new EntitySchema({ name, tableName: name, columns, indices: indexes });
}
