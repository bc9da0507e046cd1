import type { JsonObject } from '../../schema/json.ts';
import type { Damage } from '../json/list-place.ts';
import { createLongRecord, type LongRecord } from '../json/long-record.ts';

/** The bytes of one record, and where they are in the file. */
export interface RawRecord {
  /** Without the end of the line; null for a record too long to be held. */
  bytes: Buffer | null;
  /** What is kept of a record that is too long. */
  long: { damage: Damage; outline: JsonObject } | null;
  /** The line it begins on, from 1. */
  line: number;
  /** Where the next record begins: its offset in the file, and its line. */
  end: number;
  endLine: number;
  /** Whether an end of line follows; without one the file may have been cut off. */
  terminated: boolean;
  /** A quote was opened and not closed before the end. */
  openQuote: boolean;
}

export interface SplitterOptions {
  from: { offset: number; line: number };
  /** Bytes; without a quote every line is a record. */
  quote: number | null;
  delimiter: number;
  /** A record of more bytes is not held. */
  longest: number;
  /** What text bytes are, for people. */
  textOf?: (bytes: Buffer) => string;
}

export interface RecordSplitter {
  push(chunk: Buffer): RawRecord[];
  /** What is left when the file has ended. */
  end(): RawRecord | null;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Cuts a file into records, at ends of lines that are not inside quotes (RFC 4180). It counts bytes, so that reading
 * can go on at any record, and holds no more than one record, and none that is too long. In UTF-8, and in the
 * encodings of East Asia, no byte of a longer character looks like a quote or an end of line.
 */
export function createRecordSplitter(options: SplitterOptions): RecordSplitter {
  const { from, quote, delimiter, longest, textOf } = options;
  let { offset, line } = from;
  let endLine = line;
  let held: Buffer[] = [];
  let length = 0;
  let long: LongRecord | null = null;
  let state: 'field start' | 'plain' | 'quoted' | 'after quote' = 'field start';

  function hold(bytes: Buffer): void {
    length += bytes.length;
    if (bytes.length > 0 && !long) held.push(bytes);
    else long?.push(bytes);
    if (long || length <= longest) return;
    long = createLongRecord(longest, textOf);
    for (const part of held) long.push(part);
    held = [];
  }

  function finish(terminated: boolean): RawRecord {
    offset += length;
    const whole = held.length === 1 ? (held[0] ?? null) : Buffer.concat(held);
    const bytes = long || whole === null ? null : withoutEnd(whole);
    if (terminated) endLine += 1;
    const openQuote = !terminated && state === 'quoted';
    const record = { bytes, long: long?.end() ?? null, line, end: offset, endLine, terminated, openQuote };
    line = endLine;
    held = [];
    length = 0;
    long = null;
    state = 'field start';
    return record;
  }

  /** Goes on byte by byte from `start` to the end of the record; -1 when it is not in this chunk. */
  function endOfRecord(chunk: Buffer, start: number): number {
    for (let i = start; i < chunk.length; i += 1) {
      const byte = chunk[i];
      if (byte === quote) {
        if (state === 'quoted') state = 'after quote';
        else if (state !== 'plain') state = 'quoted';
      } else if (byte === NEWLINE) {
        if (state !== 'quoted') return i;
        endLine += 1;
      } else if (state !== 'quoted') state = byte === delimiter ? 'field start' : 'plain';
    }
    return -1;
  }

  return {
    push(chunk) {
      const records: RawRecord[] = [];
      let at = 0;
      let nextQuote = quote === null ? Number.POSITIVE_INFINITY : -1;
      while (at < chunk.length) {
        if (quote !== null && nextQuote < at) {
          const found = chunk.indexOf(quote, at);
          nextQuote = found === -1 ? Number.POSITIVE_INFINITY : found;
        }
        // Most lines hold no quote at all: their end is found without looking at every byte.
        let end = chunk.indexOf(NEWLINE, at);
        const isPlain = state !== 'quoted' && nextQuote > (end === -1 ? chunk.length : end);
        if (!isPlain) end = endOfRecord(chunk, at);
        else if (end === -1) state = chunk.at(-1) === delimiter ? 'field start' : 'plain';
        if (end === -1) {
          hold(chunk.subarray(at));
          break;
        }
        hold(chunk.subarray(at, end + 1));
        records.push(finish(true));
        at = end + 1;
      }
      return records;
    },
    end: () => (length > 0 ? finish(false) : null),
  };
}

function withoutEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  if (bytes[end - 1] === NEWLINE) {
    end -= 1;
    if (bytes[end - 1] === RETURN) end -= 1;
  }
  return bytes.subarray(0, end);
}
