import type { JsonObject } from '../../schema/json.ts';
import { stepsOf } from '../mapping/path.ts';
import type { Damage, ListPlace } from './list-place.ts';
import { createLongRecord, type LongRecord } from './long-record.ts';

/** A record cut out of an answer: its text, or what is known of one that is too long to be held. */
export type ScannedRecord = { bytes: Buffer } | { damage: Damage; outline: JsonObject };

export interface ScannerOptions {
  place: ListPlace;
  /** A record of more bytes is not held. */
  maxRecordBytes: number;
  /** Told of each record when its end has come, with the path of its place. */
  onRecord(path: string, record: ScannedRecord): void;
}

export interface RecordScanner {
  /** Throws Error where the text cannot be JSON, or exceeds the bounds. */
  push(chunk: Buffer): void;
  /**
   * The text without its records, and the paths of the places that are there, the preferred first. Throws Error where
   * the text is not whole.
   */
  end(): { beside: Buffer; found: string[] };
  /** Bytes that are held now: of the record that is being read, and of the text beside the records. */
  held(): number;
}

/** An answer that is larger than what is held of one. */
export class TooLarge extends Error {}

/** Most bytes beside the records: links, counts, and whatever else an answer tells. */
const MOST_BESIDE = 16_000_000;
/** Deeper than any JSON that is parsed; how brackets are paired is watched so far down. */
const DEEPEST = 1_000;
const LONGEST_NAME = 1_000;

/** An object or list that is open, outside of records. */
interface Frame {
  isList: boolean;
  /** The name of the member, or the number of the element, that is being read. */
  step: string;
  index: number;
}

interface Place {
  path: string;
  steps: readonly string[];
  isSingle: boolean;
  found: boolean;
}

/**
 * Cuts the records out of the JSON text of an answer while it comes, without parsing it: it follows strings and
 * brackets, and so knows where each record ends, whatever is wrong inside. What is left of the text, with empty lists
 * in it, is for the parser to judge. No more than one record is held, and none that is too long.
 */
export function createRecordScanner(options: ScannerOptions): RecordScanner {
  return new Scanner(options);
}

class Scanner implements RecordScanner {
  private readonly places: Place[];
  private readonly options: ScannerOptions;
  private readonly beside: Buffer[] = [];
  private besideBytes = 0;
  private readonly frames: Frame[] = [];
  private mode: 'outside' | 'before record' | 'record' | 'after record' = 'outside';
  private isEmptyList = true;
  /** The place of the list or record that is being read. */
  private place: Place | null = null;

  private inString = false;
  private escaped = false;
  /** Outside of records: the string that is being read is a name. */
  private expectsName = false;
  private nameParts: Buffer[] | null = null;
  private nameBytes = 0;

  private depth = 0;
  private readonly closers = new Uint8Array(DEEPEST);
  private isBare = false;
  private parts: Buffer[] = [];
  private size = 0;
  private long: LongRecord | null = null;

