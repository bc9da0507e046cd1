import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createChangeLog } from '../../cache/changes/change-log.ts';
import type { Cache } from '../../cache/database/database.ts';
import { countCustomers, mostUsedCurrency, nextCustomers } from '../../cache/insight/insight-facts.ts';
import { latestModels, saveModels } from '../../cache/insight/insight-models.ts';
import { createInsightProgress } from '../../cache/insight/insight-progress.ts';
import {
  existingCustomers,
  forgetMonths,
  insightsOfNobody,
  removeInsights,
  type StoredInsight,
  saveInsights,
  tellOfInsights,
} from '../../cache/insight/insight-store.ts';
import { type BusinessZones, businessDate, utcDays } from '../../config/settings/business-zones.ts';
import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import { instantOf, millisecondsOf } from '../../schema/time.ts';
import { customerNumbers, type NumbersContext } from './customer-numbers.ts';
import { dateOf, dayOf } from './models/repeat-buying.ts';
import { createPortfolioBuilder, type Portfolio } from './portfolio.ts';
import { modelsOf, portfolioOf } from './portfolio-models.ts';
import { createTotals } from './portfolio-totals.ts';
import { readBuyingHistories, readFacts } from './read-facts.ts';
import { createConverter } from './reporting-currency.ts';
import { storedInsight } from './stored-insight.ts';

export interface RefreshInsight {
  cache: Cache;
  settings: InsightSettings;
  /** Whose days are business days; UTC's when left out. */
  zones?: BusinessZones;
  /** Names this process: only one works out the numbers at a time. */
  holder: string;
  /** Aborted to stop after the batch under way. */
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; customers: number }) => void;
  /** Milliseconds; for tests. */
  now?: () => number;
}

export type RefreshResult =
  /** `whole`: the models were fitted anew and all customers done; else only those that had changed. */
  | { outcome: 'DONE'; whole: boolean; customers: number; removed: number }
  /** Stopped by the signal; nothing of what was done is lost. */
  | { outcome: 'STOPPED'; whole: boolean; customers: number; removed: number }
  /** Another process is at it. */
  | { outcome: 'BUSY' };

/** Customers whose facts are read and whose numbers are written together. */
const BATCH = 500;

/** After so many customers whatever else the process has to do may go first. */
const SLICE = 3;

/** The models are fitted anew between their days when the portfolio has grown or shrunk by more than this … */
const GROWTH = 0.2;

/** … but not more often than this, in milliseconds: a first load grows all the time. */
const FITTED_AT_MOST_EVERY = 600_000;

/** Fits the models to all customers and works out the numbers of each. */
export function refreshAll(request: RefreshInsight): Promise<RefreshResult> {
  return asHolder(request, () => refreshWhole(request));
}

/**
 * Works out anew the numbers of the customers that the change log names, from where it was left off. All of them, when
 * the log was not kept for so long, when there are no models, when the settings are others, or the portfolio is.
 */
export function refreshChanged(request: RefreshInsight): Promise<RefreshResult> {
  return asHolder(request, async () => {
    const position = await createInsightProgress(request.cache).position();
    const models = await latestModels(request.cache);
    const known = portfolioOf(models);
    if (position === null || !known || known.settingsHash !== hashOf(request.settings, request.zones))
      return refreshWhole(request);
    const age = (request.now ?? Date.now)() - millisecondsOf(models.get('PORTFOLIO')?.fittedAt ?? '');
    if (age >= FITTED_AT_MOST_EVERY && (await isAnother(request.cache, known.portfolio))) return refreshWhole(request);
    return followLog(request, known.portfolio, position);
  });
}

/** The portfolio has more or fewer customers than the models were fitted on. */
async function isAnother(cache: Cache, { customers }: Portfolio): Promise<boolean> {
  return Math.abs((await countCustomers(cache)) - customers) > GROWTH * customers;
}

async function asHolder({ cache, holder }: RefreshInsight, work: () => Promise<RefreshResult>): Promise<RefreshResult> {
  const progress = createInsightProgress(cache);
  if (!(await progress.claim(holder))) return { outcome: 'BUSY' };
  try {
    return await work();
  } finally {
    await progress.release(holder);
  }
}

