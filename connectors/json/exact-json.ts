import { LosslessNumber } from 'lossless-json';
import { defends } from '../../config/defences.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';

/** Deeper nesting is refused: what works on records afterwards works its way down them. */
const DEEPEST = 200;
/** Most values of one record: each takes some 80 bytes of memory, where `1,` takes two of text. */
const MOST_VALUES = 200_000;

/** Bounds of what is parsed; those of a record when left out. */
interface ParseBounds {
  deepest?: number;
  mostValues?: number;
}

/**
 * JSON text as a value whose numbers keep all the digits they were written with. Throws SyntaxError for what is not
 * JSON (RFC 8259), for a name that an object has twice with different values, and for what exceeds the bounds. No value
 * of the text is in the message.
 */
export function parseExactly(text: string, bounds: ParseBounds = {}): JsonValue {
  return new Parser(text, bounds).parse();
}

/** A number with its digits. */
export function jsonNumber(digits: string): JsonValue {
  return new LosslessNumber(digits) as unknown as JsonValue;
}

/** What tells a number with its digits from other objects, in all the code that works on records. */
const NUMBER_MARK = 'isLosslessNumber';

class Parser {
  private readonly text: string;
  private readonly deepest: number;
  private at = 0;
  private depth = 0;
  private valuesLeft: number;
  private readonly mostValues: number;

  constructor(text: string, { deepest = DEEPEST, mostValues = MOST_VALUES }: ParseBounds) {
    this.text = text;
    this.deepest = deepest;
    this.mostValues = mostValues;
    this.valuesLeft = mostValues;
  }

