import { HubError } from '../../../config/errors.ts';
import { evidenceBetween } from '../matching/evidence.ts';
import { createProfileReader } from '../resolution/telling-profiles.ts';
import type { Desk, Pair, Plan } from './steward.ts';

type Two = readonly [a: string, b: string];

/** Two parties that are one customer. */
export async function planConfirm(desk: Desk, [a, b]: Two): Promise<Plan> {
  await expectParties(desk, [a, b]);
  const [left, right] = [await decidedSame(desk, [a]), await decidedSame(desk, [b])];
  await expectNotApart(desk, left, right, [a, b]);
  const weight = await weighThousandths(desk, a, b);
  return { decided: [{ a, b, verdict: 'SAME', weight }], withdrawn: [], parties: [a, b] };
}

/** Two parties that are not one customer. */
export async function planReject(desk: Desk, [a, b]: Two): Promise<Plan> {
  await expectParties(desk, [a, b]);
  const others = await decidedSame(desk, [a], [a, b]);
  if (others.has(b)) {
    throw new HubError(
      'IDENTITY_CONFLICT',
      `Expected parties that no steward joined through others, got ${a} and ${b}, which hang together by SAME decisions. Take them apart with unmerge of their customer, naming the parties.`,
    );
  }
  const weight = await weighThousandths(desk, a, b);
  return { decided: [{ a, b, verdict: 'APART', weight }], withdrawn: [], parties: [a, b] };
}

/** Two parties of which nothing is decided any more. Other decisions, also of parties they hang together with, hold. */
export async function planWithdraw({ stewards }: Desk, [a, b]: Two): Promise<Plan> {
  const decision = (await stewards.decisionsOf([a])).find((each) => each.a === a && each.b === b);
  if (decision) return withdrawing([decision]);
  throw new HubError(
    'IDENTITY_NOT_DECIDED',
    `Expected two parties that a steward decided on, got ${a} and ${b}, of which nothing is decided as a pair.`,
  );
}

/** Everything that one action decided and that still holds. */
export async function planWithdrawAction({ stewards }: Desk, actionId: string): Promise<Plan> {
  const decisions = await stewards.decisionsOfAction(actionId);
  if (decisions.length > 0) return withdrawing(decisions);
  throw new HubError(
    'IDENTITY_NOT_DECIDED',
    `Expected the id of an action whose decisions hold, got ${actionId}, of which none does.`,
  );
}

function withdrawing(decisions: readonly Pair[]): Plan {
  const withdrawn = decisions.map(({ a, b, verdict }) => ({ a, b, verdict }));
  return { decided: [], withdrawn, parties: withdrawn.flatMap(({ a, b }) => [a, b]) };
}

/** Two customers that are one: every party of either is joined to one of them, so that no evidence takes it away. */
export async function planMerge(desk: Desk, [a, b]: Two): Promise<Plan> {
  const [left, right] = [await partiesOf(desk, a), await partiesOf(desk, b)];
  await expectNotApart(desk, new Set(left), new Set(right));
  const [centre = ''] = left;
  const known = new Set((await desk.stewards.decisionsOf([...left, ...right])).map(nameOf));
  const decided: Plan['decided'] = [];
  for (const party of [...left.slice(1), ...right]) {
    const [low, high] = centre < party ? [centre, party] : [party, centre];
    const pair = { a: low, b: high, verdict: 'SAME' as const };
    if (known.has(nameOf(pair))) continue;
    // Between the two customers the evidence is kept with the decision: where it is against, the queue says so.
    decided.push({ ...pair, weight: right.includes(party) ? await weighThousandths(desk, low, high) : null });
  }
  return { decided, withdrawn: [], parties: [...left, ...right] };
}

/** The parties of a customer that lives, sorted. Throws NOT_FOUND for others. */
export async function partiesOf({ store }: Desk, customerId: string): Promise<string[]> {
  const parties = (await store.linksOfCustomers([customerId])).map(({ partyId }) => partyId).sort();
  if (parties.length > 0) return parties;
  throw new HubError(
    'NOT_FOUND',
    `Expected the id of a customer, got ${customerId}, which no customer has now: it may have been merged. The graph's customer(id) leads to the one it went into.`,
  );
}

async function expectParties({ store }: Desk, ids: readonly string[]): Promise<void> {
  const found = new Set((await store.parties(ids)).map(({ id }) => id));
  const missing = ids.find((id) => !found.has(id));
  if (missing === undefined) return;
  throw new HubError(
    'NOT_FOUND',
    `Expected the id of a party, got ${missing}, which no party has. Name it by its system and key, such as crm:party:A-100, or by its id in the graph.`,
  );
}

/** Everybody that stewards joined with these, directly or through others; without what `except` says. */
async function decidedSame({ stewards }: Desk, ids: readonly string[], except?: Two): Promise<Set<string>> {
  const reached = new Set(ids);
  for (let frontier = [...ids]; frontier.length > 0; ) {
    const same = (await stewards.decisionsOf(frontier)).filter(
      ({ a, b, verdict }) => verdict === 'SAME' && !(except && a === except[0] && b === except[1]),
    );
    frontier = [...new Set(same.flatMap(({ a, b }) => [a, b]))].filter((id) => !reached.has(id));
    for (const id of frontier) reached.add(id);
  }
  return reached;
}

/** Throws IDENTITY_CONFLICT when a steward held one of these apart from one of those, other than `except` itself. */
async function expectNotApart(
  { stewards }: Desk,
  left: ReadonlySet<string>,
  right: ReadonlySet<string>,
  except?: Two,
): Promise<void> {
  const apart = (await stewards.decisionsOf([...left])).find(
    ({ a, b, verdict }) =>
      verdict === 'APART' &&
      ((left.has(a) && right.has(b)) || (left.has(b) && right.has(a))) &&
      !(except && a === except[0] && b === except[1]),
  );
  if (!apart) return;
  throw new HubError(
    'IDENTITY_CONFLICT',
    `Expected customers that no steward held apart, got ones with the parties ${apart.a} and ${apart.b}, which action ${apart.actionId} holds apart. Confirm that pair first if it is one customer.`,
  );
}

async function weighThousandths({ matches, settings, inUse }: Desk, a: string, b: string): Promise<number> {
  const profiles = await createProfileReader(matches, settings.maxShared)([a, b]);
  return Math.round(evidenceBetween(profiles.get(a), profiles.get(b), inUse) * 1_000);
}

function nameOf({ a, b, verdict }: Pair): string {
  return `${a} ${b} ${verdict}`;
}
