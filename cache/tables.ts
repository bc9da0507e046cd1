import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaIndexOptions } from 'typeorm';
import { type FieldKind, kindOf } from '../schema/fields.ts';
import { type Entity, entities, recordSchemas } from '../schema/records.ts';
import { columnOf, type Dialect } from './columns.ts';

/**
 * What the cache keeps.
 *
 * - `source_records`: one row a source record, raw, with version, content hash and tombstone. The truth.
 * - one table a canonical entity (`orders`, `parties`, …): the live source records as the mapping reads them.
 *   Rows carry `origin_id`, the source record they were made of, and go when it goes.
 * - `stream_states`, `sync_runs`, `quarantine`: how the sync stands, what it did, what did not fit.
 * - `customers`, `customer_links`, `customer_forwards`, `identity_keys`, `identity_dirty`: who is who.
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
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

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

const id: FieldKind = { type: 'reference', entity: 'any' };
const system: FieldKind = { type: 'enum', values: [] };
const stream: FieldKind = { type: 'text', length: 64 };
const key: FieldKind = { type: 'text', length: 255 };
const code: FieldKind = { type: 'text', length: 64 };
const message: FieldKind = { type: 'text', length: 2048 };
const instant: FieldKind = { type: 'instant' };
const integer: FieldKind = { type: 'integer' };
const longText: FieldKind = { type: 'longText' };
const hash: FieldKind = { type: 'text', length: 64 };

interface TableShape {
  columns: Record<string, FieldKind>;
  primary: string[];
  required: string[];
  indexes: string[][];
}

const ownTables: Record<string, TableShape> = {
  source_records: {
    columns: {
      id,
      system,
      stream,
      source_key: key,
      version: { type: 'text', length: 32 },
      content_hash: hash,
      mapping_hash: hash,
      raw: longText,
      /** The entities it has canonical rows of, comma-separated: where to look when it changes or goes. */
      entities: { type: 'text', length: 512 },
      run_id: id,
      synced_at: instant,
      deleted_at: instant,
    },
    primary: ['id'],
    required: ['system', 'stream', 'source_key', 'content_hash', 'mapping_hash', 'raw', 'run_id', 'synced_at'],
    indexes: [['system', 'stream', 'id', 'deleted_at']],
  },
  stream_states: {
    columns: {
      system,
      stream,
      checkpoint: longText,
      last_attempt_at: instant,
      last_success_at: instant,
      last_outcome: code,
      last_error_code: code,
      last_error_message: message,
      failures: integer,
      last_reconcile_at: instant,
      last_verify_at: instant,
      last_verify_differences: integer,
      lease_owner: { type: 'text', length: 128 },
      lease_token: integer,
      lease_expires_at: instant,
    },
    primary: ['system', 'stream'],
    required: [],
    indexes: [],
  },
  sync_runs: {
    columns: {
      id,
      system,
      stream,
      mode: code,
      reason: message,
      outcome: code,
      started_at: instant,
      finished_at: instant,
      window_from: { type: 'text', length: 32 },
      pages: integer,
      records_read: integer,
      records_changed: integer,
      records_unchanged: integer,
      records_deleted: integer,
      records_quarantined: integer,
      error_code: code,
      error_message: message,
    },
    primary: ['id'],
    required: ['system', 'stream', 'mode', 'outcome', 'started_at'],
    indexes: [
      ['system', 'stream', 'started_at'],
      ['started_at', 'id'],
    ],
  },
  quarantine: {
    columns: {
      id,
      system,
      stream,
      source_key: key,
      version: { type: 'text', length: 32 },
      run_id: id,
      code,
      message,
      raw: longText,
      first_seen_at: instant,
      last_seen_at: instant,
    },
    primary: ['id'],
    required: ['system', 'stream', 'source_key', 'code', 'message', 'raw', 'first_seen_at', 'last_seen_at'],
    indexes: [['system', 'stream', 'id']],
  },
  customers: {
    columns: {
      id,
      kind: { type: 'enum', values: [] },
      display_name: { type: 'text', length: 255 },
      legal_name: { type: 'text', length: 255 },
      tax_id: { type: 'text', length: 64 },
      email: { type: 'text', length: 255 },
      phone: { type: 'text', length: 64 },
      website: { type: 'text', length: 255 },
      language: { type: 'text', length: 16 },
      country: { type: 'text', length: 2 },
      birth_date: { type: 'date' },
      search_text: longText,
      created_at: instant,
      updated_at: instant,
    },
    primary: ['id'],
    required: ['kind', 'display_name', 'search_text', 'created_at', 'updated_at'],
    indexes: [
      ['display_name', 'id'],
      ['created_at', 'id'],
      ['updated_at', 'id'],
    ],
  },
  customer_links: {
    columns: { party_id: id, customer_id: id, rule: code, linked_at: instant },
    primary: ['party_id'],
    required: ['customer_id', 'rule', 'linked_at'],
    indexes: [['customer_id', 'party_id']],
  },
  customer_forwards: {
    columns: { old_id: id, customer_id: id, forwarded_at: instant },
    primary: ['old_id'],
    required: ['customer_id', 'forwarded_at'],
    indexes: [['customer_id']],
  },
  identity_keys: {
    columns: { link_key: { type: 'text', length: 255 }, party_id: id },
    primary: ['link_key', 'party_id'],
    required: [],
    indexes: [['party_id']],
  },
  identity_dirty: {
    columns: { party_id: id, marked_at: instant },
    primary: ['party_id'],
    required: ['marked_at'],
    indexes: [],
  },
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
  serviceCase: [['party_id', 'opened_at', 'id']],
  surveyResponse: [['party_id', 'responded_at', 'id']],
  opportunity: [['party_id', 'opened_on', 'id']],
};

/** All tables of the cache as TypeORM entity schemas for one dialect. */
export function tablesFor(dialect: Dialect): EntitySchema[] {
  const shapes = { ...ownTables, ...Object.fromEntries(entities.map((e) => [entityTables[e], entityShape(e)])) };
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
