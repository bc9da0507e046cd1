import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoSources } from '../../demo/start-demo-sources.ts';
import { ask, startSmallDemo } from './start-small-demo.ts';

type Row = Record<string, unknown>;

const service = '/odata/v4/sales';
let demo: DemoSources;

beforeAll(async () => {
  demo = await startSmallDemo({ only: ['erp'] });
});
afterAll(() => demo.stop());

const get = (path: string, headers?: Record<string, string>) => ask(demo, 'erp', `${service}/${path}`, headers);

async function readAll(path: string, headers: Record<string, string> = {}): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  let [next, pages] = [path as unknown, 0];
  while (typeof next === 'string') {
    const answer = await get(next, headers);
    rows.push(...(answer.value as Row[]));
    next = answer['@odata.nextLink'];
    pages += 1;
  }
  return { rows, pages };
}

describe('the demo ERP', () => {
  it('serves an entity set page by page, none left out and none twice, however many stamps are equal', async () => {
    const { rows, pages } = await readAll('SalesOrders?$orderby=LastChangeDateTime', {
      prefer: 'odata.maxpagesize=97',
    });
    const count = await get('SalesOrders?$count=true&$top=0');
    expect(new Set(rows.map((row) => row.SalesOrder)).size).toBe(rows.length);
    expect(rows).toHaveLength(Number(count['@odata.count']));
    expect(pages).toBeGreaterThan(10);
    const stamps = rows.map((row) => String(row.LastChangeDateTime));
    expect(stamps).toEqual([...stamps].sort());
  });

  it('answers no more than 1000 at once', async () => {
    const answer = await get('SalesOrders?$top=1100');
    expect(answer.value).toHaveLength(1000);
    const { rows } = await readAll('SalesOrders?$top=1100');
    expect(rows).toHaveLength(1100);
  });

  it('skips and takes', async () => {
    const first = await get('SalesOrders?$top=6');
    const later = await get('SalesOrders?$skip=4&$top=2');
    expect(later.value).toEqual((first.value as Row[]).slice(4));
  });

  it('filters by instants, to the microsecond, and by the tuple of stamp and key', async () => {
    const { rows } = await readAll('SalesOrders?$orderby=LastChangeDateTime,SalesOrder');
    const middle = rows[Math.floor(rows.length / 2)];
    const [stamp, key] = [middle?.LastChangeDateTime, middle?.SalesOrder];
    const filter = encodeURIComponent(
      `LastChangeDateTime gt ${stamp} or (LastChangeDateTime eq ${stamp} and SalesOrder gt '${key}')`,
    );
    const after = await readAll(`SalesOrders?$orderby=LastChangeDateTime,SalesOrder&$filter=${filter}`);
    expect(after.rows.map((row) => row.SalesOrder)).toEqual(
      rows.slice(Math.floor(rows.length / 2) + 1).map((row) => row.SalesOrder),
    );
  });

  it('filters by strings, numbers, lists and their combinations', async () => {
    const filter = encodeURIComponent(
      "TransactionCurrency in ('EUR','USD') and not (TotalNetAmount lt 1000.5) and SoldToParty ne ''",
    );
    const { rows } = await readAll(`SalesOrders?$filter=${filter}`, {
      accept: 'application/json;IEEE754Compatible=true',
    });
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      expect(['EUR', 'USD']).toContain(row.TransactionCurrency);
      expect(Number(row.TotalNetAmount)).toBeGreaterThanOrEqual(1000.5);
    }
  });

  it('answers a single entity, selected and expanded', async () => {
    const order = await get("SalesOrders('4500000003')?$select=SalesOrderDate&$expand=Items");
    expect(Object.keys(order).sort()).toEqual(['@odata.context', 'Items', 'SalesOrder', 'SalesOrderDate', 'status']);
    expect((order.Items as Row[]).length).toBeGreaterThan(0);
    expect(await get("SalesOrders('nope')")).toMatchObject({
      status: 404,
      error: { message: expect.stringContaining('nope') },
    });
  });

  it('writes decimals as text for clients that ask for all digits, as numbers for others', async () => {
    const exact = await get("SalesOrders('4500000003')", { accept: 'application/json;IEEE754Compatible=true' });
    const plain = await get("SalesOrders('4500000003')");
    expect(exact.TotalNetAmount).toMatch(/^\d+\.\d\d$/);
    expect(plain.TotalNetAmount).toBe(Number(exact.TotalNetAmount));
  });

  it('describes itself', async () => {
    const login = btoa(`${demo.env.DEMO_ERP_USER}:${demo.env.DEMO_ERP_PASSWORD}`);
    const response = await fetch(`${demo.env.DEMO_ERP_URL}${service}/$metadata`, {
      headers: { authorization: `Basic ${login}` },
    });
    const xml = await response.text();
    expect(xml).toContain('<EntitySet Name="SalesOrders" EntityType="sales.SalesOrder"/>');
    expect(xml).toContain('<Property Name="LastChangeDateTime" Type="Edm.DateTimeOffset" Precision="6"/>');
  });

  it.each([
    ['SalesOrders?$filter=Nothing%20eq%201', 'Nothing'],
    ['SalesOrders?$filter=SalesOrder%20like%20%27x%27', 'expected eq'],
    ['SalesOrders?$filter=SalesOrder+eq+%27x%27', 'syntax error'],
    ['SalesOrders?$filter=SalesOrder%20eq%207', 'Edm.String'],
    ['SalesOrders?$orderby=Nothing', 'Nothing'],
    ['SalesOrders?$expand=Nothing', 'Nothing'],
    ['SalesOrders?$skiptoken=AAAA', '$skiptoken'],
    ['SalesOrders?$top=many', '$top'],
  ])('refuses %s and says why', async (path, reason) => {
    expect(await get(path)).toMatchObject({ status: 400, error: { message: expect.stringContaining(reason) } });
  });

  it('lets nobody in with a wrong password', async () => {
    const answer = await get('SalesOrders', { authorization: `Basic ${btoa('HUB:wrong')}` });
    expect(answer).toMatchObject({ status: 401, error: { code: 'SALES/401' } });
  });
});
