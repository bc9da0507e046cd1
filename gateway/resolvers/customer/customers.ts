import type { CustomerRow } from '../../../cache/records/customer-store.ts';
import { onKey, onOwner } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import { type Awaitable, goOn } from '../../maybe-promise.ts';

/** A customer as resolvers pass it on: the id at least, the whole golden record where it has been read anyway. */
export type CustomerSource = { id: string } & Partial<CustomerRow>;

/** The golden record, or undefined. */
export function goldenRecord(id: string, { loaders, stores }: GraphContext): Awaitable<CustomerRow | undefined> {
  return loaders.load('customer', id, stores.customers.byIds, onKey);
}

/** The customer with this id or the one it was merged into; null when nobody has it. */
export function customerById(id: string, context: GraphContext): Awaitable<CustomerRow | null> {
  // A merge takes the record away as it forwards the id, so only one that is not there can have gone elsewhere.
  return goOn(goldenRecord(id, context), (known) => known ?? forwarded(id, context));
}

async function forwarded(id: string, context: GraphContext): Promise<CustomerRow | null> {
  const [current] = await goldenIds([id], context);
  return current && current !== id ? ((await goldenRecord(current, context)) ?? null) : null;
}

/** The ids as they are now: those given away by merges become those they went into. */
export async function goldenIds(ids: readonly string[], { loaders, stores }: GraphContext): Promise<string[]> {
  const current = ids.map(async (id) => (await loaders.load('forward', id, stores.customers.forwards, onKey)) ?? id);
  return [...new Set(await Promise.all(current))];
}

/** The customer a party belongs to; null where it is not yet resolved or there is no party. */
export function customerOfParty(
  partyId: string | null | undefined,
  { loaders, stores }: GraphContext,
): Awaitable<CustomerRow | null> {
  if (!partyId) return null;
  const customer = loaders.load('customer of party', partyId, stores.customers.ofParties, onOwner);
  return goOn(customer, (known) => known ?? null);
}
