import type { ErrorCode } from '../config/errors.ts';
import type { Entity } from '../schema/records.ts';
import type { SourceRecord } from './connector.ts';

/** One canonical record made of a source record. `fields` fits the entity's schema in schema/records.ts. */
export interface CanonicalRow {
  entity: Entity;
  /** `recordId({system, entity, key})`. */
  id: string;
  key: string;
  fields: Record<string, string | number | boolean | null | string[]>;
}

/** What the mapping made of one source record. */
export type MappedRecord =
  | { outcome: 'mapped'; record: SourceRecord; rows: CanonicalRow[] }
  | { outcome: 'deleted'; record: SourceRecord }
  | { outcome: 'rejected'; record: SourceRecord; code: ErrorCode; message: string };
