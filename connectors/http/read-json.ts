import type { JsonValue } from '../../schema/json.ts';
import { parseExactly } from '../json/exact-json.ts';

/**
 * The JSON of an answer, numbers with all their digits. Throws Error saying what came instead: an answer that is
 * not whole, or not JSON, is never taken for an empty page.
 */
export function readJson(text: string, contentType: string | undefined): JsonValue {
  const body = text.replace(/^\uFEFF/, '').trim();
  if (body === '') throw new Error('expected JSON, got an empty answer');
  if (body.startsWith('<')) {
    const what = /<html|<!doctype html/i.test(body.slice(0, 500)) ? 'an HTML page (a login page, perhaps)' : 'XML';
    throw new Error(`expected JSON, got ${what}`);
  }
  try {
    return parseExactly(body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new Error(`expected JSON, got ${contentType ?? 'text'} that is not whole or not JSON: ${reason}`);
  }
}
