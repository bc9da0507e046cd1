import type { Entity } from '../../schema/records.ts';
import type { Sql } from '../database/database.ts';
import { upsert } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { encodeValue } from '../sql/row-codec.ts';

/** A change as it is written: of a record with its party where that is known, of a customer itself, or of its numbers. */
export type Change =
  | { entity: Entity; recordId: string; partyId: string | null }
  | { entity: 'customer' | 'insight'; customerId: string };

/**
 * Adds changes to the log, in the transaction that makes them and as its last statements: the counter stays locked
 * until the commit, so a later sequence is never seen before an earlier one, and none is left out.
 */
export async function appendChanges(sql: Sql, changes: readonly Change[], now: string): Promise<void> {
  if (changes.length === 0) return;
  await sql.execute('UPDATE change_sequence SET last_sequence = last_sequence + ? WHERE id = 1', [changes.length]);
  const [counter] = await sql.query<{ last: unknown }>(
    'SELECT last_sequence AS `last` FROM change_sequence WHERE id = 1',
  );
  const first = Number(counter?.last) - changes.length + 1;
  const at = encodeValue(instant, now, sql.dialect);
  await upsert(sql, {
    table: 'change_log',
    columns: ['sequence', 'customer_id', 'party_id', 'entity', 'record_id', 'changed_at'],
    key: ['sequence'],
    rows: changes.map((change, index) =>
      'customerId' in change
        ? [first + index, change.customerId, null, change.entity, change.customerId, at]
        : [first + index, null, change.partyId, change.entity, change.recordId, at],
    ),
  });
}
