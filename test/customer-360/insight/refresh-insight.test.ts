import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendChanges } from '../../../cache/changes/append-changes.ts';
import { createChangeLog } from '../../../cache/changes/change-log.ts';
import type { Cache } from '../../../cache/database/database.ts';
import { latestModels } from '../../../cache/insight/insight-models.ts';
import { createInsightProgress } from '../../../cache/insight/insight-progress.ts';
import { readInsightMonths, readInsights } from '../../../cache/insight/insight-store.ts';
import { insightSettings } from '../../../config/settings/insight-settings.ts';
import { type RefreshInsight, refreshAll, refreshChanged } from '../../../customer-360/insight/refresh-insight.ts';
import { numbersOf } from '../../../customer-360/insight/stored-insight.ts';
import { type CacheBuilder, createCacheBuilder } from '../../gateway/cache-builder.ts';
import { databases } from '../../setup/databases.ts';

const settings = insightSettings.parse({ currency: 'EUR', rates: { USD: '0.5' } });
const MARCH = Date.parse('2026-03-31T12:00:00Z');
const APRIL = Date.parse('2026-04-20T12:00:00Z');

describe.each(databases)('the numbers about customers on $name', (database) => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    for (const table of tables) await cache.execute(`DELETE FROM ${table}`);
    await cache.execute('UPDATE change_sequence SET last_sequence = 0');
  });

  const refresh = (others: Partial<RefreshInsight> = {}): RefreshInsight => ({
    cache,
    settings,
    holder: 'this process',
    now: () => MARCH,
    ...others,
  });
  const numbers = async (id: string) => {
    const stored = (await readInsights(cache, [id])).get(id);
    if (!stored) throw new Error(`Expected ${id} to have numbers.`);
    return { ...stored, numbers: numbersOf(stored) };
  };

  it('are worked out of orders, invoices, cases and surveys, in one currency', async () => {
    const builder = createCacheBuilder();
    const id = buyer(builder, 'P1', ['2026-01-05', '2026-02-05', '2026-03-05']);
    builder.add('order', 'erp', 'usd', {
      partyId: partyOf.get(id) ?? '',
      status: 'DONE',
      orderDate: '2026-03-05',
      currency: 'USD',
      netAmount: '50.0002',
    });
    builder.add('order', 'erp', 'cancelled', {
      partyId: partyOf.get(id) ?? '',
      status: 'CANCELLED',
      orderDate: '2026-03-20',
      currency: 'EUR',
      netAmount: '99999',
    });
    builder.add('invoice', 'finance', 'I1', {
      partyId: partyOf.get(id) ?? '',
      kind: 'INVOICE',
      status: 'POSTED',
      issueDate: '2026-01-10',
      dueDate: '2026-02-28',
      currency: 'USD',
      totalAmount: '100',
      outstandingAmount: '40',
    });
    builder.add('serviceCase', 'crm', 'C1', { partyId: partyOf.get(id) ?? '', kind: 'COMPLAINT', status: 'NEW' });
    builder.add('surveyResponse', 'crm', 'S1', { partyId: partyOf.get(id) ?? '', kind: 'NPS', score: '3' });
    await builder.save(cache);

    expect(await refreshAll(refresh())).toEqual({ outcome: 'DONE', whole: true, customers: 1, removed: 0 });
    const found = await numbers(id);
    expect(found).toMatchObject({
      asOf: '2026-03-31',
      stage: 'NEW',
      grade: 'A',
      atRisk: false,
      sales: '325.0001',
      openBalance: '20',
      lastOrder: '2026-03-05',
    });
    expect(found.numbers).toMatchObject({
      buying: { purchases: 3, orders: 4, firstOrder: '2026-01-05', sales: '325.0001', notConverted: [] },
      rhythm: { silentDays: 26, intervalDays: 29.5, own: true },
      churn: {
        reasons: [{ code: 'OPEN_COMPLAINT' }, { code: 'DETRACTOR' }, { code: 'OVERDUE_INVOICES' }],
      },
      receivables: [{ currency: 'USD', balance: '40', days31To60: '40', dso: 36 }],
      satisfaction: { nps: -100, answers: { nps: 1, csat: 0, ces: 0 } },
      dataQuality: { missing: expect.arrayContaining(['EMAIL', 'TAX_ID']) },
    });
  });

  it('show amounts without a rate apart, and say nothing that would need it', async () => {
    const builder = createCacheBuilder();
    const id = buyer(builder, 'P1', ['2026-01-05', '2026-02-05']);
    builder.add('order', 'erp', 'yen', {
      partyId: partyOf.get(id) ?? '',
      status: 'DONE',
      orderDate: '2026-03-05',
      currency: 'JPY',
      netAmount: '7000',
    });
    await builder.save(cache);
    await refreshAll(refresh());
    const found = await numbers(id);
    expect(found.numbers.buying).toMatchObject({
      purchases: 3,
      sales: '200',
      notConverted: [{ currency: 'JPY', amount: '7000' }],
    });
    expect([found.grade, found.lifetimeValue, found.numbers.markovValue]).toEqual([null, null, null]);
  });

  it('take the currency of most orders where the settings name none', async () => {
    const builder = createCacheBuilder();
    const id = buyer(builder, 'P1', ['2026-01-05'], 'KRW');
    await builder.save(cache);
    await refreshAll(refresh({ settings: insightSettings.parse({}) }));
    expect((await numbers(id)).numbers).toMatchObject({ currency: 'KRW', buying: { sales: '100' } });
  });

  it('follow the change log: customers that changed, and only those, with the models there are', async () => {
    const builder = createCacheBuilder();
    const ids = Array.from({ length: 6 }, (_, n) => buyer(builder, `P${n}`, ['2026-01-05', '2026-02-05']));
    await builder.save(cache);
    await refreshAll(refresh());
    const [first = '', second = ''] = ids;
    const before = await numbers(second);

    builder.add('order', 'erp', 'new', {
      partyId: partyOf.get(first) ?? '',
      status: 'DONE',
      orderDate: '2026-04-01',
      currency: 'EUR',
      netAmount: '1',
    });
    await builder.save(cache);
    await logChange(cache, first);
    const result = await refreshChanged(refresh({ now: () => APRIL }));
    expect(result).toEqual({ outcome: 'DONE', whole: false, customers: 1, removed: 0 });
    expect(await numbers(first)).toMatchObject({ asOf: '2026-04-20', lastOrder: '2026-04-01' });
    expect(await numbers(second)).toEqual(before);
    expect((await latestModels(cache)).get('RFM')?.fittedOn).toBe('2026-03-31');
    const told = await createChangeLog(cache).read({ after: 2 });
    expect([told.through, ...told.customerIds]).toEqual([3, first]);
    expect(await refreshChanged(refresh())).toMatchObject({ whole: false, customers: 0 });

    const months = (await readInsightMonths(cache, [first], '')).get(first);
    expect(months?.map(({ month, sales }) => [month, sales])).toEqual([
      ['2026-04', '201'],
      ['2026-03', '200'],
    ]);
  });

  it('come to the same by following as from scratch', async () => {
    const builder = createCacheBuilder();
    const ids = Array.from({ length: 30 }, (_, n) =>
      buyer(builder, `P${n}`, ['2025-01-05', '2025-09-20', '2026-02-05'].slice(n % 3)),
    );
    await builder.save(cache);
    await refreshAll(refresh());
    for (const [n, id] of ids.slice(0, 5).entries()) {
      builder.add('order', 'erp', `more ${n}`, {
        partyId: partyOf.get(id) ?? '',
        status: 'DONE',
        orderDate: '2026-03-30',
        currency: 'EUR',
        netAmount: '70',
      });
      await logChange(cache, id);
    }
    await builder.save(cache);
    await refreshChanged(refresh());
    const followed = [...(await readInsights(cache, ids)).values()].map(({ numbers: text }) => JSON.parse(text));
    await refreshAll(refresh());
    const anew = [...(await readInsights(cache, ids)).values()].map(({ numbers: text }) => JSON.parse(text));
    // what does not hang on the models is the same; the models have learnt of five purchases since
    const own = (each: Record<string, unknown>) => [
      each.buying,
      each.stage,
      each.otif,
      each.receivables,
      each.dataQuality,
    ];
    expect(followed.map(own)).toEqual(anew.map(own));
  });

  it('go with customers that are no more', async () => {
    const builder = createCacheBuilder();
    const [kept = '', merged = ''] = Array.from({ length: 8 }, (_, n) => buyer(builder, `P${n}`, ['2026-02-05']));
    await builder.save(cache);
    await refreshAll(refresh());
    await cache.execute('DELETE FROM customers WHERE id = ?', [merged]);
    await logChange(cache, merged);
    expect(await refreshChanged(refresh())).toMatchObject({ customers: 0, removed: 1 });
    expect([...(await readInsights(cache, [kept, merged])).keys()]).toEqual([kept]);
    expect((await readInsightMonths(cache, [merged], '')).size).toBe(0);
  });

  it('are worked out anew as a whole when settings changed, the log was lost, or the portfolio is another', async () => {
    const builder = createCacheBuilder();
    const ids = Array.from({ length: 8 }, (_, n) => buyer(builder, `P${n}`, ['2026-02-05']));
    await builder.save(cache);
    expect(await refreshChanged(refresh())).toMatchObject({ whole: true, customers: 8 });
    const others = insightSettings.parse({ currency: 'EUR', windowDays: 20 });
    expect(await refreshChanged(refresh({ settings: others }))).toMatchObject({ whole: true, customers: 8 });
    await cache.execute('DELETE FROM change_log');
    await cache.execute('UPDATE change_sequence SET last_sequence = 90');
    await logChange(cache, ids[0] ?? '');
    expect(await refreshChanged(refresh({ settings: others }))).toMatchObject({ whole: true });
    for (let n = 0; n < 3; n++) buyer(builder, `more ${n}`, ['2026-02-05']);
    await builder.save(cache);
    expect(await refreshChanged(refresh({ settings: others }))).toMatchObject({ whole: false });
    const later = () => MARCH + 600_000;
    expect(await refreshChanged(refresh({ settings: others, now: later }))).toMatchObject({
      whole: true,
      customers: 11,
    });
  });

  it('are worked out by one process at a time, and begun anew after one that stopped', async () => {
    const builder = createCacheBuilder();
    buyer(builder, 'P1', ['2026-02-05']);
    await builder.save(cache);
    const progress = createInsightProgress(cache);
    expect(await progress.claim('another')).toBe(true);
    expect(await refreshAll(refresh())).toEqual({ outcome: 'BUSY' });
    await progress.release('another');
    expect(await refreshAll(refresh({ signal: AbortSignal.abort() }))).toMatchObject({ outcome: 'STOPPED' });
    expect(await progress.position()).toBeNull();
    expect(await refreshChanged(refresh())).toMatchObject({ outcome: 'DONE', whole: true, customers: 1 });
    expect(await progress.position()).toBe(0);
  });

  it('of months longer ago than the settings keep are forgotten', async () => {
    const builder = createCacheBuilder();
    const id = buyer(builder, 'P1', ['2024-02-05']);
    await builder.save(cache);
    const short = insightSettings.parse({ keepMonths: 1 });
    for (const date of ['2026-01-31', '2026-02-28', '2026-03-31']) {
      await refreshAll(refresh({ settings: short, now: () => Date.parse(`${date}T12:00:00Z`) }));
    }
    const months = (await readInsightMonths(cache, [id], '')).get(id);
    expect(months?.map(({ month }) => month)).toEqual(['2026-03', '2026-02']);
  });
});

const tables = [
  'customers',
  'customer_links',
  'parties',
  'orders',
  'invoices',
  'service_cases',
  'survey_responses',
  'source_records',
  'change_log',
  'customer_insight',
  'customer_insight_months',
  'insight_models',
  'insight_progress',
];

const partyOf = new Map<string, string>();

/** A customer with an order of 100 on each of the days. */
function buyer(builder: CacheBuilder, key: string, days: readonly string[], currency = 'EUR'): string {
  const party = builder.add('party', 'erp', key, { kind: 'ORGANIZATION', displayName: key });
  const id = builder.customer(key, [party]);
  partyOf.set(id, party);
  for (const [n, orderDate] of days.entries()) {
    builder.add('order', 'erp', `${key}/${n}`, {
      partyId: party,
      status: 'CONFIRMED',
      orderDate,
      currency,
      netAmount: '100',
      totalAmount: '119',
    });
  }
  return id;
}

/** As identity and pages write the log. */
async function logChange(cache: Cache, customerId: string): Promise<void> {
  const change = { entity: 'customer', customerId } as const;
  await cache.transaction((sql) => appendChanges(sql, [change], '2026-03-31T12:00:00.000000Z'));
}
