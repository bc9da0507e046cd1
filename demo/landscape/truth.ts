import type { SourceRef } from '../../schema/ids.ts';
import type { Landscape } from './landscape.ts';

/** Who is really who: a customer and every record the systems hold of it. Only tests may look. */
export interface TrueCustomer {
  name: string;
  refs: SourceRef[];
}

export function truthOf(landscape: Landscape): TrueCustomer[] {
  const truth = landscape.customers.map((customer): TrueCustomer => ({ name: customer.name.full, refs: [] }));
  for (const { system, id, customer } of landscape.parties) {
    truth[customer]?.refs.push({ system, entity: 'party', key: id });
  }
  return truth;
}
