import { didYouMean } from '../../config/settings/closest.ts';
import type { FieldMapping, RecordMapping, StreamSettings } from '../../config/settings/settings.ts';
import { kindOf } from '../../schema/fields.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { entities, isEntity, recordSchemas } from '../../schema/records.ts';
import type { SourceRecord } from '../connector.ts';
import type { MappedRecord } from '../mapped-record.ts';
import { compileMapping } from './compile-mapping.ts';
import { compileNulls } from './nulls.ts';
import { compilePath, type Scope } from './path.ts';
import { pathsOfField } from './read-paths.ts';

type Stream = Pick<StreamSettings, 'key' | 'cursor' | 'nulls' | 'records'>;

/** What a sample of a stream shows about its mapping. */
export interface ValuesSeen {
  /** What is likely wrong in the mapping, each as a sentence without its point. */
  suspicions: string[];
  /** Of each mapped field the share of rows that have a value, in percent: `party.email 95 %`. */
  fillRates: string[];
  /** Fields with the same value in all rows, though the mapping reads them from the record. */
  constant: string[];
}

/** Days that systems write where a date is not set. */
const unsetDay = /^(1970-01-01|0001-01-01|1900-01-01|9999-12-31)/;
/** No real date is that of so many records, and of so large a share of them. */
const UNSET_RECORDS = 3;
const UNSET_SHARE = 0.1;
/** Fewer rows may have one value by chance. */
const CONSTANT_ROWS = 20;

/** Maps a sample of the records of a stream and looks for what a mapping that is right would not show. */
export async function lookAtValues(
  { system, streamName, stream }: { system: string; streamName: string; stream: Stream },
  sample: readonly SourceRecord[],
): Promise<ValuesSeen> {
  const records = sample.filter(({ deleted, damage }) => !deleted && damage === undefined);
  const mapped = await compileMapping({ system, streamName, stream }).mapPage(records);
  return {
    suspicions: [
      ...stream.records.flatMap((entry) => misspelt(entry, records)),
      ...unsetStamps(stream, records),
      ...unsetFields(stream, records, mapped),
    ],
    ...fillOf(stream, mapped),
  };
}

/** Paths that no record has. */
function misspelt(entry: RecordMapping, records: readonly SourceRecord[]): string[] {
  const scopes = records.flatMap(({ data }) => scopesOf(entry.each, data));
  if (scopes.length === 0) return [];
  return Object.entries(entry.fields).flatMap(([field, mapping]) => {
    const missing = pathsOfField(mapping).filter((path) => {
      const get = compilePath(path);
      return scopes.every((scope) => get(scope) === undefined);
    });
    return missing.map((path) => {
      const near = didYouMean(path, [...new Set(scopes.flatMap(({ here }) => namesOf(here)))]);
      const of = entry.each === undefined ? 'records' : `elements of ${entry.each}`;
      return `${entry.entity}.${field} reads ${path}, which none of ${scopes.length} ${of} has.${near}`.replace(
        /\.$/,
        '',
      );
    });
  });
}

function namesOf(value: JsonValue): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** Change stamps of a day that stands for "not set". */
function unsetStamps({ cursor, nulls }: Stream, records: readonly SourceRecord[]): string[] {
  if (!cursor || cursor.type === 'integer') return [];
  const isNull = compileNulls(nulls);
  const declared = new Set(nulls?.map(String));
  return [cursor.field].flat().flatMap((path) => {
    const get = compilePath(path);
    const texts = records.map(({ data }) => get({ here: data, outer: null })).filter((value) => !isNull(value));
    return suspicious(`the cursor ${path}`, texts.map(String), records.length, declared);
  });
}

/** Dates and times of a day that stands for "not set", as they are mapped or, where they do not fit, as they came. */
function unsetFields(stream: Stream, records: readonly SourceRecord[], mapped: readonly MappedRecord[]): string[] {
  const rejected = new Set(mapped.flatMap((one) => (one.outcome === 'rejected' ? [one.record] : [])));
  const rows = mapped.flatMap((one) => (one.outcome === 'mapped' ? one.rows : []));
  return stream.records.flatMap((entry) =>
    Object.entries(entry.fields).flatMap(([field, mapping]) => {
      if (!isTime(entry.entity, field) || (typeof mapping === 'object' && mapping.const !== undefined)) return [];
      const isNull = compileNulls([...(stream.nulls ?? []), ...nullsOf(mapping)]);
      const came = pathsOfField(mapping).flatMap((path) => {
        const get = compilePath(path);
        return records
          .filter((record) => rejected.has(record))
          .flatMap(({ data }) => scopesOf(entry.each, data).map(get))
          .filter((value) => !isNull(value));
      });
      const made = rows.filter(({ entity }) => entity === entry.entity).map(({ fields }) => fields[field]);
      const texts = [...came, ...made].filter((value) => value !== null && value !== undefined).map(String);
      const declared = new Set([...(stream.nulls ?? []), ...nullsOf(mapping)].map(String));
      return suspicious(`${entry.entity}.${field}`, texts, made.length + came.length, declared);
    }),
  );
}

function suspicious(what: string, texts: readonly string[], of: number, declared: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    const day = unsetDay.exec(text)?.[0];
    if (day !== undefined && !declared.has(day)) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count >= UNSET_RECORDS && count >= of * UNSET_SHARE)
    .map(
      ([day, count]) =>
        `${what} is ${day} in ${count} of ${of}, which often stands for a time that is not set; if it does, write \`nulls: ["${day}"]\` once for the source`,
    );
}

function fillOf(stream: Stream, mapped: readonly MappedRecord[]): Pick<ValuesSeen, 'fillRates' | 'constant'> {
  const rows = mapped.flatMap((one) => (one.outcome === 'mapped' ? one.rows : []));
  const fillRates: string[] = [];
  const constant: string[] = [];
  for (const entity of entities) {
    const ofEntity = rows.filter((row) => row.entity === entity);
    if (ofEntity.length === 0) continue;
    const mappings = stream.records.filter((entry) => entry.entity === entity);
    for (const field of new Set(mappings.flatMap(({ fields }) => Object.keys(fields)))) {
      const values = ofEntity
        .map(({ fields }) => fields[field])
        .filter((value) => value !== null && value !== undefined);
      fillRates.push(`${entity}.${field} ${Math.floor((values.length / ofEntity.length) * 100)} %`);
      const isRead = mappings.some(({ fields }) => !isConst(fields[field]));
      const isSame = new Set(values.map((value) => JSON.stringify(value))).size === 1;
      if (isRead && isSame && values.length >= CONSTANT_ROWS) constant.push(`${entity}.${field}`);
    }
  }
  return { fillRates, constant };
}

function isConst(mapping: FieldMapping | undefined): boolean {
  return mapping === undefined || (typeof mapping === 'object' && mapping.const !== undefined);
}

function nullsOf(mapping: FieldMapping) {
  return typeof mapping === 'string' ? [] : (mapping.nulls ?? []);
}

function isTime(entity: string, field: string): boolean {
  if (!isEntity(entity)) return false;
  const schema = Object.entries(recordSchemas[entity].shape).find(([name]) => name === field)?.[1];
  const type = schema && kindOf(schema).type;
  return type === 'date' || type === 'instant';
}

function scopesOf(each: string | undefined, data: JsonObject): Scope[] {
  const whole = { here: data, outer: null };
  if (each === undefined) return [whole];
  const found = compilePath(each)(whole);
  return Array.isArray(found) ? found.map((here) => ({ here, outer: whole })) : [];
}
