import { type Entity, entities, isEntity } from '../../schema/records.ts';
import { distinct, type Touched, tellingColumns, touchedBy } from '../changes/touched.ts';
import type { Sql, SqlParameter } from '../database/database.ts';
import { columnName, entityTables, fieldsOf, rowColumns } from '../schema/tables.ts';
import { executeByKeys, queryByKeys, upsert } from '../sql/bulk-statements.ts';
import { decodeRow, encodeValue, selectList } from '../sql/row-codec.ts';
import type { PageRow } from './page-record.ts';
import type { StoredRow } from './sync-store.ts';

/** A source record whose canonical rows are to be replaced: by `rows`, or by none. */
export interface Replacement {
  originId: string;
  system: string;
  /** The entities it has rows of in the cache now, as its `entities` column says. */
  entitiesBefore: readonly Entity[];
  rows: readonly PageRow[];
}

/** Rows of these make a customer's golden record or search text, so a change of one is a change of its party. */
const partyOf: Partial<Record<Entity, 'id' | 'partyId'>> = {
  party: 'id',
  account: 'partyId',
  contactPoint: 'partyId',
  identification: 'partyId',
};

/** What a page did to the canonical rows. */
export interface Replaced {
  /** The parties that identity has to look at again. */
  dirty: ReadonlySet<string>;
  /** The records that look different now. */
  touched: readonly Touched[];
}

/**
 * Makes the canonical rows of these source records what they are now: those no longer made are deleted, the others
 * written.
 */
export async function replaceRows(sql: Sql, replacements: readonly Replacement[]): Promise<Replaced> {
  const dirty = new Set<string>();
  const touched: Touched[] = [];
  const made = rowsByEntity(replacements);
  for (const entity of entities) {
    const origins = replacements.filter(({ entitiesBefore }) => entitiesBefore.includes(entity));
    const rows = sortedById(made.get(entity) ?? []);
    for (const one of await deleteOthers(sql, entity, origins, rows, dirty)) touched.push(one);
    for (const one of await writeRows(sql, entity, rows, dirty)) touched.push(one);
  }
  return { dirty, touched: distinct(touched) };
}

/** The entities of a replacement's rows as the `entities` column keeps them. */
export function formatEntities(rows: readonly PageRow[]): string {
  const made = new Set(rows.map(({ entity }) => entity));
  return entities.filter((entity) => made.has(entity)).join(',');
}

export function parseEntities(column: unknown): Entity[] {
  return typeof column === 'string' ? column.split(',').filter(isEntity) : [];
}

/** The canonical rows of these source records from all tables, whatever the `entities` column says. */
export async function readRowsOf(sql: Sql, originIds: readonly string[]): Promise<StoredRow[]> {
  const stored: StoredRow[] = [];
  for (const entity of entities) {
    const rows = await queryByKeys(
      sql,
      originIds,
      (list) =>
        `SELECT ${selectList(entity, 'r', sql.dialect)} FROM \`${entityTables[entity]}\` r WHERE r.origin_id IN (${list})`,
    );
    for (const row of rows) {
      const { id, originId, system, sourceKey, ...fields } = decodeRow(entity, row, sql.dialect);
      stored.push({ entity, id, originId, system, key: sourceKey, fields });
    }
  }
  return stored;
}

interface OwnedRow {
  originId: string;
  system: string;
  row: PageRow;
}

function rowsByEntity(replacements: readonly Replacement[]): Map<Entity, OwnedRow[]> {
  const made = new Map<Entity, OwnedRow[]>();
  for (const { originId, system, rows } of replacements) {
    for (const row of rows) {
      const others = made.get(row.entity);
      if (others) others.push({ originId, system, row });
      else made.set(row.entity, [{ originId, system, row }]);
    }
  }
  return made;
}

/** Of two rows with one id, made by two source records, the later one stands. */
function sortedById(rows: readonly OwnedRow[]): OwnedRow[] {
  // Sorting keeps equals in their order.
  const sorted = rows.toSorted((a, b) => (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0));
  return sorted.filter(({ row }, at) => row.id !== sorted[at + 1]?.row.id);
}

async function deleteOthers(
  sql: Sql,
  entity: Entity,
  origins: readonly Replacement[],
  rows: readonly OwnedRow[],
  dirty: Set<string>,
): Promise<Touched[]> {
  if (origins.length === 0) return [];
  const table = entityTables[entity];
  const before = await queryByKeys<{ id: string }>(
    sql,
    origins.map(({ originId }) => originId),
    (list) => `SELECT ${tellingColumns(entity)} FROM \`${table}\` WHERE origin_id IN (${list})`,
  );
  // A row that moves from one party to another changes both.
  for (const row of before) addParty(dirty, entity, row);
  const made = new Set(rows.map(({ row }) => row.id));
  const gone = before.map(({ id }) => id).filter((id) => !made.has(id));
  await executeByKeys(sql, gone.sort(), (list) => `DELETE FROM \`${table}\` WHERE id IN (${list})`);
  return before.flatMap((row) => touchedBy(entity, row, { before: true }));
}

async function writeRows(sql: Sql, entity: Entity, rows: readonly OwnedRow[], dirty: Set<string>): Promise<Touched[]> {
  if (rows.length === 0) return [];
  const fields = fieldsOf(entity);
  await upsert(sql, {
    table: entityTables[entity],
    columns: [...Object.keys(rowColumns), ...fields.map(([name]) => columnName(name))],
    key: ['id'],
    rows: rows.map(({ originId, system, row }) => {
      const stored: SqlParameter[] = [row.id, originId, system, row.key];
      for (const [name, kind] of fields) stored.push(encodeValue(kind, row.fields[name], sql.dialect));
      return stored;
    }),
  });
  return rows.flatMap(({ row: { id, fields } }) => {
    const written = { ...fields, id };
    addParty(dirty, entity, written);
    return touchedBy(entity, written, { before: false });
  });
}

function addParty(dirty: Set<string>, entity: Entity, row: Readonly<Record<string, unknown>>): void {
  const field = partyOf[entity];
  const party = field === undefined ? null : row[field];
  if (typeof party === 'string') dirty.add(party);
}
