import type { Sql } from '../database/database.ts';
import { allOf, among } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { type DecodedRow, decodeRow, selectList } from '../sql/row-codec.ts';
import { ofVisible, type Visible } from './visible.ts';

/** The relationships that each customer is on either side of, each once, where both sides may be seen. */
export async function relationshipsOfCustomers(
  sql: Sql,
  customerIds: readonly string[],
  visible: Visible,
): Promise<Map<string, DecodedRow[]>> {
  const owners = among('l.customer_id', customerIds);
  const side = (field: string) =>
    `SELECT l.customer_id AS \`owner\`, r.id FROM customer_links l
     JOIN relationships r ON r.${field} = l.party_id WHERE ${owners.sql}`;
  const where = allOf(ofVisible('relationship', visible));
  const rows = await sql.query(
    `SELECT sides.\`owner\` AS \`owner\`, ${selectList('relationship', 't', sql.dialect)}
     FROM (${side('from_party_id')} UNION ${side('to_party_id')}) sides
     JOIN relationships t ON t.id = sides.id WHERE ${where.sql} ORDER BY t.kind, t.id`,
    [...owners.parameters, ...owners.parameters, ...where.parameters],
  );
  return rowsBy(rows, 'owner', (row) => decodeRow('relationship', row, sql.dialect));
}
