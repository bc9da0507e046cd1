import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startDemoProcess } from '../../demo/start-demo-process.ts';
import { ask } from './start-small-demo.ts';

const small = { seed: 11, scale: 0.02, today: '2026-03-02' };

describe('the demo sources in a process of their own', () => {
  it('serve, change and stop as they do in this one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'customer360-demo-'));
    const demo = await startDemoProcess({ ...small, directory });
    expect(demo.truth.length).toBeGreaterThan(20);
    expect(Object.keys(demo.settings)).toEqual(['sources']);
    const since = encodeURIComponent('LastChangeDateTime ge 2026-03-02T00:00:00Z');
    const changed = () => ask(demo, 'erp', `/odata/v4/sales/SalesOrders?$filter=${since}&$count=true`);
    expect(await changed()).toMatchObject({ '@odata.count': 0 });
    await demo.change(40);
    expect(Number((await changed())['@odata.count'])).toBeGreaterThan(0);
    const changing = demo.startChanging({ everyMs: 5 });
    await demo.stop();
    await expect(changing).resolves.toBeUndefined();
    await expect(changed()).rejects.toThrow();
    await demo.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('say why they could not start', async () => {
    const starting = startDemoProcess({ ...small, directory: '/nonexistent/folder' });
    await expect(starting).rejects.toThrow(/directory does not exist/);
  });
});
