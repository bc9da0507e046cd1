import { keyParts } from '../../schema/ids.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { SourceRecord } from '../connector.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compileRecordPath } from '../mapping/path.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import type { Bound } from './filter.ts';
import { assumedStampType, literal } from './literals.ts';
import type { EntitySet } from './metadata.ts';
import type { OdataVersion } from './odata-version.ts';
import { compileStampBounds } from './paging/stamp-bounds.ts';
import type { OdataStream } from './settings.ts';

/** One stream, compiled against what `$metadata` tells of its entity set. */
export interface EntityReader {
  readonly keyFields: string[];
  /** The stamps in order of preference: the first that is not null counts. Empty without a cursor. */
  readonly stampFields: string[];
  isNullable(field: string): boolean;
  recordOf(data: JsonObject): SourceRecord;
  /** Where a record stands in the order of a stamp (null: of the key alone). */
  positionOf(data: JsonObject, stampField: string | null): Bound[] | null;
  /** Where a version stands in the order of a stamp. */
  positionAt(version: string, stampField: string): Bound[];
  keyOf(key: string): Bound[];
  /** The order of a stamp, with the key to tell equal stamps apart. */
  orderOf(stampField: string | null): string[];
  select(): string | undefined;
  /** As little of a record as tells key and version. */
  selectKeys(): string;
}

export function compileEntityReader(
  stream: OdataStream,
  set: EntitySet | undefined,
  version: OdataVersion,
): EntityReader {
  const { cursor, deletes } = stream;
  const keyFields = [stream.key].flat().map(propertyOf);
  const stampFields = cursor ? [cursor.field].flat().map(propertyOf) : [];
  const timeField = cursor?.time === undefined ? null : propertyOf(cursor.time);
  const flagFields = typeof deletes === 'object' ? [propertyOf(deletes.flag)] : [];
  const needed = [...new Set([...keyFields, ...stampFields, ...(timeField ? [timeField] : []), ...flagFields])];
  const recordOf = compileSourceRecord(stream);
  const numericKeys = new Set<string>();

  function typeOf(field: string): string {
    const known = set?.properties[field]?.type;
    if (known) return known;
    if (field === timeField) return version < 4 ? 'Edm.Time' : 'Edm.TimeOfDay';
    if (cursor && stampFields.includes(field))
      return cursor.format ? 'Edm.String' : assumedStampType(cursor.type, version);
    return numericKeys.has(field) ? 'Edm.Int32' : 'Edm.String';
  }

  function boundOf(data: JsonObject, field: string): Bound | null {
    const value = compileRecordPath(field.replaceAll('/', '.'))(data);
    if (typeof value === 'object' && value !== null) numericKeys.add(field);
    const text = textOf(value);
    return text === null ? null : { field, literal: literal(text, typeOf(field), version) };
  }

  const boundsAt = cursor && compileStampBounds({ cursor, stampFields, timeField, typeOf, version });
  const fieldsOf = (stampField: string | null) => [
    ...(stampField ? [stampField] : []),
    ...(stampField && timeField && stampField === stampFields[0] ? [timeField] : []),
    ...keyFields,
  ];

  return {
    keyFields,
    stampFields,
    isNullable: (field) => set?.properties[field]?.nullable ?? true,
    recordOf,
    positionOf(data, stampField) {
      const bounds = fieldsOf(stampField).map((field) => boundOf(data, field));
      return bounds.every((bound) => bound !== null) ? bounds : null;
    },
    positionAt: (at, stampField) => boundsAt?.(at, stampField) ?? [],
    keyOf(key) {
      const parts = keyFields.length > 1 ? keyParts(key) : [key];
      return keyFields.map((field, i) => ({ field, literal: literal(parts[i] ?? '', typeOf(field), version) }));
    },
    orderOf: fieldsOf,
    select: () => (stream.select ? [...new Set([...needed, ...stream.select, ...stream.expand])].join(',') : undefined),
    selectKeys: () => needed.join(','),
  };
}

/** `a.b` in the settings is `a/b` in an address. */
function propertyOf(path: string): string {
  return path.replaceAll('.', '/');
}
