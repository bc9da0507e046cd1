import { createHash } from 'node:crypto';
import { defends } from '../config/defences.ts';
import { HubError } from '../config/errors.ts';
import type { JsonObject, JsonValue } from '../schema/json.ts';
import type { Page, SourceRecord } from './connector.ts';
import type { Damage, ListItem } from './json/list-place.ts';
import { damageOf } from './json/long-record.ts';
import { isMismatch } from './mapping/mismatch.ts';

/** One record of an answer before it is known by its key. */
export interface ReadItem {
  /** Of a damaged record: what can still be read of it. */
  data: JsonObject;
  damage?: Damage;
}

/**
 * The elements of a list as records. One that is no object is damaged where others are objects; where none is, it is
 * no list of records, and `refuse` says so.
 */
export function readItemsOf(items: readonly ListItem[], refuse: (got: JsonValue) => Error): ReadItem[] {
  const isList = items.some(({ value, damage }) => damage === undefined && isObject(value));
  return items.map(({ value, damage }) => {
    if (damage) return { data: isObject(value) ? value : {}, damage };
    if (isObject(value)) return { data: value };
    if (!isList || !defends('records apart')) throw refuse(value);
    return {
      data: {},
      damage: damageOf(Buffer.from(JSON.stringify(value)), 'expected an object, got another value').damage,
    };
  });
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
}

type RecordOf = (data: JsonObject) => SourceRecord;

/**
 * The records of one page, each read for itself: one that is damaged, or has no key while others have theirs, is
 * handed on as damaged. Throws what `recordOf` throws where no record of the page has a key: then the settings are
 * wrong, not the records.
 */
export function recordsOfItems(items: readonly ReadItem[], recordOf: RecordOf): SourceRecord[] {
  const records: SourceRecord[] = [];
  let keyless: unknown = null;
  let hasKey = false;
  for (const item of items) {
    const record = item.damage ? damagedRecord(item.data, item.damage, recordOf) : keyedOrError(item.data, recordOf);
    if ('record' in record) {
      keyless ??= record.error;
      records.push(record.record);
    } else {
      hasKey ||= item.damage === undefined;
      records.push(record);
    }
  }
  if (keyless !== null && !hasKey) throw keyless;
  return records;
}

/** A record that was asked for by its key: damaged, it is known by that. Throws what `recordOf` throws. */
export function recordOfItem({ data, damage }: ReadItem, recordOf: RecordOf, askedFor: string): SourceRecord {
  if (!damage) return recordOf(data);
  const { isKeyless: isUnknown, ...record } = damagedRecord(data, damage, recordOf);
  return isUnknown ? { ...record, key: askedFor } : record;
}

/**
 * Records that were asked for by these keys. A damaged one without a key is the only one that is missing, if that can
 * be told. Throws SOURCE_PROTOCOL if not: none of the missing keys may then be taken for gone.
 */
export function recordsAskedFor(records: readonly SourceRecord[], keys: readonly string[]): SourceRecord[] {
  const keyless = records.filter(({ isKeyless }) => isKeyless);
  if (keyless.length === 0) return [...records];
  const found = new Set(records.map(({ key }) => key));
  const unseen = keys.filter((key) => !found.has(key));
  const [only = ''] = unseen;
  if (unseen.length > 1 || keyless.length > unseen.length) {
    const damage = keyless[0]?.damage ?? '';
    const message = `Expected records with the keys that were asked for, got ${keyless.length} whose keys cannot be read (${damage}). Which of the ${unseen.length} missing keys they have cannot be told.`;
    throw new HubError('SOURCE_PROTOCOL', message);
  }
  return records.map(({ isKeyless, ...record }) => (isKeyless ? { ...record, key: only } : record));
}

function keyedOrError(data: JsonObject, recordOf: RecordOf): SourceRecord | { error: unknown; record: SourceRecord } {
  try {
    return recordOf(data);
  } catch (error) {
    if (!isKeyless(error)) throw error;
    const record = { key: standIn(JSON.stringify(data)), version: null, deleted: false, data };
    return { error, record: { ...record, damage: error.message, isKeyless: true } };
  }
}

/** `known` is what can still be read of the record. */
function damagedRecord(known: JsonObject, damage: Damage, recordOf: RecordOf): SourceRecord {
  const { reason, bytes, sha256, text } = damage;
  const damaged = { data: { bytes: String(bytes), sha256, text }, damage: reason };
  try {
    const record = recordOf(known);
    // What the source says is gone needs no content.
    return record.deleted ? record : { ...record, ...damaged };
  } catch (error) {
    if (!isKeyless(error)) throw error;
    return { key: `sha256:${sha256}`, version: null, deleted: false, ...damaged, isKeyless: true };
  }
}

function isKeyless(error: unknown): error is Error {
  return isMismatch(error) || (error instanceof HubError && error.code === 'SOURCE_PROTOCOL');
}

/** The same for the same content, so that a record that comes again is known again. */
function standIn(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** The pages of a read. Where a damaged record has no key, the last one says that a missing key proves nothing. */
export async function* withKeylessDoubt(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  let keyless = 0;
  for await (const page of pages) {
    keyless += page.records.filter(({ isKeyless: is }) => is).length;
    const { evidence } = page;
    if (keyless === 0 || !evidence || evidence.doubt !== null) yield page;
    else yield { ...page, evidence: { ...evidence, doubt: keylessDoubt(keyless) } };
  }
}

/** Why a read that gave damaged records without a key proves nothing about keys that are missing in it. */
export function keylessDoubt(count: number): string {
  return `the keys of ${count} damaged records cannot be read, so that a key that is missing may be one of theirs`;
}