  parse(): JsonValue {
    this.skipSpace();
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) throw this.unexpected('the end');
    return value;
  }

  private value(): JsonValue {
    this.valuesLeft -= 1;
    if (this.valuesLeft < 0) throw new SyntaxError(`expected at most ${this.mostValues} values, got more`);
    const { text } = this;
    switch (text.charCodeAt(this.at)) {
      case QUOTE:
        return this.string();
      case OPEN_OBJECT:
        return this.object();
      case OPEN_LIST:
        return this.list();
      case LOWER_T:
        return this.word('true', true);
      case LOWER_F:
        return this.word('false', false);
      case LOWER_N:
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private object(): JsonObject {
    const object: JsonObject = {};
    this.down();
    this.at += 1;
    this.skipSpace();
    if (this.text.charCodeAt(this.at) === CLOSE_OBJECT) return this.up(object);
    for (;;) {
      if (this.text.charCodeAt(this.at) !== QUOTE) throw this.unexpected('a name in double quotes');
      const name = this.string();
      this.skipSpace();
      if (this.text.charCodeAt(this.at) !== COLON) throw this.unexpected('a colon after a name');
      this.at += 1;
      this.skipSpace();
      this.add(object, name, this.value());
      this.skipSpace();
      const next = this.text.charCodeAt(this.at);
      if (next === CLOSE_OBJECT) return this.up(object);
      if (next !== COMMA) throw this.unexpected('a comma, or the end of the object');
      this.at += 1;
      this.skipSpace();
    }
  }

  private add(object: JsonObject, name: string, value: JsonValue): void {
    if (name === NUMBER_MARK)
      throw new SyntaxError(`expected no field of the name ${NUMBER_MARK}, which marks numbers here`);
    // A name that nothing has, inherited or own, is the usual case.
    if (object[name] !== undefined) {
      if (Object.hasOwn(object, name)) {
        if (isEqual(object[name], value)) return;
        const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
        throw new SyntaxError(`expected each name once in an object, got "${shown}" twice with different values`);
      }
      // Plain assignment to __proto__ would change the prototype.
      Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
    } else object[name] = value;
  }

  private list(): JsonValue[] {
    const list: JsonValue[] = [];
    this.down();
    this.at += 1;
    this.skipSpace();
    if (this.text.charCodeAt(this.at) === CLOSE_LIST) return this.up(list);
    for (;;) {
      list.push(this.value());
      this.skipSpace();
      const next = this.text.charCodeAt(this.at);
      if (next === CLOSE_LIST) return this.up(list);
      if (next !== COMMA) throw this.unexpected('a comma, or the end of the list');
      this.at += 1;
      this.skipSpace();
    }
  }

  private down(): void {
    this.depth += 1;
    if (this.depth > this.deepest) {
      throw new SyntaxError(`expected at most ${this.deepest} levels of nesting, got more`);
    }
  }

  private up<T>(value: T): T {
    this.depth -= 1;
    this.at += 1;
    return value;
  }

  /** Most strings have nothing to unescape and are a piece of the text. */
  private string(): string {
    const { text } = this;
    const start = this.at + 1;
    for (let i = start; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === QUOTE) {
        this.at = i + 1;
        return text.slice(start, i);
      }
      if (code === BACKSLASH) return this.escapedString(start, i);
      if (code < SPACE) throw this.badCharacter(i);
    }
    throw new SyntaxError('expected the end of a string, got the end of the text');
  }

  private escapedString(start: number, firstEscape: number): string {
    const { text } = this;
    const pieces: string[] = [];
    let from = start;
    let i = firstEscape;
    while (i < text.length) {
      const code = text.charCodeAt(i);
      if (code === QUOTE) {
        this.at = i + 1;
        pieces.push(text.slice(from, i));
        return pieces.join('');
      }
      if (code < SPACE) throw this.badCharacter(i);
      if (code !== BACKSLASH) {
        i += 1;
        continue;
      }
      pieces.push(text.slice(from, i));
      const escaped = text[i + 1] ?? '';
      if (escaped === 'u') {
        const digits = text.slice(i + 2, i + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.badEscape(i);
        pieces.push(String.fromCharCode(Number.parseInt(digits, 16)));
        i += 6;
      } else {
        const character = escapes[escaped];
        if (character === undefined) throw this.badEscape(i);
        pieces.push(character);
        i += 2;
      }
      from = i;
    }
    throw new SyntaxError('expected the end of a string, got the end of the text');
  }

  private number(): JsonValue {
    const { text } = this;
    const start = this.at;
    let i = start;
    if (text.charCodeAt(i) === MINUS) i += 1;
    if (text.charCodeAt(i) === ZERO) i += 1;
    else {
      const digits = digitsEnd(text, i);
      if (digits === i) throw this.unexpected('a value');
      i = digits;
    }
    if (text.charCodeAt(i) === DOT) i = this.digitsFrom(i + 1);
    const exponent = text.charCodeAt(i) | LOWER;
    if (exponent === LOWER_E) {
      const sign = text.charCodeAt(i + 1);
      i = this.digitsFrom(sign === PLUS || sign === MINUS ? i + 2 : i + 1);
    }
    this.at = i;
    const digits = text.slice(start, i);
    // The nearest double is what JSON.parse makes of it; never, but where the fault harness takes the defence away.
    return jsonNumber(defends('all digits') ? digits : String(Number(digits)));
  }

  private digitsFrom(start: number): number {
    const end = digitsEnd(this.text, start);
    if (end > start) return end;
    this.at = start;
    throw this.unexpected('a digit');
  }

  private word<T extends boolean | null>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.unexpected('a value');
    this.at += word.length;
    return value;
  }

  private skipSpace(): void {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return;
      this.at += 1;
    }
  }

  private unexpected(expected: string): SyntaxError {
    const got =
      this.at < this.text.length ? `"${String.fromCodePoint(this.text.codePointAt(this.at) ?? 0)}"` : 'the end';
    return new SyntaxError(`expected ${expected} at character ${this.at + 1}, got ${got}`);
  }

  private badCharacter(at: number): SyntaxError {
    const code = this.text.charCodeAt(at).toString(16).padStart(4, '0');
    return new SyntaxError(`expected control characters to be escaped, got U+${code} at character ${at + 1}`);
  }

  private badEscape(at: number): SyntaxError {
    return new SyntaxError(`expected an escape of JSON at character ${at + 1}, got "${this.text.slice(at, at + 2)}"`);
  }
}

function digitsEnd(text: string, start: number): number {
  let i = start;
  for (;;) {
    const code = text.charCodeAt(i);
    if (!(code >= ZERO && code <= NINE)) return i;
    i += 1;
  }
}

function isEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as JsonObject, b as JsonObject];
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isEqual(left[name], right[name]))
  );
}

const escapes: Record<string, string | undefined> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Set in lower-case letters. */
const LOWER = 0x20;
