import { didYouMean } from '../../config/settings/closest.ts';
import type { FieldMapping, StreamSettings } from '../../config/settings/settings.ts';
import type { FieldKind } from '../../schema/fields.ts';
import { recordId } from '../../schema/ids.ts';
import type { JsonValue } from '../../schema/json.ts';
import { compileCoercion, type FieldValue } from './coerce.ts';
import { compileExpression, type Expression } from './expression.ts';
import { isMismatch, mismatch, textOf, wordOf } from './mismatch.ts';
import { compileNulls, daysAmong } from './nulls.ts';
import { integerText, keyText } from './number-text.ts';
import { compilePath, type Getter, type Scope } from './path.ts';
import { compileKey } from './source-record.ts';
import { isZone, joinDateAndTime } from './times.ts';

type LongForm = Exclude<FieldMapping, string>;

/** One canonical field, compiled: what to find in the source record and what to make of it. */
export interface CompiledField {
  name: string;
  /** Whether null is no value for it. */
  required: boolean;
  /** Set where the value comes from an expression; `find` is then not used. */
  expression: Expression | null;
  find: Getter;
  read(found: JsonValue | undefined): FieldValue | string[];
}

interface FieldTarget {
  kind: FieldKind;
  required: boolean;
  /** The source, whose keys references hold unless they name another. */
  system: string;
  /** Of the stream: values of its source that mean nothing. */
  nulls: StreamSettings['nulls'];
}

/** Compiles one field of a `records:` entry. Throws Error with the reason where an option does not fit. */
export function compileField(name: string, mapping: FieldMapping, target: FieldTarget): CompiledField {
  const { kind, required, nulls } = target;
  const options: LongForm = typeof mapping === 'string' ? { path: mapping } : mapping;
  checkOptions(options, kind);
  const expression = options.expression === undefined ? null : compileExpression(options.expression);
  const isNull = compileIsNull(options, kind, nulls);
  const read = compileRead(options, kind, target, isNull);
  const field = { name, required, expression, find: compileFind(options, isNull), read };
  if (options.const !== undefined) {
    const value = field.read(jsonOf(options.const, kind));
    return { ...field, read: () => value };
  }
  return field;
}

function checkOptions(options: LongForm, kind: FieldKind): void {
  const sources = (['path', 'paths', 'const', 'join', 'expression', 'key'] as const).filter(
    (s) => options[s] !== undefined,
  );
  if (sources.length !== 1) {
    throw new Error(
      `expected exactly one of path, paths, const, join, expression or key, got ${sources.join(', ') || 'none'}`,
    );
  }
  const isTime = kind.type === 'date' || kind.type === 'instant';
  const isReference = kind.type === 'reference' || kind.type === 'references';
  const fits = {
    format: isTime,
    zone: isTime,
    time: kind.type === 'instant' && options.path !== undefined,
    system: isReference,
    prefix: isReference,
    key: isReference,
    type: isReference,
    enum: !isReference,
    join: kind.type === 'text' || kind.type === 'longText',
  };
  for (const [option, allowed] of Object.entries(fits)) {
    if (options[option as keyof typeof fits] !== undefined && !allowed) {
      throw new Error(`\`${option}\` does not fit a field of type ${kind.type}; leave it out`);
    }
  }
  if (options.separator !== undefined && options.join === undefined) {
    throw new Error('`separator` stands between the parts of `join`; leave it out');
  }
  if (options.zone !== undefined && !isZone(options.zone)) {
    throw new Error(`expected an IANA zone such as Europe/Berlin, got "${options.zone}"`);
  }
}

type IsNull = (found: JsonValue | undefined) => boolean;

/** What means nothing to a field: what is listed for itself, and for the stream unless the field has a meaning for it. */
function compileIsNull(options: LongForm, kind: FieldKind, nulls: StreamSettings['nulls']): IsNull {
  const own = compileNulls(options.nulls);
  if (nulls === undefined || options.const !== undefined) return own;
  const ofStream = compileNulls(nulls);
  const words = options.enum ?? {};
  return (found) => {
    if (own(found)) return true;
    // An answer to yes or no is one, whatever the word means elsewhere.
    if (kind.type === 'boolean' && (typeof found === 'boolean' || found === '')) return false;
    return ofStream(found) && !Object.hasOwn(words, String(found));
  };
}

function compileFind(options: LongForm, isNull: IsNull): Getter {
  if (options.join) return compileJoin(options.join, options.separator ?? ', ', isNull);
  if (options.key) return compileCompound(options.key, options.type, isNull);
  if (options.time !== undefined && options.path !== undefined)
    return compileDateAndTime(options, options.path, options.time, isNull);
  const getters = (options.paths ?? (options.path === undefined ? [] : [options.path])).map(compilePath);
  const [only] = getters;
  if (only && getters.length === 1) return only;
  return (scope) => {
    for (const get of getters) {
      const value = get(scope);
      if (!isNull(value) && value !== '') return value;
    }
    return undefined;
  };
}

