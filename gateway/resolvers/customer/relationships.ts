import { relationshipsOfCustomers } from '../../../cache/records/relationship-store.ts';
import { onKey } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import type { RecordSource } from '../lists/records.ts';

/** The ties of a customer to others, whichever side it is on. */
export async function relationshipsOf(customer: RecordSource, _args: unknown, { loaders, stores }: GraphContext) {
  const read = (ids: readonly string[]) => relationshipsOfCustomers(stores.sql, ids, stores.visible);
  return (await loaders.load('relationships', customer.id, read, onKey)) ?? [];
}
