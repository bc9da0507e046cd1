import type { CustomerLink, IdentityStore, PartyKey } from '../../cache/identity-store.ts';

/** Everybody whose cluster may have changed, closed over shared keys and over common customers. */
export interface Affected {
  partyIds: string[];
  /** The keys of these parties that may link: shared by no more than the bound. */
  keys: PartyKey[];
  /** The links they have so far, also of parties that are gone. */
  links: CustomerLink[];
}

/**
 * Walks from the seeds along keys and existing links until nobody new is found. What is found is whole clusters, old
 * and new: nobody outside shares a linking key or a customer with anybody inside.
 */
export async function affectedBy(store: IdentityStore, seeds: Iterable<string>, maxShared: number): Promise<Affected> {
  const reached = new Set(seeds);
  const linking = new Map<string, boolean>();
  const customers = new Set<string>();
  const affected: Affected = { partyIds: [], keys: [], links: [] };

  for (let frontier = [...reached]; frontier.length > 0; ) {
    const keys = await store.keysOfParties(frontier);
    const newKeys = unseen(
      keys.map((key) => key.linkKey),
      linking,
    );
    for (const [key, sharers] of await store.countSharers(newKeys)) linking.set(key, sharers <= maxShared);
    const links = await store.linksOfParties(frontier);
    const newCustomers = unseen(
      links.map((link) => link.customerId),
      customers,
    );
    for (const id of newCustomers) customers.add(id);

    affected.partyIds.push(...frontier);
    affected.keys.push(...keys.filter((key) => linking.get(key.linkKey)));
    affected.links.push(...links);

    const neighbours = [
      ...(await store.sharersOf(newKeys.filter((key) => linking.get(key)))),
      ...(await store.linksOfCustomers(newCustomers)),
    ];
    frontier = unseen(
      neighbours.map((neighbour) => neighbour.partyId),
      reached,
    );
    for (const id of frontier) reached.add(id);
  }
  return affected;
}

function unseen(values: string[], seen: { has(value: string): boolean }): string[] {
  return [...new Set(values)].filter((value) => !seen.has(value));
}
