import type { FieldMapping } from '../../config/settings.ts';
import type { FieldKind } from '../../schema/fields.ts';
import { recordId } from '../../schema/ids.ts';
import type { JsonValue } from '../../schema/json.ts';
import { compileCoercion, type FieldValue } from './coerce.ts';
import { compileExpression, type Expression } from './expression.ts';
import { mismatch, textOf } from './mismatch.ts';
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
}

/** Compiles one field of a `records:` entry. Throws Error with the reason where an option does not fit. */
export function compileField(name: string, mapping: FieldMapping, target: FieldTarget): CompiledField {
  const { kind, required, system } = target;
  const options: LongForm = typeof mapping === 'string' ? { path: mapping } : mapping;
  checkOptions(options, kind);
  const expression = options.expression === undefined ? null : compileExpression(options.expression);
  const field = { name, required, expression, find: compileFind(options), read: compileRead(options, kind, system) };
  if (options.const !== undefined) {
    const value = field.read(jsonOf(options.const));
    return { ...field, read: () => value };
  }
  return field;
}

function checkOptions(options: LongForm, kind: FieldKind): void {
  const sources = (['path', 'paths', 'const', 'expression', 'key'] as const).filter((s) => options[s] !== undefined);
  if (sources.length !== 1) {
    throw new Error(
      `expected exactly one of path, paths, const, expression or key, got ${sources.join(', ') || 'none'}`,
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
    enum: !isReference,
  };
  for (const [option, allowed] of Object.entries(fits)) {
    if (options[option as keyof typeof fits] !== undefined && !allowed) {
      throw new Error(`\`${option}\` does not fit a field of type ${kind.type}; leave it out`);
    }
  }
  if (options.zone !== undefined && !isZone(options.zone)) {
    throw new Error(`expected an IANA zone such as Europe/Berlin, got "${options.zone}"`);
  }
}

function compileFind(options: LongForm): Getter {
  if (options.key) return compileCompound(options.key);
  if (options.time !== undefined && options.path !== undefined)
    return compileDateAndTime(options, options.path, options.time);
  const getters = (options.paths ?? (options.path === undefined ? [] : [options.path])).map(compilePath);
  const [only] = getters;
  if (only && getters.length === 1) return only;
  return (scope) => {
    for (const get of getters) {
      const value = get(scope);
      if (value !== undefined && value !== null && value !== '') return value;
    }
    return undefined;
  };
}

/** A reference by several paths: nothing unless every part is there. */
function compileCompound(paths: string[]): Getter {
  const keyOf = compileKey(paths);
  return (scope: Scope) => keyOf(scope) ?? undefined;
}

function compileDateAndTime(options: LongForm, datePath: string, timePath: string): Getter {
  const [dateOf, timeOf] = [compilePath(datePath), compilePath(timePath)];
  return (scope) => {
    const date = textOf(dateOf(scope));
    return date === null ? null : joinDateAndTime(date, textOf(timeOf(scope)), options.format);
  };
}

function compileRead(options: LongForm, kind: FieldKind, system: string): CompiledField['read'] {
  const nulls = new Set(options.nulls ?? []);
  const isNull = (found: JsonValue | undefined) =>
    found === undefined ||
    found === null ||
    (nulls.size > 0 && !Array.isArray(found) && nulls.has(textOf(found) ?? ''));
  if (kind.type === 'reference' || kind.type === 'references') {
    return compileReference(options, kind, options.system ?? system, isNull);
  }
  const coerce = compileCoercion(kind, options);
  const fallback = coerce(jsonOf(options.default ?? null));
  const table = options.enum && compileTable(options.enum, options.default !== undefined);
  return (found) => {
    if (isNull(found)) return fallback;
    const value = coerce(table ? table(found) : found);
    return value ?? fallback;
  };
}

function compileTable(table: Record<string, unknown>, hasDefault: boolean) {
  const known = new Map(Object.entries(table).map(([from, to]) => [from, jsonOf(to)]));
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
  isNull: (found: JsonValue | undefined) => boolean,
): CompiledField['read'] {
  const { prefix = '', key } = options;
  // The lines of an order name it one after the other.
  let last = { text: '', id: '' };
  const idOf = (found: JsonValue | undefined): string | null => {
    const text = isNull(found) ? null : textOf(found);
    if (text === null || !text.startsWith(prefix) || text === prefix) return null;
    if (text !== last.text) {
      last = { text, id: recordId({ system, entity: kind.entity, key: text.slice(prefix.length) }) };
    }
    return last.id;
  };
  if (kind.type === 'reference') return idOf;
  if (key) return (found) => [idOf(found)].filter((id) => id !== null);
  return (found) => [...new Set((Array.isArray(found) ? found : [found]).map(idOf).filter((id) => id !== null))];
}

function jsonOf(scalar: unknown): JsonValue {
  return typeof scalar === 'number' ? String(scalar) : (scalar as JsonValue);
}
