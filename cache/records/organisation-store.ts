import type { Sql } from '../database/database.ts';
import { allOf, among } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import type { Visible } from './visible.ts';

/** Who is right above or right below customers, by name. */
export interface OrganisationStore {
  childrenOf(customerIds: readonly string[], today: string): Promise<Map<string, string[]>>;
  parentsOf(customerIds: readonly string[], today: string): Promise<Map<string, string[]>>;
}

/**
 * A customer is above another when a system says that it is its parent (PARENT_OF, valid on the day), or when its
 * account is the parent of the other's account. Ties of a customer with itself, as after a merge, are none;
 * customers that the reader may not see are not told of.
 */
export function createOrganisationStore(sql: Sql, visible: Visible): OrganisationStore {
  async function read(ids: readonly string[], today: string, from: 'above' | 'below'): Promise<Map<string, string[]>> {
    const to = from === 'above' ? 'below' : 'above';
    const byParty = among(`${from}.customer_id`, ids);
    const seen = allOf(visible ? [visible] : []);
    const rows = await sql.query(
      `SELECT ties.\`owner\`, ties.other FROM (
         SELECT ${from}.customer_id AS \`owner\`, ${to}.customer_id AS other
         FROM relationships r JOIN customer_links above ON above.party_id = r.from_party_id
         JOIN customer_links below ON below.party_id = r.to_party_id
         WHERE r.kind = 'PARENT_OF' AND (r.valid_from IS NULL OR r.valid_from <= ?)
           AND (r.valid_to IS NULL OR r.valid_to >= ?) AND ${byParty.sql}
         UNION
         SELECT ${from}.customer_id, ${to}.customer_id
         FROM accounts a JOIN accounts p ON p.id = a.parent_account_id
         JOIN customer_links above ON above.party_id = p.party_id
         JOIN customer_links below ON below.party_id = a.party_id
         WHERE ${byParty.sql}) ties
       JOIN customers c ON c.id = ties.other
       WHERE ties.other <> ties.\`owner\` AND ${seen.sql} ORDER BY c.display_name, c.id`,
      [today, today, ...byParty.parameters, ...byParty.parameters, ...seen.parameters],
    );
    return rowsBy(rows, 'owner', (row) => String(row.other));
  }

  return {
    childrenOf: (ids, today) => read(ids, today, 'above'),
    parentsOf: (ids, today) => read(ids, today, 'below'),
  };
}
