import type { Row, Sql } from '../database/database.ts';
import { entityTables } from '../schema/tables.ts';
import { among } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { decodeCount, decodeSum, sumOf } from '../sql/row-codec.ts';
import { columnOfField, type Grouping, type RecordList } from './record-list.ts';
import { type ListRequest, type RecordStore, whereOf } from './record-store.ts';

/** A list, and whose records of it are counted. */
type Listed = Pick<RecordStore, 'list' | 'visible'>;

export interface StatsRequest extends ListRequest {
  /** Names of the list's groupings. */
  groupBy: readonly string[];
}

export interface StatsGroup {
  /** Grouping → value. */
  key: Record<string, string | null>;
  count: number;
  currency: string | null;
  /** Sum → exact decimal; null where no row of the group has a value. */
  sums: Record<string, string | null>;
}

/** The most groups one answer holds; the largest come first. */
const MAX_GROUPS = 1_000;

/** Counts and exact sums of a list by groups, where sums exist always apart by currency. */
export async function recordStats(sql: Sql, { list, visible }: Listed, request: StatsRequest): Promise<StatsGroup[]> {
  const { select, groups, from } = statsText(sql, list, request);
  const where = whereOf(list, request, sql, visible);
  const grouping = groups.length > 0 ? `GROUP BY ${groups.join(', ')}` : '';
  const rows = await sql.query(
    `SELECT ${select} FROM ${from} WHERE ${where.sql} ${grouping} ORDER BY n DESC${afterCount(groups)} LIMIT ${MAX_GROUPS}`,
    where.parameters,
  );
  return rows.filter((row) => decodeCount(row.n) > 0).map((row) => groupOf(row, list, request, sql));
}

/** The same for the lists of many customers at once. */
export async function recordStatsOfCustomers(
  sql: Sql,
  { list, visible }: Listed,
  customerIds: readonly string[],
  request: StatsRequest,
): Promise<Map<string, StatsGroup[]>> {
  const { select, groups } = statsText(sql, list, request);
  const where = whereOf(list, request, sql, visible);
  const owners = among('l.customer_id', customerIds);
  const rows = await sql.query(
    `SELECT * FROM (
       SELECT grouped.*, ROW_NUMBER() OVER (PARTITION BY grouped.\`owner\` ORDER BY grouped.n DESC) AS place FROM (
         SELECT l.customer_id AS \`owner\`, ${select}
         FROM customer_links l JOIN ${entityTables[list.entity]} t ON t.party_id = l.party_id
         WHERE ${owners.sql} AND ${where.sql} GROUP BY ${['l.customer_id', ...groups].join(', ')}) grouped) ranked
     WHERE place <= ${MAX_GROUPS} ORDER BY \`owner\`, n DESC${afterCount(groups)}`,
    [...owners.parameters, ...where.parameters],
  );
  return rowsBy(rows, 'owner', (row) => groupOf(row, list, request, sql));
}

function statsText(sql: Sql, list: RecordList, { groupBy }: StatsRequest) {
  const summed = Object.keys(list.sums).length > 0;
  const expressions = groupBy.map((name) => groupExpression(list, name));
  if (summed) expressions.push(columnOfField('currency'));
  const sums = Object.entries(list.sums).map(
    ([name, field]) => `${sumOf(columnOfField(field), sql.dialect)} AS \`sum_${name}\``,
  );
  const select = [...expressions.map((text, index) => `${text} AS g${index}`), 'COUNT(*) AS n', ...sums].join(', ');
  const byCustomer = groupBy.some((name) => list.groupings[name] === 'customer');
  const links = byCustomer ? ' LEFT JOIN customer_links l ON l.party_id = t.party_id' : '';
  return { select, groups: expressions, from: `${entityTables[list.entity]} t${links}` };
}

/** Groups of one size come in the order of their keys, so that the same question has the same answer. */
function afterCount(groups: readonly string[]): string {
  return groups.map((_, index) => `, g${index}`).join('');
}

function groupExpression(list: RecordList, name: string): string {
  const grouping: Grouping | undefined = list.groupings[name];
  if (!grouping) throw new TypeError(`Expected a grouping of ${list.entity}, got "${name}".`);
  if (grouping === 'system') return 't.`system`';
  if (grouping === 'customer') return 'l.customer_id';
  return 'month' in grouping ? `SUBSTR(${columnOfField(grouping.month)}, 1, 7)` : columnOfField(grouping.field);
}

function groupOf(row: Row, list: RecordList, { groupBy }: StatsRequest, sql: Sql): StatsGroup {
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  const sums = Object.keys(list.sums).map((name): [string, string | null] => {
    const sum = row[`sum_${name}`];
    return [name, sum === null || sum === undefined ? null : decodeSum(sum, sql.dialect)];
  });
  return {
    key: Object.fromEntries(groupBy.map((name, index) => [name, text(row[`g${index}`])])),
    count: decodeCount(row.n),
    currency: sums.length > 0 ? text(row[`g${groupBy.length}`]) : null,
    sums: Object.fromEntries(sums),
  };
}
