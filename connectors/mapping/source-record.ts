import { HubError } from '../../config/errors.ts';
import type { CursorSettings, StreamSettings } from '../../config/settings/settings.ts';
import { compoundKey } from '../../schema/ids.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { SourceRecord } from '../connector.ts';
import { exactInteger } from './decimals.ts';
import { isMismatch, mismatch, textOf, wordOf } from './mismatch.ts';
import { compileNulls, daysAmong } from './nulls.ts';
import { compilePath, type Scope } from './path.ts';
import { compileDate, compileInstant, joinDateAndTime, type TimeOptions } from './times.ts';

/** What every connector needs of a stream to make source records of what it read. */
export type RecordShape = Pick<StreamSettings, 'key' | 'cursor' | 'deletes' | 'nulls'>;

/**
 * Compiles how a record of a stream tells its key, its version and whether it is deleted. A record without a key
 * throws SOURCE_PROTOCOL; one with an unreadable stamp has no version and is rejected by the mapping.
 */
export function compileSourceRecord(shape: RecordShape): (data: JsonObject) => SourceRecord {
  const keyOf = compileKey(shape.key);
  const versionOf = compileVersion(shape.cursor, shape.nulls);
  const isDeleted = compileDeleted(shape.deletes);
  return (data) => {
    const scope = { here: data, outer: null };
    const key = keyOf(scope);
    if (key === null) {
      throw new HubError(
        'SOURCE_PROTOCOL',
        `Expected every record to carry its key in ${[shape.key].flat().join(', ')}, got one with the fields ` +
          `${Object.keys(data).slice(0, 12).join(', ') || '(none)'}. Check \`key\` of the stream.`,
      );
    }
    return { key, version: versionOf(data), deleted: isDeleted(scope), data };
  };
}

/** A yes or no is the key of nothing. */
function keyPart(value: JsonValue | undefined): string | null {
  return typeof value === 'boolean' ? null : textOf(value);
}

/** Compiles a key of one or several paths; null where a part is missing. */
export function compileKey(
  paths: string | readonly string[],
  partOf: (value: JsonValue | undefined) => string | null = keyPart,
): (scope: Scope) => string | null {
  const getters = [paths].flat().map(compilePath);
  const [only] = getters;
  if (only && getters.length === 1) return (scope) => partOf(only(scope));
  return (scope) => {
    const parts: string[] = [];
    for (const get of getters) {
      const part = partOf(get(scope));
      if (part === null) return null;
      parts.push(part);
    }
    return compoundKey(parts);
  };
}

/** Compiles the canonical version of a record; null where it carries none, or none that can be read. */
export function compileVersion(
  cursor: CursorSettings | undefined,
  nulls: StreamSettings['nulls'],
): (data: JsonObject) => string | null {
  const read = compileStamp(cursor, nulls);
  return (data) => {
    try {
      return read(data);
    } catch (error) {
      if (isMismatch(error)) return null;
      throw error;
    }
  };
}

/** As `compileVersion`, but throws a mismatch for a stamp that is there and cannot be read. */
export function compileStamp(
  cursor: CursorSettings | undefined,
  nulls: StreamSettings['nulls'],
): (data: JsonObject) => string | null {
  if (!cursor) return () => null;
  const isNull = compileNulls(nulls);
  const stampText = (value: JsonValue | undefined) => (isNull(value) ? null : wordOf(value));
  const getters = [cursor.field].flat().map(compilePath);
  const timeOf = cursor.time === undefined ? null : compilePath(cursor.time);
  const canonical = compileCanonical({ ...cursor, unset: daysAmong(nulls) });
  return (data) => {
    const scope = { here: data, outer: null };
    for (const get of getters) {
      const text = stampText(get(scope));
      if (text === null) continue;
      const version = canonical(timeOf ? joinDateAndTime(text, stampText(timeOf(scope)), cursor.format) : text);
      if (version !== null) return version;
    }
    return null;
  };
}

function compileCanonical(cursor: CursorSettings & TimeOptions): (text: string) => string | null {
  switch (cursor.type) {
    case 'instant':
      return compileInstant(cursor);
    case 'date':
      return compileDate(cursor);
    case 'integer':
      return paddedInteger;
  }
}

/** Twenty digits hold every unsigned 64-bit number; those over 2^53 are kept as text. */
function paddedInteger(text: string): string {
  const digits = /^\d{1,20}$/.test(text.trim()) ? text.trim() : String(exactInteger(text));
  if (digits.startsWith('-')) throw mismatch('a cursor that is not negative', text);
  return digits.padStart(20, '0');
}

function compileDeleted(deletes: RecordShape['deletes']): (scope: Scope) => boolean {
  if (typeof deletes === 'string') return () => false;
  const flagOf = compilePath(deletes.flag);
  const values = new Set(deletes.values);
  return (scope) => {
    const flag = flagOf(scope);
    return flag !== undefined && flag !== null && values.has(typeof flag === 'string' ? flag : (textOf(flag) ?? ''));
  };
}
