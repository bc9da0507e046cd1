import { afterEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { loadSettings } from '../../config/settings/load-settings.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import type { DemoSources } from '../../demo/start-demo-sources.ts';
import { startSmallDemo } from './start-small-demo.ts';

let demo: DemoSources | undefined;
afterEach(() => demo?.stop());

const signal = new AbortController().signal;

/** Keys of what changed since the history's end, by stream. */
async function changedKeys({ settingsFile, env }: DemoSources): Promise<Record<string, string[]>> {
  const settings = loadSettings({ file: settingsFile, env, sourceSchema, presetsFolder: 'connectors/presets' });
  const changed: Record<string, string[]> = {};
  for (const [system, source] of Object.entries(settings.sources)) {
    const connector = connect({ system, settings: source });
    for (const [stream, { cursor }] of Object.entries(source.streams)) {
      if (!cursor) continue;
      const keys: string[] = [];
      const request = { since: '2026-03-02T00:00:00.000000Z', resume: null };
      for await (const page of connector.pull(stream, request, signal))
        keys.push(...page.records.map(({ key }) => key));
      changed[`${system}/${stream}`] = [...new Set(keys)].sort();
    }
    await connector.close();
  }
  return changed;
}

describe('changes in the demo sources', () => {
  it('show in every system as changes since', async () => {
    demo = await startSmallDemo({ scale: 0.02 });
    for (const keys of Object.values(await changedKeys(demo))) expect(keys).toEqual([]);
    await demo.change(250);
    const changed = await changedKeys(demo);
    for (const stream of [
      'erp/orders',
      'scm/shipments',
      'crm/interactions',
      'crm/cases',
      'finance/invoices',
      'finance/invoice-lines',
      'finance/payments',
      'finance/allocations',
    ]) {
      expect([stream, changed[stream]?.length]).toEqual([stream, expect.any(Number)]);
      expect(changed[stream]?.length).toBeGreaterThan(0);
    }
  });

  it('are the same for the same seed, whichever of the systems run in this process', async () => {
    demo = await startSmallDemo({ scale: 0.02 });
    await demo.change(120);
    const together = await changedKeys(demo);
    await demo.stop();
    demo = await startSmallDemo({ scale: 0.02, only: ['finance'] });
    await demo.change(120);
    const books = new Database(demo.env.DEMO_FINANCE_URL?.slice('sqlite:'.length) ?? '', { readonly: true });
    const rows = books.prepare("SELECT RENR FROM RECHNG WHERE AENDERUNG >= '2026-03-02' ORDER BY RENR").all() as {
      RENR: string;
    }[];
    books.close();
    expect(rows.map(({ RENR }) => RENR)).toEqual(together['finance/invoices']);
  });

  it('go on by themselves until the sources stop', async () => {
    demo = await startSmallDemo({ scale: 0.02 });
    const changing = demo.startChanging({ everyMs: 2 });
    let changed: string[] = [];
    while (changed.length === 0) changed = Object.values(await changedKeys(demo)).flat();
    await demo.stop();
    await expect(changing).resolves.toBeUndefined();
  });

  it('delete now and then without a trace', async () => {
    demo = await startSmallDemo({ scale: 0.02 });
    await demo.change(60);
    const before = await changedKeys(demo);
    await demo.change(400);
    const after = new Set((await changedKeys(demo))['crm/interactions']);
    const gone = before['crm/interactions']?.filter((key) => !after.has(key)) ?? [];
    expect(gone.length).toBeGreaterThan(0);
  });
});
