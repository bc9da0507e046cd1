import { relationshipsOfCustomers } from '../cache/relationship-store.ts';
import type { GraphContext } from './context.ts';
import { onKey } from './dependencies.ts';
import type { RecordSource } from './records.ts';

/** The ties of a customer to others, whichever side it is on. */
export async function relationshipsOf(customer: RecordSource, _args: unknown, { loaders, stores }: GraphContext) {
  const read = (ids: readonly string[]) => relationshipsOfCustomers(stores.sql, ids, stores.visible);
  return (await loaders.load('relationships', customer.id, read, onKey)) ?? [];
}
