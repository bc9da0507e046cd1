import { createAccessAuditStore } from '../../cache/access/access-audit-store.ts';
import { createErasureStore } from '../../cache/access/erasure-store.ts';
import type { Cache } from '../../cache/database/database.ts';
import { createCustomerStore } from '../../cache/records/customer-store.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { HubError } from '../../config/errors.ts';
import { readRaw } from '../read-raw.ts';

/** Most readings of the person's data that are listed. */
const READINGS = 1_000;

/**
 * Everything the hub keeps of one customer, for the person to have (GDPR, articles 15 and 20): the golden record, every
 * canonical record with the raw one it was made of, what is in quarantine, and who read it. Throws NOT_FOUND.
 */
export async function exportPerson(cache: Cache, customerId: string): Promise<object> {
  const customer = (await createCustomerStore(cache, null).byIds([customerId])).get(customerId);
  if (!customer) throw new HubError('NOT_FOUND', `Expected the id of a customer, but nobody has ${customerId}.`);
  const store = createErasureStore(cache);
  const rows = await store.rowsOf(await store.partiesOf(customerId));
  const recordIds = [...new Set([...rows.values()].flat().map(({ originId }) => originId))];
  const quarantine = createQuarantineStore(cache);
  const held = await Promise.all(recordIds.map((id) => quarantine.get(id)));
  return {
    customer,
    records: Object.fromEntries(rows),
    sources: (await store.recordsOf(recordIds)).map(({ raw, ...record }) => ({ ...record, raw: readRaw(raw) })),
    quarantine: held.filter((record) => record !== null),
    readings: await createAccessAuditStore(cache).list({ customer: customerId, first: READINGS }),
  };
}
