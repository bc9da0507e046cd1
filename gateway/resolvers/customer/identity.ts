import type { QueuedPair, StewardStore } from '../../../cache/identity/steward-store.ts';
import { HubError } from '../../../config/errors.ts';
import { type Evidence, explainPair } from '../../../customer-360/identity/stewardship/explain.ts';
import type { Steward } from '../../../customer-360/identity/stewardship/steward.ts';
import { may } from '../../access/viewer.ts';
import type { GraphContext } from '../../context.ts';
import type { Connection } from '../lists/connection.ts';
import { decodeCursor, encodeCursor, isId } from '../lists/cursor.ts';
import { customerIdOf, pageSize, recordIdOf } from '../lists/page-arguments.ts';
import { recordById } from '../lists/records.ts';
import { once } from '../once.ts';
import type { FieldResolver, Resolvers } from '../subschema.ts';

interface Two {
  a: string;
  b: string;
}

interface StewardArguments {
  reason?: string | null;
  dryRun?: boolean | null;
}

interface QueueArguments {
  first?: number | null;
  after?: string | null;
}

const QUEUE = 'Query.identityQueue';
const MOST_PARTIES = 1_000;

/** What waits for a steward, why, and what stewards did. */
export const identityQueries: Record<string, FieldResolver> = {
  identityQueue,
  identityEvidence: (_source: unknown, { a, b }: Two, context: GraphContext) =>
    evidenceOf({ a: recordIdOf(a, 'a party'), b: recordIdOf(b, 'a party') }, context),
  identityActions: async (_source: unknown, args: { first?: number | null }, context: GraphContext) => {
    const actions = await desk(context).stewards.actions(pageSize(args.first, context));
    return actions.map(({ details, ...action }) => ({ ...action, ...(JSON.parse(details) as object) }));
  },
};

/** What stewards do. With `dryRun` it is told what would move, and nothing is kept. */
export const identityMutations: Record<string, FieldResolver> = {
  confirmIdentity: (_source: unknown, { a, b, ...how }: Two & StewardArguments, context: GraphContext) =>
    desk(context).steward.confirm(recordIdOf(a, 'a party'), recordIdOf(b, 'a party'), {
      ...how,
      actor: context.viewer.name,
    }),
  rejectIdentity: (_source: unknown, { a, b, ...how }: Two & StewardArguments, context: GraphContext) =>
    desk(context).steward.reject(recordIdOf(a, 'a party'), recordIdOf(b, 'a party'), {
      ...how,
      actor: context.viewer.name,
    }),
  withdrawIdentity: (_source: unknown, { a, b, ...how }: Two & StewardArguments, context: GraphContext) =>
    desk(context).steward.withdraw(recordIdOf(a, 'a party'), recordIdOf(b, 'a party'), {
      ...how,
      actor: context.viewer.name,
    }),
  withdrawIdentityAction: (
    _source: unknown,
    { id, ...how }: { id: string } & StewardArguments,
    context: GraphContext,
  ) => desk(context).steward.withdrawAction(actionIdOf(id), { ...how, actor: context.viewer.name }),
  mergeCustomers: (_source: unknown, { a, b, ...how }: Two & StewardArguments, context: GraphContext) =>
    desk(context).steward.merge(customerIdOf(a), customerIdOf(b), { ...how, actor: context.viewer.name }),
  unmergeCustomer: (
    _source: unknown,
    { id, parties, ...how }: { id: string; parties?: string[] | null } & StewardArguments,
    context: GraphContext,
  ) =>
    desk(context).steward.unmerge(customerIdOf(id), partyIdsOf(parties ?? []), { ...how, actor: context.viewer.name }),
};

/** Stewards compare everybody with everybody: whoever may see some customers only cannot be one. */
function desk({ reads, steward, stores }: GraphContext): { steward: Steward; stewards: StewardStore } {
  // No change log tells what waits: such answers are not kept.
  reads.noteUntold();
  if (stores.visible === null) return { steward, stewards: stores.stewards };
  throw new HubError(
    'FORBIDDEN',
    'Expected a login that may see all customers, got one with row rules: who is who can only be decided by somebody who sees everybody.',
  );
}

/** Whose values are shown is noted as for any other field with personal data. */
function evidenceOf({ a, b }: Two, context: GraphContext): Promise<Evidence> {
  desk(context);
  if (may(context.viewer, 'pii:read')) for (const id of [a, b]) context.personal.add(id);
  return explainPair(context.stores.sql, context.identity, [a, b]);
}

const partiesOfPair: Record<string, FieldResolver> = {
  a: ({ a }: Two, _args: unknown, context: GraphContext) => recordById('party', a, context),
  b: ({ b }: Two, _args: unknown, context: GraphContext) => recordById('party', b, context),
};

export const identityTypes: Resolvers = {
  IdentityPair: {
    ...partiesOfPair,
    weight: ({ weight }: QueuedPair) => weight / 1_000,
    evidence: (pair: QueuedPair, _args: unknown, context: GraphContext) => evidenceOf(pair, context),
  },
  IdentityEvidence: partiesOfPair,
  IdentityDecision: partiesOfPair,
  IdentityMove: {
    party: ({ partyId }: { partyId: string }, _args: unknown, context: GraphContext) =>
      recordById('party', partyId, context),
  },
};

/** Doubtful pairs and suspect decisions, the likeliest first. */
function identityQueue(_source: unknown, args: QueueArguments, context: GraphContext): Connection<QueuedPair> {
  const { stewards } = desk(context);
  const first = pageSize(args.first, context);
  const after = args.after == null ? null : positionOf(args.after);
  return {
    page: once(async () => {
      const pairs = await stewards.queue({ first: first + 1, after });
      return { nodes: pairs.slice(0, first), hasNextPage: pairs.length > first };
    }),
    hasPreviousPage: after !== null,
    cursorOf: ({ weight, a, b }) => encodeCursor(QUEUE, [String(weight), a, b]),
    count: once(() => stewards.countQueue()),
  };
}

function positionOf(cursor: string): { weight: number; a: string; b: string } {
  const [weight, a, b] = decodeCursor(
    cursor,
    QUEUE,
    ([sum, one, other, ...rest]) => /^-?\d{1,9}$/.test(sum ?? '') && isId(one) && isId(other) && rest.length === 0,
  );
  return { weight: Number(weight), a: String(a), b: String(b) };
}

function actionIdOf(id: string): string {
  if (isId(id)) return id;
  throw new HubError('BAD_USER_INPUT', 'Expected the id of an action as identityActions lists them, a UUID.');
}

function partyIdsOf(parties: readonly string[]): string[] {
  if (parties.length > MOST_PARTIES) {
    throw new HubError('BAD_USER_INPUT', `Expected at most ${MOST_PARTIES} parties, got ${parties.length}.`);
  }
  return parties.map((party) => recordIdOf(party, 'a party'));
}
