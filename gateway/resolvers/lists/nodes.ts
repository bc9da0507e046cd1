import { entitiesOfIds } from '../../../cache/records/node-store.ts';
import { HubError } from '../../../config/errors.ts';
import { CUSTOMER_ID_PATTERN, RECORD_ID_PATTERN } from '../../../schema/ids.ts';
import { onKey } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import { customerById } from '../customer/customers.ts';
import { nodeEntities, typeNameOf } from './node-types.ts';
import { recordById } from './records.ts';

/** Anything with an id: its form tells customers from records, one statement tells which record. */
export async function node(_source: unknown, { id }: { id: string }, context: GraphContext) {
  if (CUSTOMER_ID_PATTERN.test(id)) {
    const customer = await customerById(id, context);
    return customer && { ...customer, __typename: 'Customer' };
  }
  if (!RECORD_ID_PATTERN.test(id)) {
    throw new HubError(
      'BAD_USER_INPUT',
      `Expected an id of the graph, got "${id}". Ids are UUIDs such as 0198a3f2-7c1e-7d4b-9a55-3b1f0c2e4d6a: take one from the graph. For a system's own key use customerBySource or a filter.`,
    );
  }
  const { loaders, stores } = context;
  const entity = await loaders.load('node', id, (ids) => entitiesOfIds(stores.sql, nodeEntities, ids), onKey);
  const row = entity && (await recordById(entity, id, context));
  return row ? { ...row, __typename: typeNameOf(entity) } : null;
}
