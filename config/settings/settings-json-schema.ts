import { z } from 'zod';
import { settingsSchema } from './load-settings.ts';
import { type SourceSettings, sourceName } from './settings.ts';

type JsonSchema = { [key: string]: unknown };

/**
 * The JSON Schema of the settings file, for editors: completion and red lines while typing. Looser than the hub
 * itself where the file may hold less than the settings: `${NAME}` for any number or flag, and anything under `preset`.
 */
export function settingsJsonSchema<S extends SourceSettings>(sourceSchema: z.ZodType<S>): JsonSchema {
  const whole = z.toJSONSchema(settingsSchema(sourceSchema), { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const properties = whole.properties as JsonSchema;
  const sources = properties.sources as JsonSchema;
  const withPreset = {
    type: 'object',
    required: ['preset'],
    properties: {
      preset: { type: 'string', description: 'Name of a preset whose streams and mappings are taken over.' },
    },
  };
  return {
    ...whole,
    title: 'customer360 settings',
    properties: {
      ...(orReference(properties) as JsonSchema),
      sources: {
        ...sources,
        propertyNames: z.toJSONSchema(sourceName),
        additionalProperties: { anyOf: [withPreset, orReference(sources.additionalProperties)] },
      },
    },
  };
}

const reference = { type: 'string', pattern: '\\$\\{' };
const readFromText = new Set(['number', 'integer', 'boolean']);

/** Wherever a number or a flag stands, a reference to the environment may stand. */
function orReference(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(orReference);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, orReference(value)]));
  return typeof inner.type === 'string' && readFromText.has(inner.type) ? { anyOf: [inner, reference] } : inner;
}
