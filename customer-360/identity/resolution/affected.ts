import type { DatedLink, IdentityStore } from '../../../cache/identity/identity-store.ts';
import type { MatchStore, StoredPair } from '../../../cache/identity/match-store.ts';
import type { StewardStore, StoredDecision } from '../../../cache/identity/steward-store.ts';
import { pairName } from '../golden/clusters.ts';
import type { RenewedPairs } from './renew-pairs.ts';

/** Everybody whose cluster may have changed, closed over linked pairs, decisions and common customers. */
export interface Affected {
  partyIds: string[];
  /** The linked pairs among these parties. */
  pairs: StoredPair[];
  decisions: StoredDecision[];
  /** The links they have so far, also of parties that are gone. */
  links: DatedLink[];
}

export interface AffectedStores {
  store: IdentityStore;
  matches: MatchStore;
  stewards: StewardStore;
}

/**
 * Walks from the seeds and from whom was judged along linked pairs, decisions and existing links until nobody new is found. What is found is
 * whole clusters, old and new: nobody outside is linked to, or shares a customer with, anybody inside.
 */
export async function affectedBy(
  { store, matches, stewards }: AffectedStores,
  seeds: readonly string[],
  known: RenewedPairs,
): Promise<Affected> {
  const reached = new Set([...seeds, ...known.judged, ...known.touched]);
  const customers = new Set<string>();
  const pairs = new Map([...known.pairs].filter(([, { rule }]) => rule !== null));
  for (const { a, b } of pairs.values()) reached.add(a).add(b);
  const decisions = new Map<string, StoredDecision>();
  const affected: Affected = { partyIds: [], pairs: [], decisions: [], links: [] };

  for (let frontier = [...reached]; frontier.length > 0; ) {
    const unknown = frontier.filter((id) => !known.judged.has(id));
    const linked = (await matches.pairsOfParties(unknown)).filter(({ rule }) => rule !== null);
    const decided = await stewards.decisionsOf(frontier);
    const links = await store.linksOfParties(frontier);
    const newCustomers = unseen(
      links.map((link) => link.customerId),
      customers,
    );
    for (const id of newCustomers) customers.add(id);
    for (const pair of linked) pairs.set(pairName(pair.a, pair.b), pair);
    for (const decision of decided) decisions.set(pairName(decision.a, decision.b), decision);
    for (const id of frontier) affected.partyIds.push(id);
    for (const link of links) affected.links.push(link);

    const joined = [...linked, ...decided.filter(({ verdict }) => verdict === 'SAME')];
    frontier = unseen(
      [
        ...joined.flatMap(({ a, b }) => [a, b]),
        ...(await store.linksOfCustomers(newCustomers)).map((link) => link.partyId),
      ],
      reached,
    );
    for (const id of frontier) reached.add(id);
  }
  return { ...affected, pairs: [...pairs.values()], decisions: [...decisions.values()] };
}

function unseen(values: string[], seen: { has(value: string): boolean }): string[] {
  return [...new Set(values)].filter((value) => !seen.has(value));
}
