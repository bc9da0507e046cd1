import { latestModels, type StoredModel } from '../../../cache/insight/insight-models.ts';
import { readInsightMonths, readInsights, type StoredInsight } from '../../../cache/insight/insight-store.ts';
import { HubError } from '../../../config/errors.ts';
import type { CustomerNumbers } from '../../../customer-360/insight/customer-numbers.ts';
import { type MeasureName, measureOf } from '../../../customer-360/insight/definitions.ts';
import type { Portfolio } from '../../../customer-360/insight/portfolio.ts';
import { portfolioOf } from '../../../customer-360/insight/portfolio-models.ts';
import { numbersOf } from '../../../customer-360/insight/stored-insight.ts';
import type { GraphContext } from '../../context.ts';
import type { RecordSource } from '../lists/records.ts';
import { moneyOf } from '../money.ts';
import type { FieldResolver } from '../subschema.ts';

/** The stored numbers of one customer, with what their definitions need. */
export interface InsightSource extends Pick<StoredInsight, 'customerId' | 'asOf' | 'computedAt'> {
  numbers: CustomerNumbers;
}

/** The stored numbers of a customer: one keyed read for all customers of a level. */
export async function insightOf(customer: RecordSource, _args: unknown, context: GraphContext) {
  const { loaders, stores } = context;
  const stored = await loaders.load('insight', customer.id, (ids) => readInsights(stores.sql, ids));
  return stored ? ({ ...stored, numbers: numbersOf(stored) } satisfies InsightSource) : null;
}

/** A resolver for a part of the numbers, with its definition; null where `read` finds nothing to say. */
export function measure(
  name: MeasureName,
  read: (numbers: CustomerNumbers, context: GraphContext) => object | null,
): FieldResolver {
  return async ({ numbers, asOf }: InsightSource, _args: unknown, context: GraphContext) => {
    const values = read(numbers, context);
    if (!values) return null;
    const portfolio = await portfolioFor(context);
    return { ...values, ...measureOf(name, { settings: context.insight, portfolio, asOf }) };
  };
}

const MOST_MONTHS = 120;

export async function insightMonths(
  { customerId, numbers }: InsightSource,
  { first }: { first?: number | null },
  { loaders, stores }: GraphContext,
) {
  const wanted = first ?? 24;
  if (wanted < 0 || wanted > MOST_MONTHS) {
    throw new HubError('BAD_USER_INPUT', `Expected first to be between 0 and ${MOST_MONTHS} months, got ${wanted}.`);
  }
  const read = (ids: readonly string[]) => readInsightMonths(stores.sql, ids, '');
  const months = (await loaders.load('insight:months', customerId, read)) ?? [];
  return months.slice(0, wanted).map((month) => ({
    ...month,
    sales: moneyOf(month.sales, numbers.currency),
    lifetimeValue: moneyOf(month.lifetimeValue, numbers.currency),
    openBalance: moneyOf(month.openBalance, numbers.currency),
  }));
}

/** The latest models, read once a request. */
export async function modelsFor({ loaders, stores }: GraphContext): Promise<ReadonlyMap<string, StoredModel>> {
  const read = async () => new Map([['all', await latestModels(stores.sql)]]);
  return (await loaders.load('insight:models', 'all', read)) ?? new Map();
}

export async function portfolioFor(context: GraphContext): Promise<Portfolio | null> {
  return portfolioOf(await modelsFor(context))?.portfolio ?? null;
}
