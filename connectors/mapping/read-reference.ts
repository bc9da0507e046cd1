import type { StreamSettings } from '../../config/settings/settings.ts';
import { kindOf } from '../../schema/fields.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { type Entity, recordSchemas } from '../../schema/records.ts';
import { compileField } from './compile-field.ts';
import { compileRowKey } from './compile-record.ts';
import { plainOf } from './expression.ts';
import { isMismatch, textOf } from './mismatch.ts';
import { compilePath, type Scope } from './path.ts';

interface AskedReference {
  entity: Entity;
  field: string;
  /** The key of the row that refers. */
  rowKey: string;
}

/**
 * The value that the mapping of a stream reads for one reference, as the source writes it: for people who look for the
 * record it should lead to. null where the settings or the record have no such value any more.
 */
export async function readReference(
  { system, stream }: { system: string; stream: Pick<StreamSettings, 'key' | 'nulls' | 'records'> },
  { key, data }: { key: string; data: JsonObject },
  { entity, field, rowKey }: AskedReference,
): Promise<string | null> {
  const schema = Object.entries(recordSchemas[entity].shape).find(([name]) => name === field)?.[1];
  if (!schema) return null;
  for (const record of stream.records) {
    const mapping = record.entity === entity ? record.fields[field] : undefined;
    if (mapping === undefined) continue;
    const compiled = compileField(field, mapping, {
      kind: kindOf(schema),
      required: false,
      system,
      nulls: stream.nulls,
    });
    const keyOf = compileRowKey(record, stream.key);
    for (const scope of scopesOf(record.each, data)) {
      const found = await attempt(async () => {
        if (keyOf(scope, key) !== rowKey) return null;
        if (typeof mapping === 'object' && mapping.const !== undefined) return String(mapping.const);
        if (!compiled.expression) return shown(compiled.find(scope));
        return shown(await compiled.expression.evaluate(plainOf(scope.here), plainOf(data)));
      });
      if (found !== null) return found;
    }
  }
  return null;
}

function scopesOf(each: string | undefined, data: JsonObject): Scope[] {
  const whole = { here: data, outer: null };
  if (each === undefined) return [whole];
  const found = compilePath(each)(whole);
  return Array.isArray(found) ? found.map((here) => ({ here, outer: whole })) : [];
}

function shown(value: JsonValue | undefined): string | null {
  return textOf(value);
}

/** A record that the mapping cannot read any more has no value to show. */
async function attempt(read: () => Promise<string | null>): Promise<string | null> {
  try {
    return await read();
  } catch (error) {
    if (isMismatch(error)) return null;
    throw error;
  }
}