async function refreshWhole(request: RefreshInsight): Promise<RefreshResult> {
  const { cache, settings, zones = utcDays, signal, onProgress, now = Date.now } = request;
  const progress = createInsightProgress(cache);
  const startedAt = instantOf(now());
  const asOf = dayOf(businessDate(startedAt, zones.zone));
  // what changes from here on is looked at again
  const sequence = await createChangeLog(cache).last();
  await progress.moveTo(null);
  const customers = await countCustomers(cache);

  const currency = settings.currency ?? (await mostUsedCurrency(cache));
  const converter = createConverter(currency, settings.rates);
  const builder = createPortfolioBuilder(settings, { asOf, currency });
  for await (const ids of allCustomers(cache)) {
    if (signal?.aborted || !(await progress.claim(request.holder))) return stopped(0);
    for (const history of (await readBuyingHistories(cache, ids, { settings, converter, asOf })).values()) {
      builder.add(history);
    }
  }
  const portfolio = await builder.finish();
  const context = { portfolio, converter, settings, zones, asOf };
  const models = modelsOf(portfolio, { fittedAt: startedAt, settingsHash: hashOf(settings, zones) });
  await cache.transaction((sql) => saveModels(sql, models));

  let done = 0;
  const totals = createTotals(context);
  for await (const ids of allCustomers(cache)) {
    if (signal?.aborted || !(await progress.claim(request.holder))) return stopped(done);
    await refreshCustomers(request, ids, context, totals.add);
    done += ids.length;
    onProgress?.({ done, customers });
  }
  await cache.transaction((sql) => saveModels(sql, [totals.finish(startedAt)]));
  const removed = await removeNobodys(cache);
  await forgetMonths(cache, monthBefore(dateOf(asOf).slice(0, 7), settings.keepMonths));
  await tellOfAll(cache, instantOf(now()));
  await progress.moveTo(sequence);
  return { outcome: 'DONE', whole: true, customers: done, removed };
}

function stopped(customers: number): RefreshResult {
  return { outcome: 'STOPPED', whole: true, customers, removed: 0 };
}

async function followLog(request: RefreshInsight, portfolio: Portfolio, from: number): Promise<RefreshResult> {
  const { cache, settings, zones = utcDays, signal, onProgress, now = Date.now } = request;
  const progress = createInsightProgress(cache);
  const log = createChangeLog(cache);
  const converter = createConverter(portfolio.currency, settings.rates);
  let position = from;
  let done = 0;
  let removed = 0;
  while (true) {
    const changes = await log.read({ after: position, ignore: 'insight' });
    if (changes.missed) return refreshWhole(request);
    const ids = [...changes.customerIds].sort();
    const asOf = dayOf(businessDate(instantOf(now()), zones.zone));
    for (let start = 0; start < ids.length; start += BATCH) {
      if (signal?.aborted || !(await progress.claim(request.holder))) {
        return { outcome: 'STOPPED', whole: false, customers: done, removed };
      }
      const batch = ids.slice(start, start + BATCH);
      const refreshed = await refreshCustomers(request, batch, { portfolio, converter, settings, zones, asOf });
      await cache.transaction((sql) => tellOfInsights(sql, batch, instantOf(now())));
      done += refreshed;
      removed += batch.length - refreshed;
      onProgress?.({ done: start + batch.length, customers: ids.length });
    }
    if (changes.through !== position) await progress.moveTo(changes.through);
    position = changes.through;
    if (!changes.more) return { outcome: 'DONE', whole: false, customers: done, removed };
  }
}

/** Numbers of those that are there, nothing of those that are no more; how many are there. */
async function refreshCustomers(
  { cache, now = Date.now }: RefreshInsight,
  customerIds: readonly string[],
  context: NumbersContext & { zones: BusinessZones },
  onNumbers?: ReturnType<typeof createTotals>['add'],
): Promise<number> {
  const there = await existingCustomers(cache, customerIds);
  const facts = await readFacts(cache, [...there], context);
  const computedAt = instantOf(now());
  const insights: StoredInsight[] = [];
  for (const [id, each] of facts) {
    const numbers = customerNumbers(each, context);
    onNumbers?.(each, numbers);
    insights.push(storedInsight(id, numbers, { asOf: context.asOf, computedAt }));
    if (insights.length % SLICE === 0) await nextTurn();
  }
  const gone = customerIds.filter((id) => !there.has(id));
  await cache.transaction(async (sql) => {
    await saveInsights(sql, insights);
    if (gone.length > 0) await removeInsights(sql, gone);
  });
  return insights.length;
}

/** One entry stands for all: whoever keeps lists of customers learns that they may be others. */
async function tellOfAll(cache: Cache, now: string): Promise<void> {
  const [first] = await nextCustomers(cache, '', 1);
  if (first !== undefined) await cache.transaction((sql) => tellOfInsights(sql, [first], now));
}

async function removeNobodys(cache: Cache): Promise<number> {
  let removed = 0;
  while (true) {
    const ids = await insightsOfNobody(cache, BATCH);
    if (ids.length === 0) return removed;
    await cache.transaction((sql) => removeInsights(sql, ids));
    removed += ids.length;
  }
}

async function* allCustomers(cache: Cache): AsyncGenerator<string[]> {
  let after = '';
  while (true) {
    const ids = await nextCustomers(cache, after, BATCH);
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}

/** Numbers worked out with other settings say something else. */
function hashOf(settings: InsightSettings, zones = utcDays): string {
  return createHash('sha256')
    .update(JSON.stringify([settings, zones.zone, zones.zones]))
    .digest('hex')
    .slice(0, 16);
}

/** `2026-03` less so many months. */
function monthBefore(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const index = year * 12 + number - 1 - months;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}
