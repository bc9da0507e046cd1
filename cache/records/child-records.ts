import type { Entity } from '../../schema/records.ts';
import type { Sql } from '../database/database.ts';
import { columnName, entityTables } from '../schema/tables.ts';
import { allOf, among } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { type DecodedRow, decodeRow, type RowColumns, selectList } from '../sql/row-codec.ts';
import { ofVisible, type Visible } from './visible.ts';

/** All rows of an entity whose reference field names one of the ids, by that id. */
export async function readChildren(
  sql: Sql,
  entity: Entity,
  field: string,
  ids: readonly string[],
  orderBy: readonly string[],
  visible: Visible,
  columns: RowColumns = 'short',
): Promise<Map<string, DecodedRow[]>> {
  const chosen = allOf([among(`t.\`${columnName(field)}\``, ids), ...ofVisible(entity, visible)]);
  const rows = await sql.query(
    `SELECT ${selectList(entity, 't', sql.dialect, columns)} FROM ${entityTables[entity]} t
     WHERE ${chosen.sql} ORDER BY ${orderText(orderBy)}`,
    chosen.parameters,
  );
  return rowsBy(rows, field, (row) => decodeRow(entity, row, sql.dialect));
}

/** All rows of an entity whose party belongs to one of the customers, by customer. */
export async function readOfCustomers(
  sql: Sql,
  entity: Entity,
  customerIds: readonly string[],
  orderBy: readonly string[],
  columns: RowColumns = 'short',
): Promise<Map<string, DecodedRow[]>> {
  const owners = among('l.customer_id', customerIds);
  const rows = await sql.query(
    `SELECT l.customer_id AS \`owner\`, ${selectList(entity, 't', sql.dialect, columns)}
     FROM customer_links l JOIN ${entityTables[entity]} t ON t.party_id = l.party_id
     WHERE ${owners.sql} ORDER BY ${orderText(orderBy)}`,
    owners.parameters,
  );
  return rowsBy(rows, 'owner', (row) => decodeRow(entity, row, sql.dialect));
}

/** `-field` orders descending. The id comes last, so that equal rows keep their places. */
function orderText(orderBy: readonly string[]): string {
  const terms = orderBy.map((term) =>
    term.startsWith('-') ? `t.\`${columnName(term.slice(1))}\` DESC` : `t.\`${columnName(term)}\``,
  );
  return [...terms, 't.id'].join(', ');
}
