import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { streamSettings } from '../../config/settings/settings.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { type FieldKind, kindOf } from '../../schema/fields.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { entities, recordSchemas } from '../../schema/records.ts';

/** A mapping of every field of an entity from the field of the same name. */
function mappingOf(entity: (typeof entities)[number]) {
  const fields = Object.fromEntries(Object.keys(recordSchemas[entity].shape).map((name) => [name, name]));
  const stream = streamSettings.parse({ resource: 'any', key: 'key', records: [{ entity, fields }] });
  return compileMapping({ system: 'erp', streamName: 'any', stream });
}

const odd: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, '', ' ', '0', '-0', '-', '1e3', 'EUR', 'eur', 'DE', 'X', true, [], {}, ['a']),
  fc.constantFrom<JsonValue>(
    '0000-00-00',
    '2026-02-28',
    '2026-02-30',
    '2026-03-01T09:30:00.1234567+02:00',
    '9999-12-31',
  ),
  fc.constantFrom<JsonValue>('123456789012345.1234', '1234567890123456', '1.12345', '00012.500'),
  fc.string({ maxLength: 40 }),
  fc.string({ minLength: 250, maxLength: 1_100 }),
);

function fitting(kind: FieldKind): fc.Arbitrary<string> {
  if (kind.type === 'enum') return fc.constantFrom(...kind.values);
  if (kind.type === 'text' && kind.pattern) return fc.stringMatching(new RegExp(kind.pattern.matches));
  return kind.type === 'date' || kind.type === 'instant' ? fc.constant('2026-02-28') : fc.constant('1');
}

describe('what a mapping makes of a record', () => {
  it.each(entities)('fits the schema of %s, whatever the source holds, or the record is rejected', async (entity) => {
    const mapping = mappingOf(entity);
    const fields = Object.entries(recordSchemas[entity].shape).map(([name, schema]) => {
      // Mostly what the field wants, so that whole records fit now and then.
      return [name, fc.oneof({ weight: 30, arbitrary: fitting(kindOf(schema)) }, { weight: 1, arbitrary: odd })];
    });
    const data: fc.Arbitrary<JsonObject> = fc.record(Object.fromEntries(fields));
    let fits = 0;
    await fc.assert(
      fc.asyncProperty(data, async (given) => {
        const record = { key: 'k', version: null, deleted: false, data: given };
        const [mapped] = await mapping.mapPage([record]);
        if (mapped?.outcome !== 'mapped') return;
        fits += 1;
        for (const row of mapped.rows) {
          const parsed = recordSchemas[row.entity].safeParse(row.fields);
          expect(parsed.error?.issues ?? []).toEqual([]);
          expect(row.fields).toEqual(parsed.data);
        }
      }),
      { numRuns: 60 },
    );
    expect(fits).toBeGreaterThan(0);
  });
});
