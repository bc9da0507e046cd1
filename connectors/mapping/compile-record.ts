import { HubError } from '../../config/errors.ts';
import type { RecordMapping, StreamSettings } from '../../config/settings/settings.ts';
import { kindOf } from '../../schema/fields.ts';
import { recordId } from '../../schema/ids.ts';
import type { JsonValue } from '../../schema/json.ts';
import { type Entity, entities, isEntity, recordSchemas } from '../../schema/records.ts';
import type { CanonicalRow } from '../mapped-record.ts';
import { type CompiledField, compileField } from './compile-field.ts';
import { compileExpression, type Plain, plainOf } from './expression.ts';
import { isMismatch, mismatch, textOf } from './mismatch.ts';
import { compileNulls } from './nulls.ts';
import { integerText, keyText } from './number-text.ts';
import { compilePath, type Getter, type Scope } from './path.ts';
import { compileKey } from './source-record.ts';

/** One entry of `records:`, compiled. */
export interface CompiledRecord {
  usesExpressions: boolean;
  /**
   * The canonical rows this entry makes of a source record, a promise of them where it uses expressions; `plain` is
   * the record for those.
   */
  rowsOf(record: Scope, recordKey: string, plain: Plain): CanonicalRow[] | Promise<CanonicalRow[]>;
}

export interface RecordInput {
  system: string;
  streamName: string;
  /** The paths of the source's own key. */
  streamKey: StreamSettings['key'];
  record: RecordMapping;
  index: number;
  /** Values of the source that mean nothing. */
  nulls: StreamSettings['nulls'];
}

const MAX_KEY_LENGTH = 255;

/** Compiles one entry of `records:`. Throws HubError MAPPING_INVALID naming the place in the settings. */
export function compileRecord({ system, streamName, streamKey, record, index, nulls }: RecordInput): CompiledRecord {
  const place = `sources.${system}.streams.${streamName}.records[${index}]`;
  const fail = (where: string, reason: string, cause?: unknown): never => {
    throw new HubError('MAPPING_INVALID', `${place}${where}: ${reason}.`, {
      source: system,
      stream: streamName,
      cause,
    });
  };
  const entity: Entity = isEntity(record.entity)
    ? record.entity
    : fail('.entity', `expected one of ${entities.join(', ')}, got "${record.entity}"`);
  if (record.each !== undefined && record.key === undefined) {
    return fail('', 'expected `key` beside `each`, since the elements need keys of their own');
  }
  const fields = compileFields(entity, record, { system, nulls }, fail);
  const when = attempt('.when', () => (record.when === undefined ? null : compileExpression(record.when)), fail);
  const elementsOf = record.each === undefined ? null : compilePath(record.each);
  const isNull = compileNulls(nulls);
  const keyOf = compileRowKey(record, streamKey);
  const absent = absentValues(entity);
  const usesExpressions = when !== null || fields.some(({ expression }) => expression !== null);

  function rowOf(scope: Scope, recordKey: string, found: Found): CanonicalRow {
    const key = keyOf(scope, recordKey);
    if (key === null) throw named('key', mismatch('a key', null));
    if (key.length > MAX_KEY_LENGTH) throw named('key', mismatch(`at most ${MAX_KEY_LENGTH} characters`, key));
    const values = { ...absent };
    for (const field of fields) values[field.name] = readField(field, scope, found);
    return { entity, id: recordId({ system, entity, key }), key, fields: values };
  }

  async function evaluatedRow(scope: Scope, recordKey: string, whole: Plain): Promise<CanonicalRow[]> {
    const here = scope.outer === null ? whole : plainOf(scope.here);
    if (when && !truthy(await when.evaluate(here, whole))) return [];
    return [rowOf(scope, recordKey, await evaluated(fields, here, whole))];
  }

  async function evaluatedRows(found: Scope[], recordKey: string, whole: Plain): Promise<CanonicalRow[]> {
    const rows: CanonicalRow[] = [];
    for (const scope of found) rows.push(...(await evaluatedRow(scope, recordKey, whole)));
    return rows;
  }

  const explained = (error: unknown) => (isMismatch(error) ? named(entity, error, '.') : error);

  return {
    usesExpressions,
    rowsOf(scope, recordKey, plain) {
      try {
        const found = elementsOf ? elements(elementsOf, scope, record.each, isNull) : [scope];
        if (!usesExpressions) return found.map((element) => rowOf(element, recordKey, nothingFound));
        return evaluatedRows(found, recordKey, plain).catch((error: unknown) => Promise.reject(explained(error)));
      } catch (error) {
        throw explained(error);
      }
    },
  };
}

