import { fieldsOf } from '../../../cache/schema/tables.ts';
import { HubError } from '../../../config/errors.ts';
import { recordId } from '../../../schema/ids.ts';
import { entities, isEntity } from '../../../schema/records.ts';
import type { GraphContext } from '../../context.ts';
import { recordById } from '../lists/records.ts';
import { customerOfParty } from './customers.ts';

interface SourceArguments {
  system: string;
  key: string;
  entity?: string | null;
}

/** The customer whom a system knows by a key of its own, or whose order, account, … has that key. */
export async function customerBySource(_source: unknown, args: SourceArguments, context: GraphContext) {
  const entity = args.entity ?? 'party';
  if (!isEntity(entity) || !namesParty(entity)) {
    const known = entities.filter(namesParty).join(', ');
    throw new HubError('BAD_USER_INPUT', `Expected entity to be one of ${known}; got "${entity}".`);
  }
  if (!Object.hasOwn(context.sources, args.system)) {
    const known = Object.keys(context.sources).join(', ') || 'none';
    throw new HubError(
      'BAD_USER_INPUT',
      `Expected system to be one of the settings' sources (${known}); got "${args.system}".`,
    );
  }
  const id = recordId({ system: args.system, entity, key: args.key });
  if (entity === 'party') return customerOfParty(id, context);
  const row = await recordById(entity, id, context);
  return customerOfParty(row?.partyId as string | null | undefined, context);
}

function namesParty(entity: (typeof entities)[number]): boolean {
  return entity === 'party' || fieldsOf(entity).some(([name]) => name === 'partyId');
}
