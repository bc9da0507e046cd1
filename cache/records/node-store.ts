import type { Entity } from '../../schema/records.ts';
import type { Sql } from '../database/database.ts';
import { entityTables } from '../schema/tables.ts';
import { among } from '../sql/condition.ts';

/** Finds which entity each record id belongs to, among the entities given, in one statement. */
export async function entitiesOfIds(
  sql: Sql,
  entities: readonly Entity[],
  ids: readonly string[],
): Promise<Map<string, Entity>> {
  const chosen = among('id', ids);
  const rows = await sql.query(
    entities
      .map((entity) => `SELECT id, '${entity}' AS entity FROM ${entityTables[entity]} WHERE ${chosen.sql}`)
      .join(' UNION ALL '),
    entities.flatMap(() => chosen.parameters),
  );
  return new Map(rows.map((row) => [String(row.id), String(row.entity) as Entity]));
}
