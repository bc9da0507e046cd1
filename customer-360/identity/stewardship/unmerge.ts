import { HubError } from '../../../config/errors.ts';
import { beforeOf } from './merge-history.ts';
import type { Desk, Plan } from './steward.ts';
import { partiesOf } from './steward-plans.ts';

/** Takes a merge back, or parties out of a customer. What comes apart stays apart. */
export function planUnmerge(desk: Desk, id: string, parties: readonly string[]): Promise<Plan> {
  return parties.length > 0 ? planSplit(desk, id, parties) : planRestore(desk, id);
}

async function planSplit(desk: Desk, customerId: string, chosen: readonly string[]): Promise<Plan> {
  const all = await partiesOf(desk, customerId);
  const leaving = all.filter((party) => chosen.includes(party));
  const staying = all.filter((party) => !chosen.includes(party));
  const stranger = chosen.find((party) => !all.includes(party));
  if (stranger !== undefined || staying.length === 0) {
    throw new HubError(
      'BAD_USER_INPUT',
      `Expected some but not all of the ${all.length} parties of customer ${customerId}, got ${stranger ?? 'all'}.`,
    );
  }
  return { ...(await apart(desk, leaving, staying)), parties: all };
}

/** The customer as it was before it was merged: its id, its parties, the ids that led to it, the date it was first known. */
async function planRestore(desk: Desk, oldId: string): Promise<Plan> {
  const { store, stewards, now } = desk;
  const merge = await stewards.lastMerge(oldId);
  if (!merge) {
    throw new HubError(
      'IDENTITY_NOT_MERGED',
      `Expected the id of a customer that was merged into another, got ${oldId}, of which no merge is known or left to undo. To take parties out of a customer name them as well.`,
    );
  }
  const before = beforeOf(merge);
  const present = await store.linksOfParties(before.links.map(({ partyId }) => partyId));
  const own = new Set(present.map(({ partyId }) => partyId));
  const restored = before.links.filter(({ partyId }) => own.has(partyId));
  if (restored.length === 0) {
    throw new HubError(
      'IDENTITY_NOT_MERGED',
      `Expected a customer with parties, got ${oldId}, whose parties are gone.`,
    );
  }
  const customers = [...new Set(present.map(({ customerId }) => customerId))];
  const others = (await store.linksOfCustomers(customers)).map(({ partyId }) => partyId);
  const survivors = others.filter((party) => before.others.includes(party));
  const separation = await apart(desk, [...own], survivors);
  const byAction = merge.actionId === null ? [] : await stewards.decisionsOfAction(merge.actionId);
  const withdrawn = new Map(
    [...separation.withdrawn, ...byAction.filter(({ verdict }) => verdict === 'SAME')].map(({ a, b, verdict }) => [
      `${a} ${b}`,
      { a, b, verdict },
    ]),
  );
  return {
    decided: separation.decided,
    withdrawn: [...withdrawn.values()],
    parties: [...own, ...others],
    moved: present.map(({ partyId, customerId }) => ({ partyId, from: customerId, to: oldId })),
    prepare: async () => {
      await store.saveLinks(restored);
      await store.removeForwards([oldId]);
      const leading = new Set(before.forwards);
      const back = (await store.forwardsTo(customers)).filter((forward) => leading.has(forward.oldId));
      await store.forward(
        back.map((forward) => ({ oldId: forward.oldId, customerId: oldId })),
        now,
      );
      await stewards.markUndone(merge.id, now);
    },
    finish: () => store.setCreatedAt(oldId, before.createdAt),
  };
}

/** Every pair across is decided APART; decisions to the contrary are withdrawn. */
async function apart(
  { stewards }: Desk,
  left: readonly string[],
  right: readonly string[],
): Promise<Pick<Plan, 'decided' | 'withdrawn'>> {
  const [inLeft, inRight] = [new Set(left), new Set(right)];
  const same = (await stewards.decisionsOf(left)).filter(
    ({ a, b, verdict }) =>
      verdict === 'SAME' && ((inLeft.has(a) && inRight.has(b)) || (inLeft.has(b) && inRight.has(a))),
  );
  const decided = left.flatMap((one) =>
    right.map((other) => {
      const [a, b] = one < other ? [one, other] : [other, one];
      return { a, b, verdict: 'APART' as const, weight: null };
    }),
  );
  return { decided, withdrawn: same.map(({ a, b, verdict }) => ({ a, b, verdict })) };
}
