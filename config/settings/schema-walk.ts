import type { z } from 'zod';

type Schema = z.core.$ZodTypes;

/** The keys a map may have at a path of the input, as far as the schema and what is written there tell. */
export function knownKeys(schema: z.core.$ZodType, input: unknown, path: readonly PropertyKey[]): string[] {
  return [...new Set(mapsAt(schema as Schema, input, path).flatMap((map) => Object.keys(map._zod.def.shape)))];
}

function mapsAt(schema: Schema, input: unknown, path: readonly PropertyKey[]): z.core.$ZodObject[] {
  const def = schema._zod.def;
  const [step, ...rest] = path;
  switch (def.type) {
    case 'object': {
      if (step === undefined) return [schema as z.core.$ZodObject];
      const field = def.shape[String(step)];
      return field ? mapsAt(field as Schema, valueAt(input, step), rest) : [];
    }
    case 'record':
      return step === undefined ? [] : mapsAt(def.valueType as Schema, valueAt(input, step), rest);
    case 'array':
      return step === undefined ? [] : mapsAt(def.element as Schema, valueAt(input, step), rest);
    case 'union': {
      const options = def.options.filter((option) => !contradicts(option as Schema, input));
      return options.flatMap((option) => mapsAt(option as Schema, input, path));
    }
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
      return mapsAt(def.innerType as Schema, input, path);
    case 'pipe':
      return mapsAt(def.in as Schema, input, path);
    case 'lazy':
      return mapsAt(def.getter() as Schema, input, path);
    default:
      return [];
  }
}

/** Does the input say by a fixed word, such as `kind: sql`, that it is not this option of a union? */
function contradicts(option: z.core.$ZodType, input: unknown): boolean {
  const def = (option as Schema)._zod.def;
  if (def.type !== 'object') return false;
  return Object.entries(def.shape).some(([key, field]) => {
    const fixed = (field as Schema)._zod.def;
    const said = valueAt(input, key);
    return fixed.type === 'literal' && said !== undefined && !fixed.values.some((value) => value === said);
  });
}

export function valueAt(input: unknown, step: PropertyKey): unknown {
  return typeof input === 'object' && input !== null ? (input as Record<PropertyKey, unknown>)[step] : undefined;
}
