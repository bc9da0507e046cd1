import type { GroupColumn } from '../../../cache/records/portfolio-store.ts';
import { HubError } from '../../../config/errors.ts';
import { decimalOf } from '../../../customer-360/exact-decimal.ts';
import { type MeasureName, measureOf } from '../../../customer-360/insight/definitions.ts';
import { dateOf } from '../../../customer-360/insight/models/repeat-buying.ts';
import { type PortfolioTotals, TOTALS, totalsOf } from '../../../customer-360/insight/portfolio-totals.ts';
import type { GraphContext } from '../../context.ts';
import { pageSize } from '../lists/page-arguments.ts';
import { moneyOf } from '../money.ts';
import type { FieldResolver } from '../subschema.ts';
import { modelsFor, portfolioFor } from './insight.ts';

/** What every field of the portfolio may need. */
interface PortfolioSource {
  asOf: string | null;
  currency: string | null;
}

export async function portfolio(_source: unknown, _args: unknown, context: GraphContext): Promise<PortfolioSource> {
  if (context.stores.visible) {
    throw new HubError(
      'FORBIDDEN',
      'The portfolio is over all customers, and this login may see some of them only. Ask for the customers themselves.',
    );
  }
  const fitted = await portfolioFor(context);
  return { asOf: fitted ? dateOf(fitted.fittedOn) : null, currency: fitted?.currency ?? null };
}

export async function curve({ currency }: PortfolioSource, _args: unknown, context: GraphContext) {
  const fitted = await portfolioFor(context);
  return (fitted?.curve ?? []).map((point) => ({ ...point, sales: moneyOf(decimalOf(point.sales), currency) }));
}

/** A resolver for the customers by grade, stage or segment. */
export function groupsBy(column: GroupColumn): FieldResolver {
  return async ({ currency }: PortfolioSource, _args: unknown, { stores }: GraphContext) => {
    const groups = await stores.portfolio.groups(column);
    return groups.map(({ value, customers, sales }) => ({
      [column]: value,
      customers,
      sales: moneyOf(sales, currency),
    }));
  };
}

/** A resolver for a number over all customers together, as of the last whole refresh; null before the first. */
export function totalMeasure(name: MeasureName, read: (totals: PortfolioTotals) => object): FieldResolver {
  return async (_source: unknown, _args: unknown, context: GraphContext) => {
    const known = totalsOf(await modelsFor(context));
    if (!known) return null;
    const { totals, asOf } = known;
    const portfolio = await portfolioFor(context);
    return { ...read(totals), ...measureOf(name, { settings: context.insight, portfolio, asOf }) };
  };
}

interface TransitionArguments {
  by?: string | null;
  from?: string | null;
  to?: string | null;
}

/** Customers by what they were in one month and are in a later one; nothing while there is only one month. */
export async function transitions(_source: unknown, args: TransitionArguments, { stores }: GraphContext) {
  const to = args.to == null ? await stores.portfolio.latestMonth(null) : monthOf(args.to);
  if (to === null) return [];
  const from = args.from == null ? await stores.portfolio.latestMonth(to) : monthOf(args.from);
  if (from === null) return [];
  if (from >= to) {
    throw new HubError('BAD_USER_INPUT', `Expected from to be a month before ${to}, got ${from}.`);
  }
  const column = (args.by ?? 'STAGE').toLowerCase() as GroupColumn;
  const counts = await stores.portfolio.transitions(column, from, to);
  return counts.map((each) => ({ ...each, fromMonth: from, toMonth: to }));
}

function monthOf(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new HubError('BAD_USER_INPUT', `Expected a month YYYY-MM such as 2026-03, got "${text.slice(0, 40)}".`);
}

export async function atRisk(_source: unknown, { first }: { first?: number | null }, context: GraphContext) {
  const ids = await context.stores.portfolio.atRisk(pageSize(first, context));
  return ids.map((id) => ({ id }));
}

export async function models(_source: unknown, _args: unknown, context: GraphContext) {
  const all = [...(await modelsFor(context)).values()];
  return all
    .filter(({ name }) => name !== TOTALS)
    .map((model) => ({ ...model, parameters: JSON.parse(model.parameters) as unknown }));
}
