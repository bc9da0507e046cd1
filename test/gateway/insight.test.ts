import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { sampleCompany } from './sample-company.ts';
import { workOutNumbers } from './work-out-numbers.ts';

interface Shown {
  satisfaction: { answers: number };
  otif: Record<'measured' | 'onTime' | 'inFull' | 'onTimeInFull', number>;
  receivables: { byCurrency: { currency: string; balance: { amount: string }; over90: { amount: string } }[] };
}

const orders = ['SALES', 'LIFETIME_VALUE', 'OPEN_BALANCE', 'LAST_ORDER'].flatMap((name) => [
  `${name}_ASC`,
  `${name}_DESC`,
]);

describe.each(databases)('numbers about customers in the graph on $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    sampleCompany(builder, { seed: 5, customers: 16, ordersEach: 7 });
    await builder.save(cache);
    await workOutNumbers(cache);
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  it.each(orders)('order customers by %s, page after page, each once', async (orderBy) => {
    const whole = await graph.data(`{ customers(orderBy: ${orderBy}, first: 200) { totalCount nodes { id } } }`);
    expect(whole.customers.totalCount).toBe(16);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { customers } = await graph.data(
        `query ($after: String) { customers(orderBy: ${orderBy}, first: 6, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      seen.push(...customers.nodes.map(({ id }: { id: string }) => id));
      after = customers.pageInfo.hasNextPage ? customers.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(whole.customers.nodes.map(({ id }: { id: string }) => id));
    expect(new Set(seen).size).toBe(16);
  });

  it('filter customers as a plain SQL statement would', async () => {
    const ask = async (filter: string) =>
      (await graph.data(`{ customers(filter: ${filter}) { totalCount } }`)).customers.totalCount;
    const count = async (where: string) => {
      const [row] = await cache.query(`SELECT COUNT(*) AS n FROM customer_insight WHERE ${where}`);
      return Number(row?.n);
    };
    const unit = cache.dialect === 'sqlite' ? 10_000 : 1;
    const asked = {
      '{grade: [A]}': "grade = 'A'",
      '{grade: [B, C], stage: [LOST]}': "grade IN ('B', 'C') AND stage = 'LOST'",
      '{segment: [CHAMPIONS, LOYAL]}': "segment IN ('CHAMPIONS', 'LOYAL')",
      '{atRisk: true}': 'at_risk = 1',
      '{atRisk: false}': 'at_risk = 0',
      '{sales: {from: "100000.0001"}}': `sales >= 100000.0001 * ${unit}`,
      '{lifetimeValue: {to: "5000"}}': `lifetime_value <= 5000 * ${unit}`,
      '{openBalance: {from: "0.01"}}': `open_balance >= 0.01 * ${unit}`,
      '{lastOrder: {from: "2025-10-01", to: "2025-12-31"}}': "last_order BETWEEN '2025-10-01' AND '2025-12-31'",
    };
    for (const [filter, where] of Object.entries(asked)) {
      expect([filter, await ask(filter)]).toEqual([filter, await count(where)]);
    }
    expect(await ask('{grade: [A]}')).toBeGreaterThan(0);
  });

  it('refuse a cursor whose value is no amount', async () => {
    const cursor = Buffer.from(
      JSON.stringify(['Query.customers(orderBy: SALES_ASC)', 'many', '01890000-0000-7000-8000-00000000dead']),
    ).toString('base64url');
    const { errors } = await graph.ask(`{ customers(orderBy: SALES_ASC, after: "${cursor}") { nodes { id } } }`);
    expect(errors?.[0]?.extensions?.code).toBe('CURSOR_INVALID');
  });

  it('cost one statement for all customers of a page, and one for the models', async () => {
    const fresh = graphUnderTest(cache);
    await fresh.data(
      '{ customers(first: 16) { nodes { insight { grade { value parameters } stage { value } churn { atRisk } } } } }',
    );
    expect(fresh.statements()).toHaveLength(3);
  });

  it('add up: every customer is in one group of each kind', async () => {
    const { portfolio } = await graph.data(
      '{ portfolio { grades { customers } stages { customers } segments { customers } transitions { customers } curve { customersPercent salesPercent } } }',
    );
    for (const groups of [portfolio.grades, portfolio.stages, portfolio.segments, portfolio.transitions]) {
      expect(groups.reduce((sum: number, group: { customers: number }) => sum + group.customers, 0)).toBe(16);
    }
    expect(portfolio.curve.at(-1)).toEqual({ customersPercent: 100, salesPercent: 100 });
  });

  it('add up over all customers: orders, answers, and what is owed in each currency', async () => {
    const shown = `satisfaction { answers } otif { measured onTime inFull onTimeInFull }
      receivables { openBalance { amount } byCurrency { currency balance { amount } over90 { amount } } }`;
    const { portfolio, customers } = await graph.data(
      `{ portfolio { ${shown} models { name } } customers(first: 200) { nodes { insight { ${shown} } } } }`,
    );
    const each: Shown[] = customers.nodes.map(({ insight }: { insight: Shown }) => insight);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(portfolio.satisfaction.answers).toBe(sum(each.map(({ satisfaction }) => satisfaction.answers)));
    for (const name of ['measured', 'onTime', 'inFull', 'onTimeInFull'] as const) {
      expect([name, portfolio.otif[name]]).toEqual([name, sum(each.map(({ otif }) => otif[name]))]);
    }
    expect(portfolio.otif.measured).toBeGreaterThan(0);
    for (const { currency, balance, over90 } of (portfolio as Shown).receivables.byCurrency) {
      const own = each.flatMap(({ receivables }) => receivables.byCurrency.filter((one) => one.currency === currency));
      expect(Number(balance.amount)).toBeCloseTo(sum(own.map((one) => Number(one.balance.amount))), 4);
      expect(Number(over90.amount)).toBeCloseTo(sum(own.map((one) => Number(one.over90.amount))), 4);
    }
    expect(portfolio.receivables.byCurrency.length).toBeGreaterThan(0);
    expect(portfolio.models.map(({ name }: { name: string }) => name)).not.toContain('TOTALS');
  });

  it('are null, and no error, before they have been worked out', async () => {
    const empty = await database.open();
    const builder = createCacheBuilder();
    const { customerIds } = sampleCompany(builder);
    await builder.save(empty);
    const answer = await graphUnderTest(empty).data(
      'query ($id: ID!) { customer(id: $id) { insight { asOf } } portfolio { asOf curve { customers } transitions { customers } atRisk { id } models { name } otif { measured } satisfaction { nps } receivables { openBalance { amount } } } }',
      { id: customerIds[0] },
    );
    expect(answer).toEqual({
      customer: { insight: null },
      portfolio: {
        asOf: null,
        curve: [],
        transitions: [],
        atRisk: [],
        models: [],
        otif: null,
        satisfaction: null,
        receivables: null,
      },
    });
  });
});
