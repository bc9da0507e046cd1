import type { CustomerLink, IdentityStore, StoredCustomer } from '../../cache/identity-store.ts';
import { newCustomerId } from '../../schema/ids.ts';
import { affectedBy } from './affected.ts';
import { clustersOf } from './clusters.ts';
import { type ClusterIds, goldenIds } from './golden-ids.ts';
import { goldenRecord } from './golden-record.ts';
import { ruleOf } from './link-keys.ts';
import type { Party } from './party.ts';
import { renewKeys } from './renew-keys.ts';

export interface ResolveBatch {
  store: IdentityStore;
  batchSize: number;
  defaultCountry: string | undefined;
  maxShared: number;
  priorities: Readonly<Record<string, number>>;
  now: string;
}

export interface ResolveResult {
  /** Dirty parties looked at. */
  parties: number;
  /** Customers made or whose golden record changed. */
  customers: number;
  /** Customer ids that now forward to another. */
  merged: number;
  /** Customers that came out of another one. */
  split: number;
}

/** One batch of dirty parties, inside one transaction: their keys, their clusters, ids, links and golden records. */
export async function resolveBatch({ store, now, ...options }: ResolveBatch): Promise<ResolveResult> {
  await store.lock();
  const dirty = await store.dirtyParties(options.batchSize);
  const dirtyLive = await store.parties(dirty);
  const seeds = await renewKeys({ store, dirty, parties: dirtyLive, ...options });
  const affected = await affectedBy(store, seeds, options.maxShared);

  const parties = new Map((await store.parties(affected.partyIds)).map((party) => [party.id, party]));
  const keysOf = groupKeys(affected.keys, parties);
  const clusters = clustersOf([...parties.keys()].map((id) => ({ id, keys: keysOf.get(id) ?? [] })));
  const idOf = new Map(affected.links.map((link) => [link.partyId, link.customerId]));
  const { clusters: assigned, ended, split } = goldenIds(clusters, idOf, newCustomerId);

  const merges = assigned.flatMap(({ merged, customerId }) => merged.map((oldId) => ({ oldId, customerId })));
  const unlinked = [...idOf.keys()].filter((id) => !parties.has(id));
  const relinked = changedLinks(assigned, keysOf, affected.links);
  await store.removeLinks(unlinked);
  await store.saveLinks(relinked, now);
  await store.removeCustomers([...merges.map(({ oldId }) => oldId), ...ended]);
  await store.forward(merges, now);
  await store.removeForwardsTo(ended);
  const customers = await changedCustomers(store, assigned, parties, options.priorities);
  await store.saveCustomers(customers, now);
  await store.clearDirty(dirty);
  // A party that moves takes its orders and everything else along: both customers look different.
  const moved = [...unlinked, ...relinked.map(({ partyId }) => partyId)].flatMap((id) => idOf.get(id) ?? []);
  await store.logChanged(
    [...customers.map(({ id }) => id), ...relinked.map(({ customerId }) => customerId), ...moved, ...ended],
    now,
  );
  return { parties: dirty.length, customers: customers.length, merged: merges.length, split };
}

/** Party → its linking keys that another live party has too. */
function groupKeys(
  keys: { partyId: string; linkKey: string }[],
  live: ReadonlyMap<string, Party>,
): Map<string, string[]> {
  const liveKeys = keys.filter((key) => live.has(key.partyId));
  const sharers = new Map<string, number>();
  for (const { linkKey } of liveKeys) sharers.set(linkKey, (sharers.get(linkKey) ?? 0) + 1);
  const grouped = new Map<string, string[]>();
  for (const { partyId, linkKey } of liveKeys) {
    if ((sharers.get(linkKey) ?? 0) < 2) continue;
    const own = grouped.get(partyId);
    if (own) own.push(linkKey);
    else grouped.set(partyId, [linkKey]);
  }
  return grouped;
}

function changedLinks(
  clusters: readonly ClusterIds[],
  keysOf: ReadonlyMap<string, string[]>,
  links: readonly CustomerLink[],
): CustomerLink[] {
  const stored = new Map(links.map((link) => [link.partyId, link]));
  return clusters
    .flatMap(({ members, customerId }) =>
      members.map((partyId) => ({ partyId, customerId, rule: ruleOf(keysOf.get(partyId) ?? []) })),
    )
    .filter((link) => {
      const old = stored.get(link.partyId);
      return old?.customerId !== link.customerId || old.rule !== link.rule;
    });
}

async function changedCustomers(
  store: IdentityStore,
  clusters: readonly ClusterIds[],
  parties: ReadonlyMap<string, Party>,
  priorities: Readonly<Record<string, number>>,
): Promise<StoredCustomer[]> {
  const terms = new Map<string, string[]>();
  for (const { partyId, term } of await store.searchTerms([...parties.keys()])) {
    terms.set(partyId, [...(terms.get(partyId) ?? []), term]);
  }
  const stored = new Map((await store.customers(clusters.map((c) => c.customerId))).map((c) => [c.id, c]));
  return clusters
    .map(({ customerId, members }): StoredCustomer => {
      const record = goldenRecord({
        parties: members.flatMap((id) => parties.get(id) ?? []),
        searchTerms: members.flatMap((id) => terms.get(id) ?? []),
        priorities,
      });
      return { id: customerId, ...record };
    })
    .filter((customer) => !isSame(customer, stored.get(customer.id)));
}

function isSame(customer: StoredCustomer, stored: StoredCustomer | undefined): boolean {
  const fields = Object.keys(customer) as (keyof StoredCustomer)[];
  return stored !== undefined && fields.every((field) => customer[field] === stored[field]);
}
