import type { Sql } from '../../../cache/database/database.ts';
import {
  createIdentityStore,
  type DatedLink,
  type IdentityStore,
  type StoredCustomer,
} from '../../../cache/identity/identity-store.ts';
import { createMatchStore } from '../../../cache/identity/match-store.ts';
import { createStewardStore } from '../../../cache/identity/steward-store.ts';
import { newCustomerId } from '../../../schema/ids.ts';
import { clustersOf } from '../golden/clusters.ts';
import { type ClusterIds, goldenIds } from '../golden/golden-ids.ts';
import { goldenRecord } from '../golden/golden-record.ts';
import { createLinker, linkedPairsOf } from '../golden/link-reasons.ts';
import { areContradicted, evidenceBetween } from '../matching/evidence.ts';
import type { Party } from '../party.ts';
import { mergesOf } from '../stewardship/merge-history.ts';
import { type Affected, affectedBy } from './affected.ts';
import type { IdentitySettings, InUse } from './models-in-use.ts';
import { renewPairs } from './renew-pairs.ts';
import { renewProfiles } from './renew-profiles.ts';
import { createProfileReader } from './telling-profiles.ts';

export interface ResolveBatch {
  sql: Sql;
  /** The parties to look at. */
  dirty: readonly string[];
  /** Parties whose profiles are up to date already and whose pairs are to be judged. */
  unjudged?: readonly string[];
  settings: IdentitySettings;
  inUse: InUse;
  priorities: Readonly<Record<string, number>>;
  now: string;
  /** The steward's action this is part of. */
  actionId?: string;
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

/** A party that came to another customer, or left. */
export interface Move {
  partyId: string;
  from: string | null;
  to: string | null;
}

/**
 * The first half of the work on dirty parties, inside one transaction that holds the lock of identity: their profiles
 * and keys. Where many wait, all get theirs before any is judged: each then meets everybody it is compared with, and
 * a cluster is made once.
 */
export async function prepareBatch({ sql, dirty, settings, inUse }: Omit<ResolveBatch, 'unjudged'>): Promise<void> {
  const store = createIdentityStore(sql);
  const parties = await store.parties(dirty);
  const again = await renewProfiles({ store, matches: createMatchStore(sql), dirty, parties, settings, inUse });
  await store.markUnjudged([...new Set([...dirty, ...again])]);
  await store.clearDirty(dirty);
}

/**
 * One batch of dirty parties, inside one transaction that holds the lock of identity: their profiles and keys, the
 * pairs they are in, then the clusters of all affected, with ids, links and golden records.
 */
export async function resolveBatch(request: ResolveBatch): Promise<ResolveResult & { moves: Move[] }> {
  const { sql, dirty, unjudged = [], settings, inUse, now } = request;
  const store = createIdentityStore(sql);
  const matches = createMatchStore(sql);
  const stewards = createStewardStore(sql);

  const live = await store.parties(dirty);
  const changed = await renewProfiles({ store, matches, dirty, parties: live, settings, inUse });
  const again = new Set([...changed, ...unjudged]);
  const readProfiles = createProfileReader(matches, settings.maxShared);
  const renewed = await renewPairs({ store, matches, again, settings, inUse, readProfiles });
  const affected = await affectedBy({ store, matches, stewards }, dirty, renewed);

  const looked = new Set(dirty);
  const others = await store.parties(affected.partyIds.filter((id) => !looked.has(id)));
  const parties = new Map([...live, ...others].map((party) => [party.id, party]));
  const profiles = await readProfiles(partiesInDoubt(affected));
  const pairs = linkedPairsOf(affected.pairs);
  const clusters = clustersOf({
    systems: new Map([...parties.values()].map(({ id, system }) => [id, system])),
    links: pairs,
    decisions: affected.decisions,
    oneRecordSystems: new Set(settings.oneRecordPerCustomer),
    evidence: (a, b) => evidenceBetween(profiles.get(a), profiles.get(b), inUse),
    contradict: (a, b) => areContradicted(profiles.get(a), profiles.get(b)),
  });
  const stored = new Map(affected.links.map((link) => [link.partyId, link]));
  const idOf = new Map(affected.links.map((link) => [link.partyId, link.customerId]));
  const { clusters: assigned, ended, split } = goldenIds(clusters, idOf, newCustomerId);

  const merges = assigned.flatMap(({ merged, customerId, members }) =>
    merged.map((oldId) => ({ oldId, customerId, members })),
  );
  await stewards.saveMerges(await mergesOf(store, { merges, links: affected.links, now, actionId: request.actionId }));
  const unlinked = [...stored.keys()].filter((id) => !parties.has(id));
  const linkOf = createLinker({ pairs, decisions: affected.decisions, inUse, parties });
  const relinked = assigned
    .flatMap(({ members, customerId }) => members.map((partyId) => linkOf(partyId, members, customerId)))
    .flatMap((link) => changedLink(link, stored.get(link.partyId), now));
  await store.removeLinks(unlinked);
  await store.saveLinks(relinked);
  await store.removeCustomers([...merges.map(({ oldId }) => oldId), ...ended]);
  await store.forward(merges, now);
  await store.removeForwardsTo(ended);
  const customers = await changedCustomers(store, assigned, parties, request);
  await store.saveCustomers(customers, now);
  await store.clearDirty(dirty);
  await store.clearUnjudged([...renewed.judged]);

  const moves = [
    ...unlinked.map((partyId): Move => ({ partyId, from: idOf.get(partyId) ?? null, to: null })),
    ...relinked
      .map(({ partyId, customerId }): Move => ({ partyId, from: idOf.get(partyId) ?? null, to: customerId }))
      .filter(({ from, to }) => from !== to),
  ];
  // A party that moves takes its orders and everything else along: both customers look different.
  await store.logChanged(
    [
      ...customers.map(({ id }) => id),
      ...relinked.map(({ customerId }) => customerId),
      ...moves.flatMap(({ from }) => from ?? []),
      ...ended,
    ],
    now,
  );
  return { parties: dirty.length, customers: customers.length, merged: merges.length, split, moves };
}

/** Only where three or more may come together is it asked what speaks for those that are not linked. */
function partiesInDoubt({ pairs: linked, decisions }: Affected): Set<string> {
  const pairs = [...linked, ...decisions.filter(({ verdict }) => verdict === 'SAME')];
  const degree = new Map<string, number>();
  for (const { a, b } of pairs) for (const id of [a, b]) degree.set(id, (degree.get(id) ?? 0) + 1);
  return new Set(
    pairs.filter(({ a, b }) => (degree.get(a) ?? 0) > 1 || (degree.get(b) ?? 0) > 1).flatMap(({ a, b }) => [a, b]),
  );
}

/** A link that says the same as before keeps its date. */
function changedLink(link: Omit<DatedLink, 'linkedAt'>, stored: DatedLink | undefined, now: string): DatedLink[] {
  const isSame =
    stored?.customerId === link.customerId && stored.rule === link.rule && stored.confidence === link.confidence;
  if (isSame) return [];
  return [{ ...link, linkedAt: stored?.customerId === link.customerId ? stored.linkedAt : now }];
}

async function changedCustomers(
  store: IdentityStore,
  clusters: readonly ClusterIds[],
  parties: ReadonlyMap<string, Party>,
  { settings, priorities }: ResolveBatch,
): Promise<StoredCustomer[]> {
  const terms = new Map<string, string[]>();
  for (const { partyId, term } of await store.searchTerms([...parties.keys()])) {
    terms.set(partyId, [...(terms.get(partyId) ?? []), term]);
  }
  const known = clusters.filter(({ isNew }) => !isNew).map(({ customerId }) => customerId);
  const stored = new Map((await store.customers(known)).map((customer) => [customer.id, customer]));
  return clusters
    .map(({ customerId, members }): StoredCustomer => {
      const record = goldenRecord({
        parties: members.flatMap((id) => parties.get(id) ?? []),
        searchTerms: members.flatMap((id) => terms.get(id) ?? []),
        priorities,
        survivorship: settings.survivorship,
      });
      return { id: customerId, ...record };
    })
    .filter((customer) => !isSame(customer, stored.get(customer.id)));
}

function isSame(customer: StoredCustomer, stored: StoredCustomer | undefined): boolean {
  const fields = Object.keys(customer) as (keyof StoredCustomer)[];
  return stored !== undefined && fields.every((field) => customer[field] === stored[field]);
}
