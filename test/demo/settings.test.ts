import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../config/settings/load-settings.ts';
import type { RecordMapping, Settings } from '../../config/settings/settings.ts';
import { connect, type KnownSource, sourceSchema } from '../../connectors/kinds.ts';
import type { MappedRecord } from '../../connectors/mapped-record.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import type { DemoSources } from '../../demo/start-demo-sources.ts';
import { recordId } from '../../schema/ids.ts';
import { entities } from '../../schema/records.ts';
import { startSmallDemo } from './start-small-demo.ts';

let demo: DemoSources;
let settings: Settings<KnownSource>;
let everything: Map<string, MappedRecord[]>;
const signal = new AbortController().signal;

beforeAll(async () => {
  demo = await startSmallDemo({ scale: 0.03 });
  settings = loadSettings({
    file: demo.settingsFile,
    env: demo.env,
    sourceSchema,
    presetsFolder: 'connectors/presets',
  });
  everything = await readEverything();
});
afterAll(() => demo.stop());

async function readEverything(): Promise<Map<string, MappedRecord[]>> {
  const mapped = new Map<string, MappedRecord[]>();
  for (const [system, source] of Object.entries(settings.sources)) {
    const connector = connect({ system, settings: source });
    for (const [streamName, stream] of Object.entries(source.streams)) {
      const mapping = compileMapping({ system, streamName, stream });
      const records: MappedRecord[] = [];
      for await (const page of connector.pull(streamName, { since: null, resume: null }, signal)) {
        records.push(...(await mapping.mapPage(page.records)));
      }
      mapped.set(`${system}/${streamName}`, records);
    }
    await connector.close();
  }
  return mapped;
}

describe('the demo settings', () => {
  it('fit the settings schema, from the file and as the object', () => {
    expect(Object.keys(settings.sources)).toEqual(['erp', 'scm', 'crm', 'finance']);
    expect(JSON.stringify(demo.settings)).not.toContain('${');
  });

  it('map every canonical entity from somewhere', () => {
    const mapped = Object.values(settings.sources).flatMap(({ streams }) =>
      Object.values(streams).flatMap(({ records }) => records.map(({ entity }: RecordMapping) => entity)),
    );
    expect([...new Set(mapped)].sort()).toEqual([...entities].sort());
  });

  it('let every source be checked without a complaint', async () => {
    for (const [system, source] of Object.entries(settings.sources)) {
      const connector = connect({ system, settings: source });
      const results = await connector.check(signal);
      expect(results.filter((result) => !result.ok)).toEqual([]);
      await connector.close();
    }
  });

  it('fit every record but the few that are broken, and the references meet', () => {
    const all = [...everything.values()].flat();
    const rejected = all.flatMap((record) => (record.outcome === 'rejected' ? [record.message] : []));
    expect(all.length).toBeGreaterThan(4_000);
    expect(rejected.length).toBeGreaterThan(0);
    expect(rejected.length).toBeLessThan(all.length * 0.001);

    const rows = all.flatMap((record) => (record.outcome === 'mapped' ? record.rows : []));
    const ids = new Set(rows.map((row) => row.id));
    const dangling = new Map<string, number>();
    let references = 0;
    for (const row of rows) {
      for (const [field, value] of Object.entries(row.fields)) {
        if (typeof value !== 'string' || !/-8[0-9a-f]{3}-/.test(value) || !field.endsWith('Id')) continue;
        references += 1;
        if (!ids.has(value)) dangling.set(`${row.entity}.${field}`, (dangling.get(`${row.entity}.${field}`) ?? 0) + 1);
      }
    }
    // Only what refers to one of the broken records hangs in the air.
    expect([...dangling.values()].reduce((sum, n) => sum + n, 0)).toBeLessThan(references * 0.01);
    expect(references).toBeGreaterThan(8_000);
  });

  it('give the truth: its references name parties that the mapping makes', () => {
    const parties = new Set(
      [...everything.values()]
        .flat()
        .flatMap((record) => (record.outcome === 'mapped' ? record.rows : []))
        .map((row) => row.id),
    );
    const refs = demo.truth.flatMap((customer) => customer.refs);
    const missing = refs.filter((ref) => !parties.has(recordId(ref)));
    // Customers the finance system marks as deleted.
    expect(missing.every((ref) => ref.system === 'finance')).toBe(true);
    expect(missing.length).toBeLessThan(refs.length * 0.03);
  });
});
