import type { Row, Sql } from '../database/database.ts';
import { entityTables } from '../schema/tables.ts';
import { allOf, among, type Condition } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { behind, type Ordering, orderByText, type Position } from '../sql/keyset.ts';
import {
  type DecodedRow,
  decodeCount,
  decodeRow,
  decodeValue,
  type RowColumns,
  selectList,
  selectValue,
} from '../sql/row-codec.ts';
import { columnOfField, type JoinedOrdering, orderColumn, type RecordList } from './record-list.ts';
import { ofVisible, type Visible } from './visible.ts';

export interface ListRequest {
  /** Argument → value; arguments that are null or undefined are left out. */
  filter: Readonly<Record<string, unknown>>;
  today: string;
  /** The zone that it is of; UTC when left out. */
  zone?: string;
}

export interface PageRequest extends ListRequest {
  orderBy: string;
  first: number;
  after: Position | null;
  columns: RowColumns;
}

export interface RecordPage {
  rows: DecodedRow[];
  hasNextPage: boolean;
}

/** Reads one entity's records: by keys, by page, and by page for many customers at once. */
export interface RecordStore {
  list: RecordList;
  /** Whose records it shows. */
  visible: Visible;
  byIds(ids: readonly string[]): Promise<Map<string, DecodedRow>>;
  page(request: PageRequest): Promise<RecordPage>;
  pagesOfCustomers(customerIds: readonly string[], request: PageRequest): Promise<Map<string, RecordPage>>;
  count(request: ListRequest): Promise<number>;
  countsOfCustomers(customerIds: readonly string[], request: ListRequest): Promise<Map<string, number>>;
}

const FROM_LINKS = 'customer_links l JOIN';

export function createRecordStore(sql: Sql, list: RecordList, visible: Visible): RecordStore {
  const { entity } = list;
  const { dialect } = sql;
  const table = entityTables[entity];

  return {
    list,
    visible,
    byIds: (ids) => readByIds(sql, entity, ids, visible),
    page,
    pagesOfCustomers,
    count,
    countsOfCustomers,
  };

  async function page(request: PageRequest): Promise<RecordPage> {
    const { where, orderBy, join, columns } = pageText(request);
    const rows = await sql.query(
      `SELECT ${columns} FROM ${table} t ${join} WHERE ${where.sql} ORDER BY ${orderBy} LIMIT ${request.first + 1}`,
      where.parameters,
    );
    return pageOf(rows, request);
  }

  /**
   * One customer's page by its index alone. For several the ranking is over ids, and the rows are joined to it: long
   * texts in a ranking make MariaDB write it to disk, which is slow and has been seen to end the server (10.11).
   */
  async function pagesOfCustomers(customerIds: readonly string[], request: PageRequest) {
    const { where, orderBy, join, columns } = pageText(request);
    const owners = among('l.customer_id', customerIds);
    const from = `${FROM_LINKS} ${table} t ON t.party_id = l.party_id ${join} WHERE ${owners.sql} AND ${where.sql}`;
    const statement =
      customerIds.length === 1
        ? `SELECT ${columns}, l.customer_id AS \`owner\` FROM ${from} ORDER BY ${orderBy} LIMIT ${request.first + 1}`
        : `SELECT ${columns}, ranked.\`owner\` AS \`owner\` FROM (
             SELECT t.id AS id, l.customer_id AS \`owner\`,
                    ROW_NUMBER() OVER (PARTITION BY l.customer_id ORDER BY ${orderBy}) AS place
             FROM ${from}) ranked
           JOIN ${table} t ON t.id = ranked.id ${join}
           WHERE ranked.place <= ${request.first + 1} ORDER BY ranked.\`owner\`, ranked.place`;
    const rows = await sql.query(statement, [...owners.parameters, ...where.parameters]);
    const pages = new Map<string, RecordPage>();
    for (const [owner, own] of rowsBy(rows, 'owner', (row) => row)) pages.set(owner, pageOf(own, request));
    return pages;
  }

  async function count(request: ListRequest): Promise<number> {
    const where = whereOf(list, request, sql, visible);
    const [row] = await sql.query(`SELECT COUNT(*) AS n FROM ${table} t WHERE ${where.sql}`, where.parameters);
    return decodeCount(row?.n);
  }

  async function countsOfCustomers(customerIds: readonly string[], request: ListRequest) {
    const where = whereOf(list, request, sql, visible);
    const owners = among('l.customer_id', customerIds);
    const rows = await sql.query(
      `SELECT l.customer_id AS \`owner\`, COUNT(*) AS n FROM ${FROM_LINKS} ${table} t ON t.party_id = l.party_id
       WHERE ${owners.sql} AND ${where.sql} GROUP BY l.customer_id`,
      [...owners.parameters, ...where.parameters],
    );
    return new Map(rows.map((row) => [String(row.owner), decodeCount(row.n)]));
  }

  function pageText(request: PageRequest) {
    const ordering = list.orderings[request.orderBy];
    if (!ordering) throw new TypeError(`Expected an order of ${entity}, got "${request.orderBy}".`);
    const { column, id, kind, join } = orderColumn(entity, ordering);
    const value = join === '' ? '' : `, ${selectValue(kind, column, dialect)} AS \`${ordering.field}\``;
    const start = request.after ? [behind(column, id, kind, ordering.direction, request.after, dialect)] : [];
    return {
      where: allOf([whereOf(list, withoutImplied(request, ordering), sql, visible), ...start]),
      orderBy: orderByText(column, id, ordering.direction),
      join,
      columns: selectList(entity, 't', dialect, withColumn(request.columns, ordering.field)) + value,
    };
  }

  function pageOf(rows: readonly Row[], { first, orderBy }: PageRequest): RecordPage {
    const ordering = list.orderings[orderBy];
    const decode = (row: Row) => {
      const decoded = decodeRow(entity, row, dialect);
      // the value the cursor is made of
      if (ordering && 'column' in ordering) {
        decoded[ordering.field] = decodeValue(ordering.kind, row[ordering.field], dialect);
      }
      return decoded;
    };
    return {
      rows: rows.slice(0, first).map(decode),
      hasNextPage: rows.length > first,
    };
  }
}

