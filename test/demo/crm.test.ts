import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoSources } from '../../demo/start-demo-sources.ts';
import { ask, startSmallDemo } from './start-small-demo.ts';

type Row = Record<string, string>;

let demo: DemoSources;

beforeAll(async () => {
  demo = await startSmallDemo({ only: ['crm'] });
});
afterAll(() => demo.stop());

const get = (path: string) => ask(demo, 'crm', `/api/${path}`);

async function readAll(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page++) {
    const answer = await get(`${path}${path.includes('?') ? '&' : '?'}page=${page}&per_page=100`);
    rows.push(...(answer.data as Row[]));
    if (page >= Number(answer.pages)) {
      expect(rows).toHaveLength(Number(answer.total));
      return rows;
    }
  }
}

/** `02.11.2025 08:00:00` → a text that sorts as time. */
function sortable(text: string | undefined): string {
  return (text ?? '').replace(/^(\d\d)\.(\d\d)\.(\d{4})/, '$3-$2-$1');
}

describe('the demo CRM', () => {
  it.each([
    'accounts',
    'people',
    'contacts',
    'consents',
    'interactions',
    'cases',
    'surveys',
    'opportunities',
    'plans',
    'competitors',
  ])('serves all %s by numbered pages, none twice', async (resource) => {
    const rows = await readAll(resource);
    expect(rows.length).toBeGreaterThan(5);
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  });

  it('answers no more than 100 at once and 25 unasked', async () => {
    expect((await get('interactions?per_page=5000')).data).toHaveLength(100);
    expect((await get('interactions')).data).toHaveLength(25);
    expect((await get('interactions?page=9999')).data).toEqual([]);
  });

  it('writes times on the clock in Seoul, serves what changed since one, and sorts by it', async () => {
    const rows = await readAll('interactions?sort=modified');
    const stamps = rows.map((row) => sortable(row.modified));
    expect(stamps).toEqual([...stamps].sort());
    // The night's batch runs at 02:00 UTC.
    expect(rows.some((row) => row.modified?.endsWith('11:00:00'))).toBe(true);
    const from = rows[Math.floor(rows.length * 0.9)]?.modified ?? '';
    const since = await readAll(`interactions?sort=modified&modified_since=${encodeURIComponent(from)}`);
    expect(since).toEqual(rows.filter((row) => sortable(row.modified) >= sortable(from)));
  });

  it('serves records by their ids, one or many', async () => {
    const [first, second] = await readAll('accounts');
    expect(await get(`accounts/${first?.id}`)).toMatchObject({ ...first });
    expect((await get(`accounts?ids=${first?.id},nope,${second?.id}`)).data).toEqual([first, second]);
    expect(await get('accounts/nope')).toMatchObject({ status: 404 });
  });

  it.each([
    ['accounts?sort=size', 400, 'size'],
    ['accounts?modified_since=2025-11-02', 400, '2025-11-02'],
    ['trucks', 404, '/api/accounts'],
  ])('refuses %s and says why', async (path, status, reason) => {
    expect(await get(path)).toMatchObject({ status, error: expect.stringContaining(reason) });
  });

  it('lets nobody in with a wrong password', async () => {
    const answer = await ask(demo, 'crm', '/api/accounts', { authorization: `Basic ${btoa('hub@crm.example:wrong')}` });
    expect(answer).toMatchObject({ status: 401, error: expect.stringContaining('Wrong') });
  });
});
