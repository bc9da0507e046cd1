import type { JsonValue } from '../../schema/json.ts';
import { textOf } from './mismatch.ts';

/** A value of the settings that stands for "nothing" in a source. */
type NullValue = string | number | boolean | null;

/**
 * Compiles which values of a source mean nothing: null and what is missing always, and those that are listed. Texts
 * and numbers are compared as text, `false` and `true` are found by their type or by a text of that word.
 */
export function compileNulls(listed: readonly NullValue[] = []): (value: JsonValue | undefined) => boolean {
  const booleans = new Set(listed.filter((one) => typeof one === 'boolean'));
  const texts = new Set(listed.filter((one) => typeof one !== 'boolean').map(String));
  if (listed.length === 0) return (value) => value === undefined || value === null;
  return (value) => {
    if (value === undefined || value === null) return true;
    if (typeof value === 'boolean' && booleans.has(value)) return true;
    // Lists and maps are never nothing, not even empty ones.
    if (typeof value === 'object' && !('isLosslessNumber' in value)) return false;
    return texts.has(textOf(value) ?? '');
  };
}

/** The days among them: a day stands for its first and last moment too, however a stamp of it is written. */
export function daysAmong(listed: readonly NullValue[] = []): string[] {
  return listed.map(String).filter((text) => /^\d{4}-\d\d-\d\d$/.test(text) && !text.includes('-00'));
}
