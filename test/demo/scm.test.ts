import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoSources } from '../../demo/start-demo-sources.ts';
import { ask, startSmallDemo } from './start-small-demo.ts';

let demo: DemoSources;

beforeAll(async () => {
  demo = await startSmallDemo({ only: ['scm'] });
});
afterAll(() => demo.stop());

/** Ids are beyond a double, so they are read from the text. */
async function readAll(path: string): Promise<{ ids: string[]; stamps: string[]; pages: number }> {
  const [ids, stamps]: [string[], string[]] = [[], []];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages++) {
    const joint: string = path.includes('?') ? '&' : '?';
    const text = await textOf(`${path}${cursor === '' ? '' : `${joint}cursor=${cursor}`}`);
    ids.push(...[...text.matchAll(/\{"id":(\d+)/g)].map((match) => match[1] ?? ''));
    stamps.push(...[...text.matchAll(/"updated_at":"([^"]+)"/g)].map((match) => match[1] ?? ''));
    cursor = /"next_cursor":"([^"]+)"/.exec(text)?.[1] ?? null;
  }
  return { ids, stamps, pages };
}

async function textOf(path: string): Promise<string> {
  const headers = { authorization: `Bearer ${demo.env.DEMO_SCM_TOKEN}` };
  const response = await fetch(`${demo.env.DEMO_SCM_URL}/v1/${path}`, { headers });
  expect(response.status).toBe(200);
  return await response.text();
}

describe('the demo SCM', () => {
  it('serves all shipments by cursor, in the order of their changes, none left out and none twice', async () => {
    const small = await readAll('shipments?limit=83');
    const large = await readAll('shipments?limit=100000');
    expect(new Set(small.ids).size).toBe(small.ids.length);
    expect(small.ids).toEqual(large.ids);
    expect(small.stamps).toEqual([...small.stamps].sort());
    expect(small.pages).toBe(Math.ceil(small.ids.length / 83));
    expect(large.pages).toBe(Math.ceil(large.ids.length / 1000));
  });

  it('serves what changed at or after a moment, whatever its offset', async () => {
    const { ids, stamps } = await readAll('shipments?limit=500');
    const from = stamps[Math.floor(stamps.length * 0.8)] ?? '';
    const expected = ids.filter((_, i) => (stamps[i] ?? '') >= from);
    const { ids: since } = await readAll(`shipments?limit=500&updated_after=${encodeURIComponent(from)}`);
    expect(since).toEqual(expected);
    const [, wall = '', micros = ''] = /^(.{19})\.(\d{6})\+01:00$/.exec(from) ?? [];
    const utc = `${new Date(Date.parse(`${wall}+01:00`)).toISOString().slice(0, 19)}.${micros}Z`;
    expect((await readAll(`shipments?limit=500&updated_after=${utc}`)).ids).toEqual(expected);
  });

  it('serves one shipment by its id, a number of nineteen digits', async () => {
    const { ids } = await readAll('shipments?limit=5');
    const id = ids[3] ?? '';
    expect(id).toMatch(/^\d{19}$/);
    expect(await textOf(`shipments/${id}`)).toContain(`{"id":${id},`);
    expect(await ask(demo, 'scm', '/v1/shipments/12')).toMatchObject({ status: 404 });
  });

  it('keeps the trailing zeros of quantities', async () => {
    expect(await textOf('shipments?limit=1')).toMatch(/"qty":\d+\.\d{3},"qty_delivered":\d+\.\d{3}/);
  });

  it.each([
    ['/v1/shipments?cursor=AAAA', 400, 'cursor'],
    ['/v1/shipments?updated_after=yesterday', 400, 'yesterday'],
    ['/v1/shipments?limit=some', 400, 'limit'],
    ['/v1/trucks', 404, '/v1/shipments'],
  ])('refuses %s and says why', async (path, status, reason) => {
    expect(await ask(demo, 'scm', path)).toMatchObject({ status, detail: expect.stringContaining(reason) });
  });

  it('lets nobody in with a wrong token', async () => {
    expect(await ask(demo, 'scm', '/v1/shipments', { authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
  });
});
