import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { jsonNumber } from './exact-json.ts';

/** The short single values of a JSON object, however long or damaged its text is. */
export interface Outline {
  push(bytes: Buffer): void;
  /** What was found, as an object of objects. Empty where the text is none. */
  end(): JsonObject;
  /** Bytes that are held, about. */
  held(): number;
}

/** Keys, stamps and flags are short and not deep inside; nothing else is wanted. */
const LONGEST_NAME = 256;
const LONGEST_VALUE = 1_024;
const DEEPEST = 5;
const MOST_BYTES = 262_144;

/**
 * Reads what can be read of a record that cannot be parsed or held: names with single values, and objects of them.
 * Lists, long values and what is deep inside are left out; a name that comes twice with different values is null.
 */
export function createOutline(): Outline {
  return new OutlineReader();
}

interface Open {
  object: JsonObject;
  /** null until a name has come. */
  name: string | null;
}

class OutlineReader implements Outline {
  private root: JsonObject = {};
  private begun = false;
  private readonly open: Open[] = [];
  /** How many brackets deep it is in what is left out. */
  private skipped = 0;
  private inString = false;
  private escaped = false;
  private token: number[] = [];
  private isTooLong = false;
  private expectsName = false;
  private bytes = 0;

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.inString) {
        at = this.string(chunk, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      if (this.skipped === 0) this.structure(byte);
      else if (isStructure[byte] === 1) this.skip(byte);
    }
  }

  end(): JsonObject {
    return this.root;
  }

  held(): number {
    return this.bytes + this.token.length;
  }

  private string(chunk: Buffer, start: number): number {
    let at = start;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) break;
      if (this.skipped === 0 && !this.isTooLong) this.collect(byte);
    }
    if (at === chunk.length) return at;
    this.inString = false;
    if (this.skipped === 0) this.stringEnded();
    return at + 1;
  }

  private collect(byte: number): void {
    if (this.token.length >= (this.expectsName ? LONGEST_NAME : LONGEST_VALUE)) this.isTooLong = true;
    else this.token.push(byte);
  }

  private stringEnded(): void {
    const { isTooLong } = this;
    const text = isTooLong ? null : stringOf(Buffer.from(this.token));
    this.clear();
    const here = this.open.at(-1);
    if (!here) return;
    if (this.expectsName || isTooLong) here.name = this.expectsName ? text : null;
    else this.put(text);
    this.expectsName = false;
  }

  private clear(): void {
    this.token = [];
    this.isTooLong = false;
  }

  private skip(byte: number): void {
    if (byte === QUOTE) this.inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.skipped += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.skipped -= 1;
  }

  private structure(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.bareEnded();
        this.inString = true;
        break;
      case OPEN_OBJECT:
        this.openObject();
        break;
      case OPEN_LIST:
        this.skipped = 1;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        this.bareEnded();
        this.open.pop();
        break;
      case COMMA:
        this.bareEnded();
        this.expectsName = true;
        break;
      case COLON:
        break;
      default:
        if (byte > SPACE) this.collect(byte);
        else this.bareEnded();
    }
  }

  private openObject(): void {
    const here = this.open.at(-1);
    if (!here) {
      if (this.begun) this.skipped = 1;
      else this.open.push({ object: this.root, name: null });
      this.begun = true;
    } else if (here.name === null || this.open.length >= DEEPEST || this.bytes > MOST_BYTES) this.skipped = 1;
    else {
      const object: JsonObject = {};
      this.put(object);
      this.open.push({ object, name: null });
    }
    this.expectsName = true;
  }

  private bareEnded(): void {
    if (this.token.length === 0) return;
    const value = this.isTooLong ? null : bareValue(Buffer.from(this.token).toString('latin1'));
    this.clear();
    this.put(value);
  }

  private put(value: JsonValue): void {
    const here = this.open.at(-1);
    const name = here?.name ?? null;
    if (!here || name === null) return;
    here.name = null;
    this.bytes += name.length + (typeof value === 'string' ? value.length : 8);
    if (this.bytes > MOST_BYTES) return;
    const isTwice = Object.hasOwn(here.object, name);
    const kept = isTwice && !isSame(here.object[name], value) ? null : value;
    Object.defineProperty(here.object, name, { value: kept, writable: true, enumerable: true, configurable: true });
  }
}

function isSame(a: JsonValue | undefined, b: JsonValue): boolean {
  const isSingle = (value: JsonValue | undefined) =>
    value === null || typeof value !== 'object' || 'isLosslessNumber' in value;
  return isSingle(a) && isSingle(b) && String(a) === String(b);
}

function stringOf(bytes: Buffer): string | null {
  try {
    return String(JSON.parse(`"${new TextDecoder('utf-8', { fatal: true }).decode(bytes)}"`));
  } catch {
    return null;
  }
}

function bareValue(text: string): JsonValue {
  if (text === 'true') return true;
  if (text === 'false') return false;
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? jsonNumber(text) : null;
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
/** 1 for quotes and brackets. */
const isStructure = new Uint8Array(256);
for (const byte of [QUOTE, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT]) isStructure[byte] = 1;
