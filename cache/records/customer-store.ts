import type { FieldKind } from '../../schema/fields.ts';
import type { Row, Sql } from '../database/database.ts';
import { allOf, among, asciiOnly, type Condition, within } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { behind, type Ordering, orderByText, type Position } from '../sql/keyset.ts';
import { type DecodedRow, decodeCount, decodeRow, decodeValue, selectList, selectValue } from '../sql/row-codec.ts';
import { bothWays } from './record-list.ts';
import type { Visible } from './visible.ts';

/** The golden record of one customer. */
export interface CustomerRow {
  id: string;
  kind: string;
  displayName: string;
  legalName: string | null;
  taxId: string | null;
  email: string | null;
  phone: string | null;
  website: string | null;
  language: string | null;
  country: string | null;
  birthDate: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface CustomerFilter {
  kind?: string[] | null;
  country?: string[] | null;
  system?: string[] | null;
  taxId?: string[] | null;
  email?: string[] | null;
  createdAt?: Span | null;
  updatedAt?: Span | null;
  grade?: string[] | null;
  stage?: string[] | null;
  segment?: string[] | null;
  atRisk?: boolean | null;
  sales?: Span | null;
  lifetimeValue?: Span | null;
  openBalance?: Span | null;
  lastOrder?: Span | null;
  unresolvedComplaint?: boolean | null;
}

interface Span {
  from?: string;
  to?: string;
}

interface CustomerListRequest {
  search: string;
  filter: CustomerFilter;
}

interface CustomerPageRequest extends CustomerListRequest {
  orderBy: string;
  first: number;
  after: Position | null;
}

/** Whom a party belongs to, and the rule that says so. */
interface CustomerLink {
  customerId: string;
  rule: string;
  linkedAt: string;
  /** 0 to 1. */
  confidence: string | null;
}

const text: FieldKind = { type: 'text', length: 255 };
const instant: FieldKind = { type: 'instant' };
const share: FieldKind = { type: 'decimal' };

const columns = {
  id: ['id', text],
  kind: ['kind', text],
  displayName: ['display_name', text],
  legalName: ['legal_name', text],
  taxId: ['tax_id', text],
  email: ['email', text],
  phone: ['phone', text],
  website: ['website', text],
  language: ['language', text],
  country: ['country', text],
  birthDate: ['birth_date', { type: 'date' }],
  createdAt: ['created_at', instant],
  updatedAt: ['updated_at', instant],
} as const satisfies Record<keyof CustomerRow, readonly [string, FieldKind]>;

/** All others are text as they are. */
const instants = ['createdAt', 'updatedAt'] as const;

const decimal: FieldKind = { type: 'decimal' };

/** Numbers that customers can be ordered and filtered by; they are in the row of `customer_insight`, `i`. */
const insightColumns = {
  sales: ['sales', decimal],
  lifetimeValue: ['lifetime_value', decimal],
  openBalance: ['open_balance', decimal],
  lastOrder: ['last_order', { type: 'date' }],
  openComplaints: ['open_complaints', { type: 'integer' }],
} as const satisfies Record<string, readonly [string, FieldKind]>;

const orderings: Record<string, Ordering> = {
  NAME_ASC: { field: 'displayName', direction: 'ASC' },
  NAME_DESC: { field: 'displayName', direction: 'DESC' },
  CREATED_AT_ASC: { field: 'createdAt', direction: 'ASC' },
  CREATED_AT_DESC: { field: 'createdAt', direction: 'DESC' },
  UPDATED_AT_ASC: { field: 'updatedAt', direction: 'ASC' },
  UPDATED_AT_DESC: { field: 'updatedAt', direction: 'DESC' },
  ...bothWays(...Object.keys(insightColumns)),
};

const SELECT = Object.entries(columns)
  .map(([name, [column]]) => `c.${column} AS \`${name}\``)
  .join(', ');

/** A customer of a page, with the value that the list is ordered by. */
export interface ListedCustomer extends CustomerRow {
  orderValue: string | null;
}

export interface CustomerStore {
  /** What the values of an order are. */
  orderingKind(orderBy: string): FieldKind;
  byIds(ids: readonly string[]): Promise<Map<string, CustomerRow>>;
  /** Old id → the id it was merged into, for those that were. */
  forwards(ids: readonly string[]): Promise<Map<string, string>>;
  /** Party id → whom it belongs to. */
  ofParties(partyIds: readonly string[]): Promise<Map<string, CustomerRow>>;
  /** Party id → whom it belongs to, and why. */
  linksOfParties(partyIds: readonly string[]): Promise<Map<string, CustomerLink>>;
  partiesOf(customerIds: readonly string[]): Promise<Map<string, DecodedRow[]>>;
  page(request: CustomerPageRequest): Promise<{ rows: ListedCustomer[]; hasNextPage: boolean }>;
  count(request: CustomerListRequest & { orderBy: string }): Promise<number>;
}

export function createCustomerStore(sql: Sql, visible: Visible): CustomerStore {
  const { dialect } = sql;
  const shown = visible ? [visible] : [];
  return {
    orderingKind: (orderBy) => orderColumn(orderBy).kind,
    byIds,
    forwards,
    ofParties,
    linksOfParties,
    partiesOf,
    page,
    count,
  };

  async function byIds(ids: readonly string[]) {
    const chosen = allOf([among('c.id', ids), ...shown]);
    const rows = await sql.query(`SELECT ${SELECT} FROM customers c WHERE ${chosen.sql}`, chosen.parameters);
    return new Map(rows.map((row) => [String(row.id), customerOf(row)]));
  }

  async function forwards(ids: readonly string[]) {
    const chosen = among('old_id', ids);
    const rows = await sql.query(
      `SELECT old_id, customer_id FROM customer_forwards WHERE ${chosen.sql}`,
      chosen.parameters,
    );
    return new Map(rows.map((row) => [String(row.old_id), String(row.customer_id)]));
  }

  async function ofParties(partyIds: readonly string[]) {
    const chosen = allOf([among('l.party_id', partyIds), ...shown]);
    const rows = await sql.query(
      `SELECT l.party_id AS party, ${SELECT} FROM customer_links l JOIN customers c ON c.id = l.customer_id
       WHERE ${chosen.sql}`,
      chosen.parameters,
    );
    return new Map(rows.map((row) => [String(row.party), customerOf(row)]));
  }

  async function linksOfParties(partyIds: readonly string[]) {
    const chosen = allOf([among('l.party_id', partyIds), ...shown]);
    const join = visible ? 'JOIN customers c ON c.id = l.customer_id' : '';
    const rows = await sql.query(
      `SELECT l.party_id, l.customer_id, l.rule, l.linked_at, ${selectValue(share, 'l.confidence', dialect)} AS confidence
       FROM customer_links l ${join} WHERE ${chosen.sql}`,
      chosen.parameters,
    );
    return new Map(
      rows.map((row): [string, CustomerLink] => [
        String(row.party_id),
        {
          customerId: String(row.customer_id),
          rule: String(row.rule),
          linkedAt: String(decodeValue(instant, row.linked_at, dialect)),
          confidence: row.confidence === null ? null : String(decodeValue(share, row.confidence, dialect)),
        },
      ]),
    );
  }

  async function partiesOf(customerIds: readonly string[]) {
    const owners = among('l.customer_id', customerIds);
    const rows = await sql.query(
      `SELECT l.customer_id AS \`owner\`, ${selectList('party', 't', dialect)}
       FROM customer_links l JOIN parties t ON t.id = l.party_id
       WHERE ${owners.sql} ORDER BY t.\`system\`, t.source_key`,
      owners.parameters,
    );
    return rowsBy(rows, 'owner', (row) => decodeRow('party', row, dialect));
  }

  async function page(request: CustomerPageRequest) {
    const { direction } = orderingOf(request.orderBy);
    const { column, kind, from, id } = orderColumn(request.orderBy);
    const start = request.after ? [behind(column, id, kind, direction, request.after, dialect)] : [];
    const where = allOf([...conditionsOf(request), ...start]);
    const rows = await sql.query(
      `SELECT ${SELECT}, ${selectValue(kind, column, dialect)} AS orderValue FROM ${from} WHERE ${where.sql}
       ORDER BY ${orderByText(column, id, direction)} LIMIT ${request.first + 1}`,
      where.parameters,
    );
    const listed = rows.map((row) => ({
      ...customerOf(row),
      orderValue: textOrNull(decodeValue(kind, row.orderValue, dialect)),
    }));
    return { rows: listed.slice(0, request.first), hasNextPage: rows.length > request.first };
  }

  async function count(request: CustomerListRequest & { orderBy: string }) {
    const where = allOf(conditionsOf(request));
    const { from } = orderColumn(request.orderBy);
    const [row] = await sql.query(`SELECT COUNT(*) AS n FROM ${from} WHERE ${where.sql}`, where.parameters);
    return decodeCount(row?.n);
  }

  function conditionsOf({ search, filter }: CustomerListRequest): Condition[] {
    const conditions = [...searchConditions(search), ...shown];
    if (filter.kind) conditions.push(among('c.kind', filter.kind));
    if (filter.country) conditions.push(among('c.country', filter.country));
    if (filter.taxId) conditions.push(among('c.tax_id', filter.taxId));
    if (filter.email) conditions.push(among('c.email', filter.email));
    if (filter.createdAt) conditions.push(within('c.created_at', instant, filter.createdAt, dialect));
    if (filter.updatedAt) conditions.push(within('c.updated_at', instant, filter.updatedAt, dialect));
    if (filter.system) conditions.push(knownTo(filter.system));
    if (filter.unresolvedComplaint != null) conditions.push(complaining(filter.unresolvedComplaint));
    const numbers = insightConditions(filter);
    if (numbers.length > 0) conditions.push(havingNumbers(allOf(numbers)));
    return conditions;
  }

  function insightConditions(filter: CustomerFilter): Condition[] {
    const conditions: Condition[] = [];
    for (const name of ['grade', 'stage', 'segment'] as const) {
      const values = filter[name];
      if (values) conditions.push(among(`n.${name}`, asciiOnly(values)));
    }
    if (filter.atRisk != null) conditions.push({ sql: 'n.at_risk = ?', parameters: [filter.atRisk ? 1 : 0] });
    for (const name of ['sales', 'lifetimeValue', 'openBalance', 'lastOrder'] as const) {
      const [column, kind] = insightColumns[name];
      const span = filter[name];
      if (span) conditions.push(within(`n.${column}`, kind, span, dialect));
    }
    return conditions;
  }

  /** A row selected by `SELECT`, made canonical as it is, like `decodeRow` does. */
  function customerOf(row: Row): CustomerRow {
    for (const name of instants) row[name] = decodeValue(instant, row[name], dialect);
    return row as unknown as CustomerRow;
  }
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** Where the values of an order are. Orders by a number go along its index, so they hold only customers that have numbers. */
function orderColumn(orderBy: string): { column: string; kind: FieldKind; from: string; id: string } {
  const { field } = orderingOf(orderBy);
  const number = (insightColumns as Record<string, readonly [string, FieldKind]>)[field];
  if (number) {
    const from = 'customer_insight i JOIN customers c ON c.id = i.customer_id';
    return { column: `i.${number[0]}`, kind: number[1], from, id: 'i.customer_id' };
  }
  const [column, kind] = columns[field as keyof CustomerRow];
  return { column: `c.${column}`, kind, from: 'customers c', id: 'c.id' };
}

function orderingOf(orderBy: string) {
  const ordering = orderings[orderBy];
  if (!ordering) throw new TypeError(`Expected an order of customers, got "${orderBy}".`);
  return ordering;
}

/** Every word must occur; `search_text` is kept in lower-case NFKC (`searchText` of customer-360). */
function searchConditions(search: string): Condition[] {
  const words = search.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean);
  return words.map((word) => ({
    sql: "c.search_text LIKE ? ESCAPE '!'",
    parameters: [`%${word.replace(/[!%_]/g, (special) => `!${special}`)}%`],
  }));
}

/** Customers with (or without) a complaint that nobody has resolved. */
function complaining(wanted: boolean): Condition {
  return {
    sql: `c.id ${wanted ? '' : 'NOT '}IN (SELECT l.customer_id FROM service_cases s JOIN customer_links l ON l.party_id = s.party_id
      WHERE s.kind = 'COMPLAINT' AND s.status IN ('NEW', 'IN_PROGRESS', 'WAITING_CUSTOMER'))`,
    parameters: [],
  };
}

function havingNumbers({ sql, parameters }: Condition): Condition {
  return { sql: `c.id IN (SELECT n.customer_id FROM customer_insight n WHERE ${sql})`, parameters };
}

function knownTo(systems: readonly string[]): Condition {
  const chosen = among('p.`system`', asciiOnly(systems));
  return {
    sql: `c.id IN (SELECT l.customer_id FROM parties p JOIN customer_links l ON l.party_id = p.id WHERE ${chosen.sql})`,
    parameters: chosen.parameters,
  };
}