/** A text of several: parts that mean nothing leave no mark in it. */
function compileJoin(parts: readonly (string | string[])[], separator: string, isNull: IsNull): Getter {
  const textsOf = parts.map((part) => [part].flat().map(compilePath));
  return (scope) => {
    const wordsOf = (getters: readonly Getter[]) =>
      getters
        .map((get) => get(scope))
        .map((value) => (isNull(value) ? '' : (wordOf(value)?.trim() ?? '')))
        .filter((text) => text !== '')
        .join(' ');
    return textsOf
      .map(wordsOf)
      .filter((text) => text !== '')
      .join(separator);
  };
}

/** A reference by several paths: nothing unless every part is there. */
function compileCompound(paths: string[], type: LongForm['type'], isNull: IsNull): Getter {
  const keyOf = compileKey(paths, (value) => (isNull(value) ? null : keyWord(value, type)));
  return (scope: Scope) => keyOf(scope) ?? undefined;
}

function compileDateAndTime(options: LongForm, datePath: string, timePath: string, isNull: IsNull): Getter {
  const [dateOf, timeOf] = [compilePath(datePath), compilePath(timePath)];
  return (scope) => {
    const [date, time] = [dateOf(scope), timeOf(scope)].map((value) => (isNull(value) ? null : wordOf(value)));
    return date ? joinDateAndTime(date, time ?? null, options.format) : null;
  };
}

function compileRead(
  options: LongForm,
  kind: FieldKind,
  { system, nulls }: FieldTarget,
  isNull: IsNull,
): CompiledField['read'] {
  if (kind.type === 'reference' || kind.type === 'references') {
    return compileReference(options, kind, options.system ?? system, isNull);
  }
  const unset = options.const === undefined ? daysAmong([...(nulls ?? []), ...(options.nulls ?? [])]) : [];
  const coerce = compileCoercion(kind, { format: options.format, zone: options.zone, unset });
  const fallback = coerce(jsonOf(options.default ?? null, kind));
  const table = options.enum && compileTable(options.enum, kind, options.default !== undefined);
  checkTable(options.enum ?? {}, kind, coerce);
  return (found) => {
    if (isNull(found)) return fallback;
    const value = coerce(table ? table(found) : found);
    return value ?? fallback;
  };
}

/** A word that the field cannot hold would put aside every record that has it. Throws Error naming the entry. */
function checkTable(table: Record<string, unknown>, kind: FieldKind, coerce: (value: JsonValue) => unknown): void {
  for (const [from, to] of Object.entries(table)) {
    try {
      coerce(jsonOf(to, kind));
    } catch (error) {
      if (!isMismatch(error)) throw error;
      const reason =
        kind.type === 'enum'
          ? `expected one of ${kind.values.join(', ')}.${didYouMean(String(to), kind.values)}`
          : error.message;
      throw new Error(`\`enum\` makes ${JSON.stringify(to)} of "${from}": ${reason}`, { cause: error });
    }
  }
}

function compileTable(table: Record<string, unknown>, kind: FieldKind, hasDefault: boolean) {
  const known = new Map(Object.entries(table).map(([from, to]) => [from, jsonOf(to, kind)]));
  return (found: JsonValue | undefined): JsonValue => {
    // Empty text may be listed: ABAP writes "no" as ''.
    const text = found === '' ? '' : textOf(found);
    if (text === null) return null;
    const value = known.get(text);
    if (value !== undefined) return value;
    if (hasDefault || text === '') return null;
    throw mismatch(`one of the values of the enum table (${[...known.keys()].join(', ')})`, text);
  };
}

function compileReference(
  options: LongForm,
  kind: Extract<FieldKind, { entity: string }>,
  system: string,
  isNull: IsNull,
): CompiledField['read'] {
  const { prefix = '', key, type } = options;
  // The lines of an order name it one after the other.
  let last = { text: '', id: '' };
  const idOf = (found: JsonValue | undefined): string | null => {
    // The parts of a compound key have become texts already.
    const text = isNull(found) ? null : key || prefix !== '' ? wordOf(found) : keyWord(found, type);
    if (text === null || !text.startsWith(prefix) || text === prefix) return null;
    if (text !== last.text) {
      last = {
        text,
        id: recordId({
          system,
          entity: kind.entity,
          key: prefix === '' ? text : typedKey(text.slice(prefix.length), type),
        }),
      };
    }
    return last.id;
  };
  if (kind.type === 'reference') return idOf;
  if (key) return (found) => [idOf(found)].filter((id) => id !== null);
  return (found) => [...new Set((Array.isArray(found) ? found : [found]).map(idOf).filter((id) => id !== null))];
}

/** The text of a value in a key, in one spelling where its type or the settings say that it is a number. */
function keyWord(value: JsonValue | undefined, type: LongForm['type']): string | null {
  const text = wordOf(value);
  if (text === null) return null;
  return type === undefined ? keyText(value, text) : typedKey(text, type);
}

function typedKey(text: string, type: LongForm['type']): string {
  return type === 'integer' ? integerText(text) : text;
}

/** A value of the settings. What they say for a text is one, `true` as well. */
function jsonOf(scalar: unknown, kind: FieldKind): JsonValue {
  const isWord = typeof scalar === 'number' || (typeof scalar === 'boolean' && kind.type !== 'boolean');
  return isWord ? String(scalar) : (scalar as JsonValue);
}
