import type { JsonValue } from '../../schema/json.ts';
import { parseExactly } from '../json/exact-json.ts';

/** What stands beside records may be much, such as what they are linked with. */
const MOST_VALUES = 2_000_000;

/**
 * The JSON of an answer, numbers with all their digits. Throws Error saying what came instead: an answer that is
 * not whole, or not JSON, is never taken for an empty page.
 */
export function readJson(text: string, contentType: string | undefined): JsonValue {
  const body = text.replace(/^\uFEFF/, '').trim();
  try {
    return parseExactly(body, { mostValues: MOST_VALUES });
  } catch (error) {
    throw notJson(body, contentType, error);
  }
}

/** What is wrong with an answer that begins with `text`, and cannot be read as JSON for this reason. */
export function notJson(text: string, contentType: string | undefined, reason: unknown): Error {
  const head = text.slice(0, 500).trim();
  if (head === '') return new Error('expected JSON, got an empty answer');
  if (head.startsWith('<')) {
    const what = /<html|<!doctype html/i.test(head) ? 'an HTML page (a login page, perhaps)' : 'XML';
    return new Error(`expected JSON, got ${what}`);
  }
  if (reason instanceof Error && reason.message.startsWith('expected JSON, got')) return reason;
  const why = reason instanceof Error ? reason.message : 'unreadable';
  return new Error(`expected JSON, got ${contentType ?? 'text'} that is not whole or not JSON: ${why}`);
}
