import { HubError } from '../../config/errors.ts';
import type { RecordMapping } from '../../config/settings.ts';
import { kindOf } from '../../schema/fields.ts';
import { recordId } from '../../schema/ids.ts';
import type { JsonValue } from '../../schema/json.ts';
import { type Entity, entities, isEntity, recordSchemas } from '../../schema/records.ts';
import type { CanonicalRow } from '../mapped-record.ts';
import { type CompiledField, compileField } from './compile-field.ts';
import { compileExpression, type Plain, plainOf } from './expression.ts';
import { isMismatch, mismatch, textOf } from './mismatch.ts';
import { compilePath, type Getter, type Scope } from './path.ts';
import { compileKey } from './source-record.ts';

/** One entry of `records:`, compiled. */
export interface CompiledRecord {
  usesExpressions: boolean;
  /** The canonical rows this entry makes of a source record; `plain` is the record for expressions, if any use it. */
  rowsOf(record: Scope, recordKey: string, plain: Plain): Promise<CanonicalRow[]>;
}

export interface RecordInput {
  system: string;
  streamName: string;
  record: RecordMapping;
  index: number;
}

const MAX_KEY_LENGTH = 255;

/** Compiles one entry of `records:`. Throws HubError MAPPING_INVALID naming the place in the settings. */
export function compileRecord({ system, streamName, record, index }: RecordInput): CompiledRecord {
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
  const fields = compileFields(entity, record, system, fail);
  const when = attempt('.when', () => (record.when === undefined ? null : compileExpression(record.when)), fail);
  const elementsOf = record.each === undefined ? null : compilePath(record.each);
  const keyOf = record.key === undefined ? null : compileKey(record.key);
  const schema = recordSchemas[entity];
  const usesExpressions = when !== null || fields.some(({ expression }) => expression !== null);

  async function rowOf(scope: Scope, recordKey: string, whole: Plain): Promise<CanonicalRow | null> {
    const here = !usesExpressions ? null : scope.outer === null ? whole : plainOf(scope.here);
    if (when && !truthy(await when.evaluate(here, whole))) return null;
    const key = keyOf ? keyOf(scope) : recordKey;
    if (key === null) throw named('key', mismatch('a key', null));
    if (key.length > MAX_KEY_LENGTH) throw named('key', mismatch(`at most ${MAX_KEY_LENGTH} characters`, key));
    const values: CanonicalRow['fields'] = {};
    for (const field of fields) {
      // Awaited only where there is something to wait for: most fields are paths, and there are many.
      const found = field.expression ? await evaluated(field, here, whole) : undefined;
      values[field.name] = readField(field, scope, found);
    }
    const valid = schema.safeParse(values);
    if (!valid.success) throw invalid(valid.error.issues, values);
    return { entity, id: recordId({ system, entity, key }), key, fields: valid.data };
  }

  return {
    usesExpressions,
    async rowsOf(scope, recordKey, plain) {
      const rows: CanonicalRow[] = [];
      try {
        for (const element of elementsOf ? elements(elementsOf, scope, record.each) : [scope]) {
          const row = await rowOf(element, recordKey, plain);
          if (row) rows.push(row);
        }
      } catch (error) {
        throw isMismatch(error) ? named(entity, error, '.') : error;
      }
      return rows;
    },
  };
}

type Fail = (where: string, reason: string, cause?: unknown) => never;

function compileFields(entity: Entity, record: RecordMapping, system: string, fail: Fail): CompiledField[] {
  const { shape } = recordSchemas[entity];
  const kinds = new Map(Object.entries(shape).map(([name, schema]) => [name, kindOf(schema)]));
  const fields = Object.entries(record.fields).map(([name, mapping]) => {
    const where = `.fields.${name}`;
    const kind = kinds.get(name);
    if (!kind) return fail(where, `${entity} has no such field; its fields are ${[...kinds.keys()].join(', ')}`);
    return attempt(where, () => compileField(name, mapping, kind, system), fail);
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

async function evaluated({ name, expression }: CompiledField, here: Plain, whole: Plain) {
  try {
    return await expression?.evaluate(here, whole);
  } catch (error) {
    throw isMismatch(error) ? named(name, error) : error;
  }
}

function readField(field: CompiledField, scope: Scope, evaluated: JsonValue | undefined) {
  try {
    return field.read(field.expression ? evaluated : field.find(scope));
  } catch (error) {
    throw isMismatch(error) ? named(field.name, error) : error;
  }
}

function* elements(elementsOf: Getter, scope: Scope, path: string | undefined): Generator<Scope> {
  const found = elementsOf(scope);
  if (found === undefined || found === null) return;
  if (!Array.isArray(found)) throw named(path ?? 'each', mismatch('a list', found));
  for (const here of found) yield { here, outer: scope };
}

function truthy(value: JsonValue): boolean {
  if (value === null || typeof value !== 'object') return value !== false && (textOf(value) ?? '0') !== '0';
  return Object.keys(value).length > 0;
}

function named(name: string, error: Error, joint = ': '): Error {
  error.message = `${name}${joint}${error.message}`;
  return error;
}

function invalid(
  issues: readonly { path: readonly PropertyKey[]; message: string }[],
  values: CanonicalRow['fields'],
): Error {
  const [issue] = issues;
  const field = String(issue?.path[0] ?? '');
  const value = values[field] ?? null;
  if (value === null) return named(field, mismatch('a value', null));
  return named(field, mismatch((issue?.message ?? 'a value that fits').replace(/^expected /, ''), value));
}
