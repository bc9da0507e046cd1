import { recordStats } from '../../../cache/records/record-stats.ts';
import { HubError } from '../../../config/errors.ts';
import { decimalOf, type Units, unitsOf } from '../../../customer-360/exact-decimal.ts';
import { type Member, type OrganisationTree, organisationTree } from '../../../customer-360/organisation.ts';
import type { GraphContext } from '../../context.ts';
import { type Money, moneyOf } from '../money.ts';
import type { CustomerSource } from './customers.ts';

/** Most members of one organisation. */
const MOST = 500;
const DEEPEST = 10;

/** The customers right above. */
export async function parentsOf({ id }: CustomerSource, _args: unknown, { loaders, stores, today }: GraphContext) {
  const read = (ids: readonly string[]) => stores.organisations.parentsOf(ids, today);
  return ((await loaders.load('organisation:parents', id, read)) ?? []).map((parent) => ({ id: parent }));
}

/** The customers right below. */
export async function subsidiariesOf({ id }: CustomerSource, _args: unknown, context: GraphContext) {
  return (await childIds(id, context)).map((child) => ({ id: child }));
}

async function childIds(id: string, { loaders, stores, today }: GraphContext): Promise<string[]> {
  const read = (ids: readonly string[]) => stores.organisations.childrenOf(ids, today);
  return (await loaders.load('organisation:children', id, read)) ?? [];
}

/** The customer with all below it. Throws BAD_USER_INPUT for a depth that is too large. */
export function organisationOf({ id }: CustomerSource, args: { depth?: number | null }, context: GraphContext) {
  const depth = args.depth ?? 5;
  if (depth < 0 || depth > DEEPEST) {
    throw new HubError('BAD_USER_INPUT', `Expected depth to be between 0 and ${DEEPEST}, got ${depth}.`);
  }
  return organisationTree(id, (parent) => childIds(parent, context), { depth, most: MOST });
}

/** Counts and exact sums of the members' orders, apart by currency. */
export async function ordersOfOrganisation(
  { members }: OrganisationTree,
  _args: unknown,
  { stores, today }: GraphContext,
) {
  const filter = { customer: idsOf(members), status: ['CONFIRMED', 'PROCESSING', 'DONE'] };
  const groups = await recordStats(stores.sql, stores.orders, { filter, today, groupBy: [] });
  return groups.map(({ count, currency, sums }) => ({ count, amount: moneyOf(sums.amount, currency) }));
}

/** What the members owe, apart by currency. */
export async function balanceOfOrganisation(
  { members }: OrganisationTree,
  _args: unknown,
  { stores }: GraphContext,
): Promise<Money[]> {
  const balances = await stores.invoices.openBalances(idsOf(members));
  const sums = new Map<string | null, Units>();
  for (const { amount, currency } of [...balances.values()].flat()) {
    sums.set(currency, (sums.get(currency) ?? 0n) + unitsOf(amount));
  }
  return [...sums]
    .map(([currency, sum]) => ({ amount: decimalOf(sum), currency }))
    .sort((a, b) => ((a.currency ?? '') < (b.currency ?? '') ? -1 : 1));
}

function idsOf(members: readonly Member[]): string[] {
  return members.map(({ customerId }) => customerId);
}
