import type { SqlParameter, SqlRows } from '../database/database.ts';

/*
 * How many bytes a statement takes on its way to the database. A MySQL server closes the connection on a statement
 * larger than its `max_allowed_packet`, so statements are kept below it before they are sent.
 */

/** For what is not a value: the names of columns, what is done on a conflict, the packet's header. In bytes. */
const FRAME = 8_192;

/** The least `max_allowed_packet` the hub works with, in bytes. Below it, ordinary records and lists would not fit. */
export const LEAST_PACKET = 262_144;

/** SQLite's own bound of a value and of a statement, in bytes. */
export const SQLITE_MOST_BYTES = 1_000_000_000;

/** What is left for the values of a statement of at most `mostBytes`, in bytes. */
export function roomForValues(mostBytes: number): number {
  return Math.max(mostBytes - FRAME, 0);
}

/**
 * At most so many bytes are written for a value, with quotes and a separator: a UTF-16 unit becomes three bytes at
 * most, and characters that are escaped are of one byte and become two. Counting exactly costs more than it saves.
 */
export function atMostBytes(value: SqlParameter | SqlRows): number {
  if (typeof value === 'string') return value.length * 3 + 4;
  if (!Array.isArray(value)) return 26;
  let bytes = 0;
  for (const row of value as SqlRows) {
    bytes += 4;
    for (const one of row) bytes += atMostBytes(one);
  }
  return bytes;
}

/** The bytes that are written for a text, exactly: UTF-8, in quotes, with a backslash before what is escaped. */
export function literalBytes(text: string): number {
  return Buffer.byteLength(text) + escapes(text) + 4;
}

/** The start of a text that takes at most `bytes` as a literal, cut between characters. */
export function clipToBytes(text: string, bytes: number): string {
  if (text.length * 3 + 4 <= bytes) return text;
  let taken = 4;
  let at = 0;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isPair = code >= 0xd800 && code <= 0xdbff;
    // The two halves of a pair are four bytes together.
    taken += isPair ? 4 : code < 0x80 ? (isEscaped(code) ? 2 : 1) : code < 0x800 ? 2 : 3;
    if (taken > bytes) break;
    if (isPair) at += 1;
  }
  return text.slice(0, at);
}

/** Characters that MySQL's driver writes with a backslash. */
function escapes(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) if (isEscaped(text.charCodeAt(at))) count += 1;
  return count;
}

function isEscaped(code: number): boolean {
  switch (code) {
    case 0x00:
    case 0x08:
    case 0x09:
    case 0x0a:
    case 0x0d:
    case 0x1a:
    case 0x22:
    case 0x27:
    case 0x5c:
      return true;
    default:
      return false;
  }
}
