import type { Entity } from '../schema/records.ts';
import type { Condition } from './condition.ts';
import { fieldsOf } from './tables.ts';

/** Which customers a reader may see: a condition on `c`, a row of `customers`. null: everybody. */
export type Visible = Condition | null;

/** The rows `t` of an entity that belong to customers who may be seen. Rows of nobody are hidden from all but those who see everybody. */
export function ofVisible(entity: Entity, visible: Visible): Condition[] {
  const column = entity === 'party' ? 't.id' : hasParty(entity) ? 't.party_id' : null;
  if (!visible || column === null) return [];
  return [
    {
      sql: `${column} IN (SELECT seen.party_id FROM customer_links seen JOIN customers c ON c.id = seen.customer_id WHERE ${visible.sql})`,
      parameters: visible.parameters,
    },
  ];
}

function hasParty(entity: Entity): boolean {
  return fieldsOf(entity).some(([name]) => name === 'partyId');
}
