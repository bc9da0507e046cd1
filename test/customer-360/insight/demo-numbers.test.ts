import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Row } from '../../../cache/database/database.ts';
import { type Hub, openHub } from '../../../cli/compose.ts';
import type { HubSettings } from '../../../cli/read-settings.ts';
import { createLog } from '../../../config/observability/log.ts';
import { loadSettings } from '../../../config/settings/load-settings.ts';
import { sourceSchema } from '../../../connectors/kinds.ts';
import { refreshAll } from '../../../customer-360/insight/refresh-insight.ts';
import type { DemoSources } from '../../../demo/start-demo-sources.ts';
import { createGraph } from '../../../gateway/create-graph.ts';
import { runSync } from '../../../sync-jobs/pass/run-sync.ts';
import { startSmallDemo } from '../../demo/start-small-demo.ts';

jest.setTimeout(120_000);

const TODAY = '2026-03-02';
const NOW = Date.parse(`${TODAY}T10:00:00Z`);

let demo: DemoSources;
let hub: Hub;
let folder: string;
let shown: Map<string, Shown>;

beforeAll(async () => {
  demo = await startSmallDemo({ scale: 0.02, today: TODAY });
  folder = mkdtempSync(join(tmpdir(), 'c360-insight-'));
  const loaded = loadSettings({
    file: demo.settingsFile,
    env: { ...demo.env, DATABASE_URL: `sqlite:${join(folder, 'cache.db')}` },
    sourceSchema,
    presetsFolder: 'connectors/presets',
  }) as HubSettings;
  hub = await openHub(loaded, createLog({ level: 'silent' }));
  const { signal } = new AbortController();
  for (const [system, source] of Object.entries(hub.settings.sources)) {
    for (const stream of Object.keys(source.streams)) {
      expect((await runSync(hub.requestFor({ system, stream }, signal))).outcome).toBe('SUCCEEDED');
    }
  }
  await refreshAll({ cache: hub.cache, settings: hub.settings.insight, holder: 'test', now: () => NOW });
  shown = await tenCustomers();
});
afterAll(async () => {
  await hub?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Shown {
  id: string;
  taxId: string | null;
  insight: Insight;
}

interface Insight {
  buying: { purchases: number; orders: number; firstOrder: string; lastOrder: string } & Record<
    'sales' | 'totalSales',
    { amount: string; currency: string } | null
  >;
  rfm: { recency: number; frequency: number; monetary: number } | null;
  grade: { value: string } | null;
  stage: { value: string; silentDays: number; intervalDays: number };
  churn: { atRisk: boolean; reasons: { code: string }[] };
  expectedPurchases: { probabilityAlive: number; parameters: { bgNbd: Record<'r' | 'alpha' | 'a' | 'b', number> } };
  satisfaction: { nps: number | null; csat: number | null; ces: number | null };
  otif: { measured: number; onTimeInFull: number };
  receivables: { byCurrency: ({ currency: string; dso: number | null } & Record<string, { amount: string }>)[] };
  dataQuality: { missing: string[] };
}

/** Ten that differ: the most valuable, some about to be lost, some lost, some that owe, persons and organisations. */
async function tenCustomers(): Promise<Map<string, Shown>> {
  const graph = createGraph({ cache: hub.cache, settings: hub.settings, now: () => NOW });
  const fields = `id taxId insight {
    buying { purchases orders firstOrder lastOrder sales { amount currency } totalSales { amount currency } }
    rfm { recency frequency monetary } grade { value } stage { value silentDays intervalDays }
    churn { atRisk reasons { code } } expectedPurchases { probabilityAlive parameters } satisfaction { nps csat ces }
    otif { measured onTimeInFull } dataQuality { missing }
    receivables { byCurrency { currency balance { amount } current { amount } days1To30 { amount } over90 { amount } dso } } }`;
  const list = (name: string, args: string) => `${name}: customers(${args}) { nodes { ${fields} } }`;
  const result = await graph.execute({
    context: graph.createContext(),
    query: `{ ${list('worth', 'orderBy: LIFETIME_VALUE_DESC, first: 3')} ${list('owing', 'orderBy: OPEN_BALANCE_DESC, first: 2')}
      ${list('risk', 'filter: {atRisk: true}, orderBy: SALES_DESC, first: 3')} ${list('lost', 'filter: {stage: [LOST]}, orderBy: LAST_ORDER_ASC, first: 3')}
      ${list('small', 'filter: {grade: [C]}, orderBy: SALES_ASC, first: 3')} ${list('persons', 'filter: {kind: [PERSON]}, orderBy: SALES_DESC, first: 2')} }`,
  });
  expect(result.errors).toBeUndefined();
  const lists = Object.values(result.data ?? {}) as { nodes: Shown[] }[];
  const found = new Map(lists.flatMap(({ nodes }) => nodes).map((each) => [each.id, each]));
  expect(found.size).toBeGreaterThanOrEqual(10);
  return found;
}

async function one(statement: string, parameters: (string | number)[] = []): Promise<Row> {
  const [row] = await hub.cache.query(statement, parameters);
  return row ?? {};
}

/** Ten-thousandths of a euro of a sum in ten-thousandths; the rates of the demo's settings as whole numbers. */
const euros = (sum: string) => `CASE currency WHEN 'EUR' THEN ${sum} WHEN 'USD' THEN (${sum} * 91 + 50) / 100
  WHEN 'GBP' THEN (${sum} * 116 + 50) / 100 WHEN 'CNY' THEN (${sum} * 128 + 500) / 1000 ELSE (${sum} * 68 + 50000) / 100000 END`;

/** Every customer's days with orders, in euros. */
const DAYS = `SELECT customer_id, day, SUM(amount) AS amount, SUM(orders) AS orders FROM (
    SELECT l.customer_id AS customer_id, o.order_date AS day, o.currency AS currency, COUNT(*) AS orders,
           ${euros('SUM(o.net_amount)')} AS amount
    FROM orders o JOIN customer_links l ON l.party_id = o.party_id
    WHERE o.status IN ('CONFIRMED', 'PROCESSING', 'DONE') AND o.order_date <= '${TODAY}'
    GROUP BY l.customer_id, o.order_date, o.currency) GROUP BY customer_id, day`;
const WINDOW = `SELECT customer_id, MAX(day) AS last, COUNT(*) AS purchases, SUM(amount) AS sales FROM (${DAYS})
  WHERE day > date('${TODAY}', '-730 days') GROUP BY customer_id`;

/** How often orders came on time and in full. */
const otifOf = (whose: string) => `SELECT COUNT(*) AS measured, SUM(late = 0) AS met FROM (
   SELECT o.id, SUM(COALESCE(d.came, 0) < MAX(0, n.ordered_qty - COALESCE(n.cancelled_qty, 0))) AS late,
          SUM(MAX(0, n.ordered_qty - COALESCE(n.cancelled_qty, 0))) AS needed
   FROM orders o JOIN customer_links l ON l.party_id = o.party_id JOIN order_lines n ON n.order_id = o.id
   LEFT JOIN (SELECT sl.order_line_id AS line, s.order_id,
                     SUM(CASE WHEN substr(s.delivered_at, 1, 10) <= o2.requested_date
                              THEN CASE s.status WHEN 'RETURNED' THEN sl.shipped_qty
                                   WHEN 'DELIVERED' THEN COALESCE(sl.delivered_qty, sl.shipped_qty) ELSE COALESCE(sl.delivered_qty, 0) END
                              ELSE 0 END) AS came
              FROM shipment_lines sl JOIN shipments s ON s.id = sl.shipment_id
              JOIN order_lines n2 ON n2.id = sl.order_line_id JOIN orders o2 ON o2.id = n2.order_id
              WHERE s.status NOT IN ('PLANNED', 'PICKED', 'CANCELLED') GROUP BY sl.order_line_id) d ON d.line = n.id
   WHERE ${whose} AND o.status IN ('CONFIRMED', 'PROCESSING', 'DONE')
     AND o.requested_date < '${TODAY}' AND o.requested_date >= date('${TODAY}', '-730 days')
   GROUP BY o.id) WHERE needed > 0`;

/** The scores of answers. */
const answersOf = (
  whose: string,
) => `SELECT ROUND(100.0 * SUM(kind = 'NPS' AND score >= 90000) / SUM(kind = 'NPS') - 100.0 * SUM(kind = 'NPS' AND score <= 60000) / SUM(kind = 'NPS'), 2) AS nps,
        ROUND(100.0 * SUM(kind = 'CSAT' AND score >= 40000) / SUM(kind = 'CSAT'), 2) AS csat,
        ROUND(SUM(CASE kind WHEN 'CES' THEN score END) / 10000.0 / SUM(kind = 'CES'), 2) AS ces
 FROM survey_responses s JOIN customer_links l ON l.party_id = s.party_id WHERE ${whose}`;

describe('ten customers of the demo, computed once more by SQL', () => {
  it('bought as often, as lately and for as much', async () => {
    for (const { id, insight } of shown.values()) {
      const all = await one(
        `SELECT COUNT(*) AS purchases, SUM(orders) AS orders, MIN(day) AS first, MAX(day) AS last, SUM(amount) AS total
         FROM (${DAYS}) WHERE customer_id = ?`,
        [id],
      );
      const { sales } = await one(`SELECT sales FROM (${WINDOW}) WHERE customer_id = ?`, [id]);
      const { buying } = insight;
      expect([id, buying.purchases, buying.orders, buying.firstOrder, buying.lastOrder]).toEqual([
        id,
        all.purchases,
        all.orders,
        all.first,
        all.last,
      ]);
      expect([id, units(buying.totalSales), units(buying.sales)]).toEqual([id, all.total, sales ?? null]);
      expect(buying.totalSales?.currency).toBe('EUR');
    }
  });

  it('have the scores and the grade', async () => {
    const { n } = await one(`SELECT COUNT(*) AS n FROM (${WINDOW})`);
    const score = (column: string) =>
      `(SELECT COUNT(*) FROM (${WINDOW}) other WHERE other.${column} < own.${column}) AS below_${column}`;
    const before = `(SELECT COALESCE(SUM(sales), 0) FROM (${WINDOW}) other WHERE other.sales > own.sales) AS brought`;
    const { total } = await one(`SELECT SUM(sales) AS total FROM (${WINDOW})`);
    for (const { id, insight } of shown.values()) {
      const own = await one(
        `SELECT ${score('last')}, ${score('purchases')}, ${score('sales')}, ${before} FROM (${WINDOW}) own WHERE customer_id = ?`,
        [id],
      );
      if (own.brought === undefined) {
        expect([insight.rfm, insight.grade]).toEqual([null, null]);
        continue;
      }
      const fifth = (below: unknown) => 1 + [1, 2, 3, 4].filter((k) => Number(below) >= (k * Number(n)) / 5).length;
      expect([id, insight.rfm]).toEqual([
        id,
        { recency: fifth(own.below_last), frequency: fifth(own.below_purchases), monetary: fifth(own.below_sales) },
      ]);
      const share = Number(own.brought) / Number(total);
      expect([id, insight.grade?.value]).toEqual([id, share < 0.8 ? 'A' : share < 0.95 ? 'B' : 'C']);
    }
  });

  it('stand where their rhythm says, and are as likely to be alive', async () => {
    const { usual } = await one(`WITH gaps AS (
        SELECT customer_id, julianday(day) - julianday(LAG(day) OVER (PARTITION BY customer_id ORDER BY day)) AS gap FROM (${DAYS})),
      own AS (SELECT customer_id, gap, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY gap) AS place,
                     COUNT(*) OVER (PARTITION BY customer_id) AS n FROM gaps WHERE gap IS NOT NULL),
      medians AS (SELECT customer_id, AVG(gap) AS median FROM own WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY customer_id),
      ranked AS (SELECT median, ROW_NUMBER() OVER (ORDER BY median) AS place, COUNT(*) OVER () AS n FROM medians)
      SELECT AVG(median) AS usual FROM ranked WHERE place IN ((n + 1) / 2, (n + 2) / 2)`);
    for (const { id, insight } of shown.values()) {
      const own = await one(
        `WITH gaps AS (SELECT day, julianday(day) - julianday(LAG(day) OVER (ORDER BY day)) AS gap FROM (${DAYS}) WHERE customer_id = ?),
         ranked AS (SELECT gap, ROW_NUMBER() OVER (ORDER BY gap) AS place, COUNT(*) OVER () AS n FROM gaps WHERE gap IS NOT NULL)
         SELECT (SELECT AVG(gap) FROM ranked WHERE place IN ((n + 1) / 2, (n + 2) / 2)) AS median, COUNT(*) AS days,
                julianday('${TODAY}') - julianday(MAX(day)) AS silent, julianday('${TODAY}') - julianday(MIN(day)) AS age FROM gaps`,
        [id],
      );
      const [days, silent, age] = [Number(own.days), Number(own.silent), Number(own.age)];
      const interval = Math.max(14, days > 2 ? Number(own.median) : Number(usual));
      const stage = silent > 4 * interval ? 'LOST' : silent > 2 * interval ? 'DECLINING' : age <= 90 ? 'NEW' : 'ACTIVE';
      expect([id, insight.stage]).toEqual([id, { value: stage, silentDays: silent, intervalDays: interval }]);

      const { r, alpha, a, b } = insight.expectedPurchases.parameters.bgNbd;
      const x = days - 1;
      const odds = x === 0 ? 0 : (a / (b + x - 1)) * ((alpha + age / 7) / (alpha + (age - silent) / 7)) ** (r + x);
      expect(insight.expectedPurchases.probabilityAlive).toBeCloseTo(1 / (1 + odds), 4);
    }
  });

  it('owe as much for as long', async () => {
    for (const { id, insight } of shown.values()) {
      const rows = await hub.cache.query(
        `SELECT i.currency, SUM(CASE i.kind WHEN 'INVOICE' THEN i.outstanding_amount ELSE -ABS(i.outstanding_amount) END) AS balance,
                SUM(CASE WHEN i.kind = 'INVOICE' AND (i.due_date IS NULL OR i.due_date >= '${TODAY}') THEN i.outstanding_amount ELSE 0 END) AS current,
                SUM(CASE WHEN i.kind = 'INVOICE' AND julianday('${TODAY}') - julianday(i.due_date) BETWEEN 1 AND 30 THEN i.outstanding_amount ELSE 0 END) AS month,
                SUM(CASE WHEN i.kind = 'INVOICE' AND julianday('${TODAY}') - julianday(i.due_date) > 90 THEN i.outstanding_amount ELSE 0 END) AS over90,
                SUM(CASE WHEN i.issue_date > date('${TODAY}', '-90 days') AND i.issue_date <= '${TODAY}'
                         THEN CASE i.kind WHEN 'INVOICE' THEN i.total_amount ELSE -ABS(i.total_amount) END ELSE 0 END) AS sold
         FROM invoices i JOIN customer_links l ON l.party_id = i.party_id WHERE l.customer_id = ? AND i.status = 'POSTED'
         GROUP BY i.currency ORDER BY i.currency`,
        [id],
      );
      const told = insight.receivables.byCurrency.map((each) => [
        each.currency,
        ...[each.balance, each.current, each.days1To30, each.over90].map((amount) => units(amount ?? null)),
        each.dso,
      ]);
      const owed = rows.map((row) => [
        row.currency,
        ...[row.balance, row.current, row.month, row.over90].map(Number),
        Number(row.sold) > 0 ? Math.round((Number(row.balance) / Number(row.sold)) * 900) / 10 : null,
      ]);
      // a currency in which nothing is owed or was sold lately need not be told
      const silent = owed.filter(([currency]) => !told.some(([known]) => known === currency));
      expect(silent.every(([, balance, , , , dso]) => balance === 0 && dso === null)).toBe(true);
      expect([id, told]).toEqual([id, owed.filter((each) => !silent.includes(each))]);
    }
  });

  it('got their orders on time and in full as often, and think as well of us', async () => {
    for (const { id, insight } of shown.values()) {
      const otif = await one(otifOf('l.customer_id = ?'), [id]);
      expect([id, insight.otif]).toEqual([id, { measured: otif.measured, onTimeInFull: otif.met ?? 0 }]);

      const answers = await one(answersOf('l.customer_id = ?'), [id]);
      for (const kind of ['nps', 'csat', 'ces'] as const) {
        const [told, counted] = [insight.satisfaction[kind], answers[kind] ?? null];
        if (told === null || counted === null) expect([id, kind, told]).toEqual([id, kind, counted]);
        else expect(told).toBeCloseTo(Number(counted), 1);
      }
    }
  });

  it('are warned of for reasons that hold, and their records lack what they lack', async () => {
    for (const { id, taxId, insight } of shown.values()) {
      const { complaints } = await one(
        `SELECT COUNT(*) AS complaints FROM service_cases c JOIN customer_links l ON l.party_id = c.party_id
         WHERE l.customer_id = ? AND c.kind = 'COMPLAINT' AND c.status NOT IN ('RESOLVED', 'CLOSED')`,
        [id],
      );
      const codes = insight.churn.reasons.map(({ code }) => code);
      const warned = insight.stage.value !== 'LOST' && insight.stage.value !== 'PROSPECT';
      expect([id, codes.includes('OPEN_COMPLAINT')]).toEqual([id, warned && Number(complaints) > 0]);
      const buying = ['UNLIKELY_ALIVE', 'SILENT', 'SPENDING_FELL'].some((code) => codes.includes(code));
      expect([id, insight.churn.atRisk]).toEqual([id, buying]);
      expect([id, codes.includes('SILENT')]).toEqual([id, insight.stage.value === 'DECLINING']);
      const { kind } = await one('SELECT kind FROM customers WHERE id = ?', [id]);
      expect(insight.dataQuality.missing.includes('TAX_ID')).toBe(kind !== 'PERSON' && taxId === null);
    }
  });
});

describe('all customers of the demo, computed once more by SQL', () => {
  interface Totals {
    satisfaction: { nps: number; csat: number; ces: number; answers: number; leftOut: number; asOf: string };
    otif: { measured: number; onTimeInFull: number; percent: number; asOf: string };
    receivables: { openBalance: { amount: string }; byCurrency: ({ currency: string; dso: number } & Owed)[] };
  }
  type Owed = Record<(typeof buckets)[number], { amount: string }>;
  const buckets = ['balance', 'current', 'days1To30', 'days31To60', 'days61To90', 'over90', 'credits'] as const;
  let told: Totals;

  beforeAll(async () => {
    const graph = createGraph({ cache: hub.cache, settings: hub.settings, now: () => NOW });
    const { data, errors } = await graph.execute({
      context: graph.createContext(),
      query: `{ portfolio { satisfaction { nps csat ces answers leftOut asOf } otif { measured onTimeInFull percent asOf }
        receivables { openBalance { amount } byCurrency { currency dso ${buckets.map((one) => `${one} { amount }`).join(' ')} } } } }`,
    });
    expect(errors).toBeUndefined();
    told = (data as { portfolio: Totals }).portfolio;
  });

  it('think of us what their answers add up to', async () => {
    const scores = await one(answersOf('1 = 1'));
    const { n } = await one(
      'SELECT COUNT(*) AS n FROM survey_responses s JOIN customer_links l ON l.party_id = s.party_id',
    );
    for (const kind of ['nps', 'csat', 'ces'] as const)
      expect(told.satisfaction[kind]).toBeCloseTo(Number(scores[kind]), 1);
    expect(told.satisfaction.answers + told.satisfaction.leftOut).toBe(n);
    expect([told.satisfaction.asOf, told.otif.asOf]).toEqual([TODAY, TODAY]);
  });

  it('got their orders on time and in full as often', async () => {
    const { measured, met } = await one(otifOf('1 = 1'));
    expect(told.otif).toMatchObject({ measured, onTimeInFull: met });
    expect(told.otif.percent).toBeCloseTo((100 * Number(met)) / Number(measured), 2);
  });

  it('owe what their open invoices come to, by currency and age, and pay as late', async () => {
    const late = `julianday('${TODAY}') - julianday(i.due_date)`;
    const open = (when: string) => `SUM(CASE WHEN i.kind = 'INVOICE' AND ${when} THEN i.outstanding_amount ELSE 0 END)`;
    const rows = await hub.cache.query(
      `SELECT i.currency AS currency,
         SUM(CASE i.kind WHEN 'INVOICE' THEN i.outstanding_amount ELSE -ABS(i.outstanding_amount) END) AS balance,
         ${open(`(i.due_date IS NULL OR ${late} <= 0)`)} AS current, ${open(`${late} BETWEEN 1 AND 30`)} AS days1To30,
         ${open(`${late} BETWEEN 31 AND 60`)} AS days31To60, ${open(`${late} BETWEEN 61 AND 90`)} AS days61To90,
         ${open(`${late} > 90`)} AS over90,
         SUM(CASE i.kind WHEN 'INVOICE' THEN 0 ELSE ABS(i.outstanding_amount) END) AS credits,
         SUM(CASE WHEN i.issue_date > date('${TODAY}', '-90 days') AND i.issue_date <= '${TODAY}'
                  THEN CASE i.kind WHEN 'INVOICE' THEN i.total_amount ELSE -ABS(i.total_amount) END ELSE 0 END) AS sold
       FROM invoices i JOIN customer_links l ON l.party_id = i.party_id WHERE i.status = 'POSTED'
       GROUP BY i.currency ORDER BY i.currency`,
    );
    expect(told.receivables.byCurrency.length).toBeGreaterThan(2);
    expect(told.receivables.byCurrency.map(({ currency }) => currency)).toEqual(rows.map(({ currency }) => currency));
    for (const [at, owed] of told.receivables.byCurrency.entries()) {
      const row = rows[at] ?? {};
      for (const bucket of buckets)
        expect([owed.currency, bucket, units(owed[bucket])]).toEqual([owed.currency, bucket, row[bucket]]);
      expect(owed.dso).toBeCloseTo((90 * Number(row.balance)) / Number(row.sold), 1);
    }
    const [{ total } = {}] = await hub.cache.query(
      `SELECT SUM(balance) AS total FROM (SELECT currency, ${euros('SUM(owed)')} AS balance FROM (
         SELECT i.currency AS currency, CASE i.kind WHEN 'INVOICE' THEN i.outstanding_amount ELSE -ABS(i.outstanding_amount) END AS owed
         FROM invoices i JOIN customer_links l ON l.party_id = i.party_id WHERE i.status = 'POSTED') GROUP BY currency)`,
    );
    expect(units(told.receivables.openBalance)).toBe(total);
  });
});

/** A decimal string in ten-thousandths. */
function units(amount: { amount: string } | null): number | null {
  return amount === null ? null : Math.round(Number(amount.amount) * 10_000);
}