  constructor(options: ScannerOptions) {
    this.options = options;
    const { lists, record } = options.place;
    const placeOf = (path: string, isSingle: boolean) => ({ path, steps: stepsOf(path), isSingle, found: false });
    this.places = [
      ...lists.map((path) => placeOf(path, false)),
      ...(record === undefined ? [] : [placeOf(record, true)]),
    ];
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      switch (this.mode) {
        case 'outside':
          at = this.scanOutside(chunk, at);
          break;
        case 'record':
          at = this.scanRecord(chunk, at);
          break;
        default:
          at = this.scanBetween(chunk, at);
      }
    }
  }

  end(): { beside: Buffer; found: string[] } {
    const isOpen = this.mode !== 'outside' || this.inString || this.frames.length > 0;
    if (isOpen) throw new Error('expected the end of the JSON, got the end of the answer');
    return {
      beside: Buffer.concat(this.beside),
      found: this.places.filter(({ found }) => found).map(({ path }) => path),
    };
  }

  held(): number {
    return this.besideBytes + (this.long ? this.long.held() : this.size);
  }

  private scanOutside(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length) {
      if (this.inString) {
        at = this.scanString(chunk, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      switch (byte) {
        case QUOTE:
          this.inString = true;
          if (this.expectsName) {
            this.nameParts = [];
            this.nameBytes = 0;
          }
          at += 1;
          break;
        case OPEN_OBJECT:
        case OPEN_LIST: {
          const place = this.placeHere(byte === OPEN_LIST);
          if (place) return this.enter(chunk, start, at, place);
          this.open(byte === OPEN_LIST);
          at += 1;
          break;
        }
        case CLOSE_OBJECT:
        case CLOSE_LIST: {
          const frame = this.frames.pop();
          if (!frame || frame.isList !== (byte === CLOSE_LIST))
            throw new Error('expected brackets in pairs, got others');
          this.valueEnded();
          at += 1;
          break;
        }
        case COMMA: {
          const frame = this.frames.at(-1);
          if (frame) {
            frame.index += 1;
            if (frame.isList) frame.step = String(frame.index);
            this.expectsName = !frame.isList;
          }
          at += 1;
          break;
        }
        case COLON:
          this.expectsName = false;
          at += 1;
          break;
        default:
          at += 1;
      }
    }
    this.keep(chunk.subarray(start, at));
    return at;
  }

  /** From inside a string to its end, or to that of the chunk. */
  private scanString(chunk: Buffer, start: number): number {
    const end = this.endOfString(chunk, start);
    if (this.nameParts) {
      const part = chunk.subarray(start, this.inString ? end : end - 1);
      this.nameBytes += part.length;
      if (this.nameBytes <= LONGEST_NAME) this.nameParts.push(part);
      const frame = this.frames.at(-1);
      if (!this.inString) {
        if (frame) frame.step = this.nameBytes <= LONGEST_NAME ? unescaped(Buffer.concat(this.nameParts)) : '';
        this.nameParts = null;
      }
    }
    return end;
  }

  private endOfString(chunk: Buffer, start: number): number {
    let at = start;
    if (this.escaped && at < chunk.length) {
      this.escaped = false;
      at += 1;
    }
    while (at < chunk.length) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        this.inString = false;
        return at + 1;
      }
      if (byte !== BACKSLASH) at += 1;
      else if (at + 1 < chunk.length) at += 2;
      else {
        this.escaped = true;
        return chunk.length;
      }
    }
    return at;
  }

  private open(isList: boolean): void {
    if (this.frames.length >= DEEPEST) throw new Error(`expected at most ${DEEPEST} levels of nesting, got more`);
    this.frames.push({ isList, step: isList ? '0' : '', index: 0 });
    this.expectsName = !isList;
  }

  private valueEnded(): void {
    this.expectsName = false;
  }

  private placeHere(isList: boolean): Place | null {
    const { frames } = this;
    for (const place of this.places) {
      if (place.isSingle === isList || place.steps.length !== frames.length) continue;
      if (place.steps.every((step, level) => frames[level]?.step === step)) return place;
    }
    return null;
  }

  private enter(chunk: Buffer, start: number, at: number, place: Place): number {
    if (place.found) throw new Error(`expected one list in \`${place.path}\`, got two`);
    place.found = true;
    this.place = place;
    this.keep(chunk.subarray(start, at));
    if (place.isSingle) {
      this.keep(EMPTY_OBJECT);
      this.mode = 'record';
      this.begin(OPEN_OBJECT);
      return this.scanRecord(chunk, at, at + 1);
    }
    this.keep(OPENED_LIST);
    this.isEmptyList = true;
    this.mode = 'before record';
    return at + 1;
  }

  /** Between records: spaces, commas, and the end of the list. */
  private scanBetween(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte <= SPACE) continue;
      if (byte === CLOSE_LIST && (this.mode === 'after record' || this.isEmptyList)) {
        this.keep(CLOSED_LIST);
        this.leave();
        return at + 1;
      }
      if (this.mode === 'after record') {
        if (byte !== COMMA)
          throw new Error('expected a comma after a record, or the end of the list, got something else');
        this.mode = 'before record';
        continue;
      }
      if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT || byte === COLON) {
        throw new Error('expected a record in the list, got none');
      }
      this.isEmptyList = false;
      this.mode = 'record';
      this.begin(byte);
      return this.scanRecord(chunk, at, this.isBare ? at : at + 1);
    }
    return chunk.length;
  }

  private begin(byte: number): void {
    this.depth = 0;
    this.isBare = false;
    this.parts = [];
    this.size = 0;
    this.long = null;
    if (byte === QUOTE) this.inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.down(byte);
    else this.isBare = true;
  }

  private down(opener: number): void {
    if (this.depth < DEEPEST) this.closers[this.depth] = opener === OPEN_LIST ? CLOSE_LIST : CLOSE_OBJECT;
    this.depth += 1;
  }

  /** From inside a record to its end, or to that of the chunk; `start` is where it goes on, `from` what is not yet seen. */
  private scanRecord(chunk: Buffer, start: number, from = start): number {
    let at = from;
    while (at < chunk.length) {
      if (this.inString) {
        at = this.endOfString(chunk, at);
        if (!this.inString && this.depth === 0) return this.finish(chunk, start, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (this.isBare) {
        if (byte <= SPACE || byte === COMMA || byte === CLOSE_LIST) return this.finish(chunk, start, at);
        if (isStructure[byte] === 1)
          throw new Error('expected a comma after a record, or the end of the list, got something else');
        at += 1;
        continue;
      }
      at += 1;
      if (isStructure[byte] !== 1) continue;
      if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.down(byte);
      else {
        this.depth -= 1;
        if (this.depth < DEEPEST && this.closers[this.depth] !== byte) {
          throw new Error('expected brackets in pairs, got others');
        }
        if (this.depth === 0) return this.finish(chunk, start, at);
      }
    }
    this.hold(chunk.subarray(start, at));
    return at;
  }

  private hold(bytes: Buffer): void {
    this.size += bytes.length;
    if (this.long) this.long.push(bytes);
    else {
      this.parts.push(bytes);
      if (this.size <= this.options.maxRecordBytes) return;
      this.long = createLongRecord(this.options.maxRecordBytes);
      for (const part of this.parts) this.long.push(part);
      this.parts = [];
    }
  }

  private finish(chunk: Buffer, start: number, end: number): number {
    this.hold(chunk.subarray(start, end));
    const { parts, long, place } = this;
    const [first] = parts;
    if (place) {
      const whole = first && parts.length === 1 ? first : Buffer.concat(parts);
      this.options.onRecord(place.path, long ? long.end() : { bytes: whole });
    }
    this.parts = [];
    this.long = null;
    this.size = 0;
    if (place?.isSingle) this.leave();
    else this.mode = 'after record';
    return end;
  }

  private leave(): void {
    this.mode = 'outside';
    this.place = null;
    this.valueEnded();
  }

  private keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.besideBytes += bytes.length;
    if (this.besideBytes > MOST_BESIDE) {
      throw new TooLarge(
        `expected at most ${MOST_BESIDE} bytes beside the records, got more; are the records looked for in the right place?`,
      );
    }
    this.beside.push(bytes);
  }
}

function unescaped(name: Buffer): string {
  const text = name.toString('utf8');
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** 1 for the bytes that matter inside of records: quotes and brackets. */
const isStructure = new Uint8Array(256);
for (const byte of [QUOTE, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT]) isStructure[byte] = 1;

const EMPTY_OBJECT = Buffer.from('{}');
const OPENED_LIST = Buffer.from('[');
const CLOSED_LIST = Buffer.from(']');
