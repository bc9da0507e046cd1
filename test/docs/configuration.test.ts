import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { fieldsOf } from '../../cache/schema/tables.ts';
import { loadSettings } from '../../config/settings/load-settings.ts';
import { streamSettings } from '../../config/settings/settings.ts';
import { settingsJsonSchema } from '../../config/settings/settings-json-schema.ts';
import { sourceSchema } from '../../connectors/kinds.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { restPaging } from '../../connectors/rest/settings.ts';
import { entities } from '../../schema/records.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(path.join(root, 'docs/configuration.md'), 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml]) => yaml ?? '');
const folder = mkdtempSync(path.join(tmpdir(), 'configuration-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/configuration.md', () => {
  it('has examples that load, and whose mappings compile', () => {
    expect(examples).toHaveLength(2);
    for (const [index, example] of examples.entries()) {
      const file = path.join(folder, `${index}.yaml`);
      writeFileSync(file, example);
      const env = { SHOP_TOKEN: 't', FINANCE_PASSWORD: 'p', TRYTON_PASSWORD: 'p' };
      const presetsFolder = path.join(root, 'connectors/presets');
      const { sources } = loadSettings({ file, env, sourceSchema, presetsFolder });
      for (const [system, source] of Object.entries(sources)) {
        for (const [streamName, stream] of Object.entries(source.streams)) {
          expect(compileMapping({ system, streamName, stream }).hash).not.toBe('');
        }
      }
    }
  });

  it('has an example whose customers come with empty addresses too', async () => {
    const { streams } = parse(examples[0] ?? '').sources.shop;
    const stream = streamSettings.parse({ key: 'id', resource: 'x', records: streams.buyers.records });
    const addresses = [
      { id: '1', street: 'Am Markt 3', postal_code: '50667', city: 'Köln' },
      { id: '2', street: null, postal_code: null, city: 'Tampere' },
      { id: '3', street: null, postal_code: null, city: null },
    ];
    const customer = {
      id: '7',
      company: true,
      company_name: 'Ilves Oy',
      full_name: null,
      vat_number: null,
      address: null,
      addresses,
    };
    const record = { key: '7', version: null, deleted: false, data: customer };
    const [mapped] = await compileMapping({ system: 'shop', streamName: 'buyers', stream }).mapPage([record]);
    expect(mapped).not.toHaveProperty('message');
    const rows = mapped?.outcome === 'mapped' ? mapped.rows : [];
    expect(rows.filter(({ entity }) => entity === 'contactPoint').map(({ fields }) => fields.raw)).toEqual([
      'Am Markt 3, 50667 Köln',
      'Tampere',
    ]);
    expect(rows.filter(({ entity }) => entity === 'party')).toHaveLength(1);
  });

  it('shows paging by settings that are valid', () => {
    const section = page.slice(page.indexOf('#### Paging of a REST API'), page.indexOf('### Kind `sql`'));
    const products = section.slice(section.indexOf('| Sources that page like'));
    const shown = [...products.matchAll(/`(\{type: [^`]*\})`/g)].map(([, yaml]) => String(yaml));
    expect(shown.length).toBeGreaterThan(15);
    for (const yaml of shown) expect({ yaml, error: restPaging.safeParse(parse(yaml)).error }).toEqual({ yaml });
  });

  it('names every setting there is', () => {
    const names = [...keysOf(settingsJsonSchema(sourceSchema))];
    expect(names.length).toBeGreaterThan(80);
    const words = new Set(page.match(/[A-Za-z][A-Za-z0-9]*/g));
    expect(names.filter((name) => !words.has(name))).toEqual([]);
  });

  it.each(entities)('lists all fields of %s', (entity) => {
    const row = page.split('\n').find((line) => new RegExp(`^\\| \`${entity}\` *\\|`).test(line)) ?? '';
    const listed =
      row
        .replaceAll(/\([^)]*\)|\*/g, '')
        .split('|')
        .at(2)
        ?.split(',') ?? [];
    expect(listed.map((field) => field.trim())).toEqual(fieldsOf(entity).map(([name]) => name));
  });
});

/** All keys of maps anywhere in a JSON Schema. */
function* keysOf(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') yield* Object.keys(value);
    if (key !== 'default') yield* keysOf(value);
  }
}