/** The cursor of a row is made of the value that it is ordered by. */
function withColumn(columns: RowColumns, field: string): RowColumns {
  return typeof columns === 'string' || columns.has(field) ? columns : new Set([...columns, field]);
}

/** What the join of an order leaves out need not be looked up once more: the list can then be read along its index. */
function withoutImplied(request: ListRequest, ordering: Ordering | JoinedOrdering): ListRequest {
  if (!('implies' in ordering)) return request;
  const span = request.filter[ordering.implies] as { from?: unknown; to?: unknown } | null | undefined;
  if (span?.from != null || span?.to != null) return request;
  return { ...request, filter: { ...request.filter, [ordering.implies]: null } };
}

/** The rows with these ids, by id; those that are not there are left out. */
export async function readByIds(
  sql: Sql,
  entity: RecordList['entity'],
  ids: readonly string[],
  visible: Visible,
  columns: RowColumns = 'short',
): Promise<Map<string, DecodedRow>> {
  const chosen = allOf([among('t.id', ids), ...ofVisible(entity, visible)]);
  const rows = await sql.query(
    `SELECT ${selectList(entity, 't', sql.dialect, columns)} FROM ${entityTables[entity]} t WHERE ${chosen.sql}`,
    chosen.parameters,
  );
  return new Map(rows.map((row) => [String(row.id), decodeRow(entity, row, sql.dialect)]));
}

/** A long text of the rows with these ids, by id; those without are left out. */
export async function readLongTexts(
  sql: Sql,
  entity: RecordList['entity'],
  field: string,
  ids: readonly string[],
  visible: Visible,
): Promise<Map<string, string>> {
  const chosen = allOf([among('t.id', ids), ...ofVisible(entity, visible)]);
  const column = columnOfField(field);
  const rows = await sql.query(
    `SELECT t.id AS id, ${column} AS content FROM ${entityTables[entity]} t WHERE ${chosen.sql} AND ${column} IS NOT NULL`,
    chosen.parameters,
  );
  return new Map(rows.map((row) => [String(row.id), String(row.content)]));
}

/** The condition of a list's filter arguments. */
export function whereOf(list: RecordList, { filter, today, zone }: ListRequest, sql: Sql, visible: Visible): Condition {
  const conditions: Condition[] = ofVisible(list.entity, visible);
  for (const [name, value] of Object.entries(filter)) {
    if (value === null || value === undefined) continue;
    const condition = list.filters[name];
    if (!condition) throw new TypeError(`Expected a filter of ${list.entity}, got "${name}".`);
    conditions.push(condition(value, { dialect: sql.dialect, today, zone }));
  }
  return allOf(conditions);
}
