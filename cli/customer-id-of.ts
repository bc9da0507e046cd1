import type { Cache } from '../cache/database/database.ts';
import { createCustomerStore } from '../cache/records/customer-store.ts';
import { HubError } from '../config/errors.ts';
import { CUSTOMER_ID_PATTERN, recordId } from '../schema/ids.ts';

/** The id of a customer as a person names it: its id (or one merged into it), or `erp:4711`. Throws NOT_FOUND. */
export async function customerIdOf(cache: Cache, text: string): Promise<string> {
  const customers = createCustomerStore(cache, null);
  if (CUSTOMER_ID_PATTERN.test(text)) return (await customers.forwards([text])).get(text) ?? text;
  const [, system, key] = /^([a-z][a-z0-9-]*):(.+)$/s.exec(text) ?? [];
  if (system === undefined || key === undefined) {
    throw new HubError('NOT_FOUND', `Expected a customer's id or <system>:<key> such as erp:4711, got "${text}".`);
  }
  const party = recordId({ system, entity: 'party', key });
  const link = (await customers.linksOfParties([party])).get(party);
  if (!link) throw new HubError('NOT_FOUND', `No customer is known to ${system} as ${key}.`);
  return link.customerId;
}
