import type { ErrorCode } from '../../config/errors.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { Entity } from '../../schema/records.ts';

/*
 * What a page to be saved is made of. The mapping's `MappedRecord` has this shape; it is written down here again
 * because the cache knows nothing of connectors.
 */

/** One record as its source gave it. */
interface PageSourceRecord {
  key: string;
  /** Canonical change stamp, text order is change order; null where the source tells none. */
  version: string | null;
  data: JsonObject;
}

export type FieldValue = string | number | boolean | null | string[];

/** One canonical record made of a source record. */
export interface PageRow {
  entity: Entity;
  id: string;
  key: string;
  fields: Record<string, FieldValue>;
}

export type PageRecord =
  | { outcome: 'mapped'; record: PageSourceRecord; rows: PageRow[] }
  | { outcome: 'deleted'; record: PageSourceRecord }
  | { outcome: 'rejected'; record: PageSourceRecord; code: ErrorCode; message: string };

/** A record of a page under its id, as the cache would keep it. */
export interface PreparedRecord {
  id: string;
  record: PageSourceRecord;
  /** JSON with every digit the source wrote. */
  raw: string;
  hash: string;
  outcome:
    | { is: 'mapped'; rows: readonly PageRow[] }
    | { is: 'deleted' }
    | { is: 'rejected'; code: ErrorCode; message: string };
}

/** A page with everything done that needs no database. */
export interface PreparedPage {
  /** How many records it was made of; some may have come twice. */
  read: number;
  /** Each once, ordered by id. */
  records: readonly PreparedRecord[];
}
