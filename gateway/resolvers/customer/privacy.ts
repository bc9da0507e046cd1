import { HubError } from '../../../config/errors.ts';
import type { Privacy } from '../../../customer-360/privacy/privacy.ts';
import type { GraphContext } from '../../context.ts';
import { customerIdOf } from '../lists/page-arguments.ts';
import type { FieldResolver } from '../subschema.ts';

interface EraseArguments {
  customer: string;
  reason?: string | null;
  dryRun?: boolean | null;
}

/** What is kept of a person. Showing it is a mutation too: it is written down who asked, and no answer is kept. */
export const privacyMutations: Record<string, FieldResolver> = {
  exportPerson: async (_source: unknown, { customer }: { customer: string }, context: GraphContext) => {
    const id = await nowCalled(customer, context);
    context.personal.add(id);
    return desk(context).export(id);
  },
  erasePerson: async (_source: unknown, { customer, ...how }: EraseArguments, context: GraphContext) =>
    desk(context).erase(await nowCalled(customer, context), { ...how, actor: context.viewer.name }),
};

/** The id of a customer, whatever id it was known by. */
async function nowCalled(customer: string, { stores }: GraphContext): Promise<string> {
  const id = customerIdOf(customer);
  return (await stores.customers.forwards([id])).get(id) ?? id;
}

function desk({ privacy, reads, stores }: GraphContext): Privacy {
  reads.noteUntold();
  if (stores.visible === null) return privacy;
  throw new HubError(
    'FORBIDDEN',
    'Expected a login that may see all customers, got one with row rules: what is kept of a person may hang on records of others.',
  );
}
