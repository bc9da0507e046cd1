import type { DatedLink, IdentityStore } from '../../../cache/identity/identity-store.ts';
import type { StoredMerge } from '../../../cache/identity/steward-store.ts';
import { newCustomerId } from '../../../schema/ids.ts';

/** A customer as it was before its id was merged into another: enough to bring it back. */
interface BeforeMerge {
  createdAt: string;
  links: DatedLink[];
  /** Ids that led to it. */
  forwards: string[];
  /** The parties it was brought together with. */
  others: string[];
}

export interface Merging {
  merges: readonly { oldId: string; customerId: string; members: readonly string[] }[];
  /** The links as they were before. */
  links: readonly DatedLink[];
  now: string;
  actionId: string | undefined;
}

/** What to remember of ids that are about to be merged. Call it before anything is written. */
export async function mergesOf(
  store: IdentityStore,
  { merges, links, now, actionId }: Merging,
): Promise<StoredMerge[]> {
  const oldIds = merges.map(({ oldId }) => oldId);
  const createdAt = await store.createdAt(oldIds);
  const forwards = await store.forwardsTo(oldIds);
  return merges.map(({ oldId, customerId, members }): StoredMerge => {
    const own = links.filter((link) => link.customerId === oldId);
    const moved = new Set(own.map(({ partyId }) => partyId));
    const before: BeforeMerge = {
      createdAt: createdAt.get(oldId) ?? now,
      links: own,
      forwards: forwards.filter((forward) => forward.customerId === oldId).map((forward) => forward.oldId),
      others: members.filter((member) => !moved.has(member)),
    };
    return {
      id: newCustomerId(),
      oldId,
      customerId,
      actionId: actionId ?? null,
      before: JSON.stringify(before),
      mergedAt: now,
    };
  });
}

/** What a merge remembered. */
export function beforeOf({ before }: StoredMerge): BeforeMerge {
  return JSON.parse(before) as BeforeMerge;
}