/** A part of a key, in one spelling where its type or the settings say that it is a number. */
function partOf(type: RecordMapping['keyType']) {
  return (value: JsonValue | undefined): string | null => {
    const text = typeof value === 'boolean' ? null : textOf(value);
    if (text === null) return null;
    if (type === undefined) return keyText(value, text);
    return type === 'integer' ? integerText(text) : text;
  };
}

/** Compiles the key of a row: the one the entry names, or the stream's; null where it has none. */
export function compileRowKey(
  { key, keyType }: Pick<RecordMapping, 'key' | 'keyType'>,
  streamKey: StreamSettings['key'],
): (scope: Scope, recordKey: string) => string | null {
  return key === undefined ? compileOwnKey(streamKey, keyType) : compileKey(key, partOf(keyType));
}

/**
 * The stream's key as the key of a row. The source is asked by its own spelling; the row, which references lead to,
 * has the one spelling of a number.
 */
function compileOwnKey(
  streamKey: StreamSettings['key'],
  type: RecordMapping['keyType'],
): (scope: Scope, recordKey: string) => string {
  const asItCame = compileKey(streamKey);
  const asNumber = compileKey(streamKey, partOf(type));
  return (scope, recordKey) => {
    if (type === undefined && !/[.eE+]/.test(recordKey)) return recordKey;
    // Some connectors make the key otherwise than by its paths.
    if (asItCame(scope) === recordKey) return asNumber(scope) ?? recordKey;
    return type === 'integer' ? integerText(recordKey) : recordKey;
  };
}

/** What the expressions of an entry made of one element, by field. */
type Found = ReadonlyMap<CompiledField, JsonValue>;

const nothingFound: Found = new Map();

/** The fields of an entity as they are where the mapping says nothing of them. */
function absentValues(entity: Entity): CanonicalRow['fields'] {
  const fields = Object.entries(recordSchemas[entity].shape);
  return Object.fromEntries(
    fields.map(([name, schema]) => [
      name,
      (schema.safeParse(undefined).data ?? null) as CanonicalRow['fields'][string],
    ]),
  );
}

type Fail = (where: string, reason: string, cause?: unknown) => never;

function compileFields(
  entity: Entity,
  record: RecordMapping,
  source: Pick<RecordInput, 'system' | 'nulls'>,
  fail: Fail,
): CompiledField[] {
  const { shape } = recordSchemas[entity];
  const targets = new Map(
    Object.entries(shape).map(([name, schema]) => {
      return [name, { kind: kindOf(schema), required: !schema.safeParse(null).success, ...source }];
    }),
  );
  const fields = Object.entries(record.fields).map(([name, mapping]) => {
    const where = `.fields.${name}`;
    const target = targets.get(name);
    if (!target) return fail(where, `${entity} has no such field; its fields are ${[...targets.keys()].join(', ')}`);
    return attempt(where, () => compileField(name, mapping, target), fail);
  });
  for (const [name, schema] of Object.entries(shape)) {
    if (!Object.hasOwn(record.fields, name) && !schema.safeParse(undefined).success) {
      return fail('.fields', `${entity} needs ${name}; map it, or give it a \`const\``);
    }
  }
  return fields;
}

function attempt<T>(where: string, work: () => T, fail: Fail): T {
  try {
    return work();
  } catch (error) {
    const reason =
      typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'invalid';
    return fail(where, reason.replace(/\.$/, ''), error);
  }
}

async function evaluated(fields: readonly CompiledField[], here: Plain, whole: Plain): Promise<Found> {
  const found = new Map<CompiledField, JsonValue>();
  for (const field of fields) {
    if (!field.expression) continue;
    try {
      found.set(field, await field.expression.evaluate(here, whole));
    } catch (error) {
      throw isMismatch(error) ? named(field.name, error) : error;
    }
  }
  return found;
}

function readField(field: CompiledField, scope: Scope, found: Found): CanonicalRow['fields'][string] {
  try {
    const value = field.read(field.expression ? found.get(field) : field.find(scope));
    if (value === null && field.required) throw mismatch('a value', null);
    return value;
  } catch (error) {
    throw isMismatch(error) ? named(field.name, error) : error;
  }
}

function elements(
  elementsOf: Getter,
  scope: Scope,
  path: string | undefined,
  isNull: ReturnType<typeof compileNulls>,
): Scope[] {
  const found = elementsOf(scope);
  if (isNull(found)) return [];
  if (!Array.isArray(found)) throw named(path ?? 'each', mismatch('a list', found));
  return found.map((here) => ({ here, outer: scope }));
}

function truthy(value: JsonValue): boolean {
  if (value === null || typeof value !== 'object') return value !== false && (textOf(value) ?? '0') !== '0';
  return Object.keys(value).length > 0;
}

function named(name: string, error: Error, joint = ': '): Error {
  error.message = `${name}${joint}${error.message}`;
  return error;
}
