import type { FieldKind } from '../../schema/fields.ts';
import type { CanonicalFields } from '../../schema/records.ts';
import { INSTANT_PATTERN } from '../../schema/time.ts';
import { appendChanges } from '../changes/append-changes.ts';
import type { Row, Sql, SqlParameter } from '../database/database.ts';
import { databaseNow, executeByKeys, queryByKeys, upsert } from '../sql/bulk-statements.ts';
import { decodeRow, decodeValue, encodeValue, selectList, selectValue } from '../sql/row-codec.ts';

interface StoredParty extends CanonicalFields<'party'> {
  id: string;
  system: string;
  changedAt: string | null;
  /** When its source record was last read differently than before. */
  observedAt: string;
}

/** What identity reads of a party's contact points. */
interface StoredContactPoint {
  partyId: string;
  kind: string;
  raw: string | null;
  street: string | null;
  postalCode: string | null;
  city: string | null;
  country: string | null;
}

interface CustomerLink {
  partyId: string;
  customerId: string;
  rule: string;
  /** 0 to 1, with four decimals. */
  confidence: string | null;
}

/** A link as it stood, with when it was made. */
export interface DatedLink extends CustomerLink {
  linkedAt: string;
}

export interface StoredCustomer {
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
  searchText: string;
}

const instant: FieldKind = { type: 'instant' };
const share: FieldKind = { type: 'decimal' };
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Everything identity resolution reads and writes, inside the one transaction it is given. */
export interface IdentityStore {
  /** Waits until no other process resolves; the transaction's end lets the next one in. */
  lock(): Promise<void>;
  /** The next dirty parties, locked: a party changed meanwhile becomes dirty again after this transaction. */
  dirtyParties(limit: number): Promise<string[]>;
  clearDirty(partyIds: readonly string[]): Promise<void>;
  /** Parties whose profiles are up to date and whose pairs are to be judged, in a later transaction. */
  markUnjudged(partyIds: readonly string[]): Promise<void>;
  unjudgedParties(limit: number): Promise<string[]>;
  /** Those of these parties that are still to be judged. */
  unjudgedAmong(partyIds: readonly string[]): Promise<string[]>;
  clearUnjudged(partyIds: readonly string[]): Promise<void>;
  /** Every party is looked at again. */
  markAllDirty(): Promise<void>;
  /** The live parties among these. */
  parties(partyIds: readonly string[]): Promise<StoredParty[]>;
  /** E-mail addresses, phone numbers and addresses of these parties, in the order of their ids. */
  contactPoints(partyIds: readonly string[]): Promise<StoredContactPoint[]>;
  identifications(partyIds: readonly string[]): Promise<{ partyId: string; scheme: string; value: string }[]>;
  /** Account numbers and e-mail addresses of the parties' accounts and contact points. */
  searchTerms(partyIds: readonly string[]): Promise<{ partyId: string; term: string }[]>;
  linksOfParties(partyIds: readonly string[]): Promise<DatedLink[]>;
  linksOfCustomers(customerIds: readonly string[]): Promise<DatedLink[]>;
  saveLinks(links: readonly DatedLink[]): Promise<void>;
  removeLinks(partyIds: readonly string[]): Promise<void>;
  customers(customerIds: readonly string[]): Promise<StoredCustomer[]>;
  /** When each of these customers was first known. */
  createdAt(customerIds: readonly string[]): Promise<Map<string, string>>;
  setCreatedAt(customerId: string, createdAt: string): Promise<void>;
  saveCustomers(customers: readonly StoredCustomer[], now: string): Promise<void>;
  removeCustomers(customerIds: readonly string[]): Promise<void>;
  /** Old ids lead to the new one at once, also those that led to an old one before. */
  forward(forwards: readonly { oldId: string; customerId: string }[], now: string): Promise<void>;
  /** Old ids that lead to each of these. */
  forwardsTo(customerIds: readonly string[]): Promise<{ oldId: string; customerId: string }[]>;
  removeForwards(oldIds: readonly string[]): Promise<void>;
  removeForwardsTo(customerIds: readonly string[]): Promise<void>;
  /** Says in the change log that these customers look different now; the last statement of the transaction. */
  logChanged(customerIds: readonly string[], now: string): Promise<void>;
}

/** The identity tables over one open transaction. */
export function createIdentityStore(sql: Sql): IdentityStore {
  const selectIn = <R extends Row>(statement: string, values: readonly string[]) => queryIn<R>(sql, statement, values);
  const confidence = selectValue(share, 'confidence', sql.dialect);
  const selectLinks = `SELECT party_id, customer_id, rule, linked_at, ${confidence} AS confidence FROM customer_links`;
  const linkOf = (row: Row): DatedLink => ({
    partyId: String(row.party_id),
    customerId: String(row.customer_id),
    rule: String(row.rule),
    linkedAt: String(decodeValue(instant, row.linked_at, sql.dialect)),
    confidence: row.confidence === null ? null : String(decodeValue(share, row.confidence, sql.dialect)),
  });
  const executeIn = async (statement: string, values: readonly string[]) => {
    await executeByKeys(sql, values, (list) => withList(statement, list));
  };
  /** Rows in key order, so that two writers meet in the same order. */
  const write = (
    table: string,
    key: readonly string[],
    columns: readonly string[],
    rows: readonly SqlParameter[][],
    keep: readonly string[] = [],
  ) => upsert(sql, { table, columns, key, keep, rows: rows.toSorted((a, b) => compareKeys(a, b, key.length)) });

  return {
    // The row of a key that nobody has: writing it locks it, whether it was there or not, until the transaction ends.
    lock: async () => {
      await write('identity_keys', ['link_key', 'party_id'], ['link_key', 'party_id'], [['lock', NOBODY]]);
    },

    dirtyParties: async (limit) => {
      const forUpdate = sql.dialect === 'mysql' ? ' FOR UPDATE' : '';
      const rows = await sql.query<{ party_id: string }>(
        `SELECT party_id FROM identity_dirty ORDER BY party_id LIMIT ${Math.trunc(limit)}${forUpdate}`,
      );
      return rows.map((row) => row.party_id);
    },

    markAllDirty: async () => {
      const insert = sql.dialect === 'mysql' ? 'INSERT IGNORE' : 'INSERT OR IGNORE';
      await sql.execute(
        `${insert} INTO identity_dirty (party_id, marked_at) SELECT id, ${databaseNow(sql.dialect)} FROM parties`,
      );
    },

    markUnjudged: (partyIds) =>
      write(
        'identity_unjudged',
        ['party_id'],
        ['party_id'],
        partyIds.map((id) => [id]),
      ),

    unjudgedParties: async (limit) => {
      const rows = await sql.query<{ party_id: string }>(
        `SELECT party_id FROM identity_unjudged ORDER BY party_id LIMIT ${Math.trunc(limit)}`,
      );
      return rows.map((row) => row.party_id);
    },

    unjudgedAmong: async (partyIds) => {
      const rows = await selectIn<{ party_id: string }>(
        'SELECT party_id FROM identity_unjudged WHERE party_id IN (?)',
        partyIds,
      );
      return rows.map((row) => row.party_id);
    },

    clearUnjudged: (partyIds) => executeIn('DELETE FROM identity_unjudged WHERE party_id IN (?)', partyIds),

    clearDirty: (partyIds) => executeIn('DELETE FROM identity_dirty WHERE party_id IN (?)', partyIds),

    parties: async (partyIds) => {
      const columns = selectList('party', 'p', sql.dialect);
      const rows = await selectIn(
        `SELECT ${columns}, s.version AS version, s.synced_at AS synced_at FROM parties p JOIN source_records s ON s.id = p.origin_id WHERE p.id IN (?)`,
        partyIds,
      );
      return rows.map((row) => {
        const party = decodeRow('party', row, sql.dialect) as unknown as CanonicalFields<'party'> & StoredParty;
        const version = row.version === null ? '' : String(row.version);
        const observedAt = String(decodeValue(instant, row.synced_at, sql.dialect));
        return { ...party, changedAt: INSTANT_PATTERN.test(version) ? version : null, observedAt };
      });
    },

    contactPoints: async (partyIds) => {
      const rows = await selectIn(
        `SELECT id, party_id AS partyId, kind, raw, street, postal_code AS postalCode, city, country FROM contact_points
         WHERE kind IN ('EMAIL', 'PHONE', 'ADDRESS') AND party_id IN (?)`,
        partyIds,
      );
      return rows
        .sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
        .map(({ id, ...point }) => point as unknown as StoredContactPoint);
    },

    identifications: (partyIds) =>
      selectIn<{ partyId: string; scheme: string; value: string }>(
        'SELECT party_id AS partyId, scheme, value FROM identifications WHERE party_id IN (?) ORDER BY scheme, value',
        partyIds,
      ),

    searchTerms: async (partyIds) => {
      const accounts = await selectIn<{ partyId: string; term: string }>(
        'SELECT party_id AS partyId, account_number AS term FROM accounts WHERE account_number IS NOT NULL AND party_id IN (?)',
        partyIds,
      );
      const emails = await selectIn<{ partyId: string; term: string }>(
        "SELECT party_id AS partyId, COALESCE(normalized, raw) AS term FROM contact_points WHERE kind = 'EMAIL' AND party_id IN (?)",
        partyIds,
      );
      return [...accounts, ...emails];
    },

    linksOfParties: async (partyIds) => (await selectIn(`${selectLinks} WHERE party_id IN (?)`, partyIds)).map(linkOf),
    linksOfCustomers: async (customerIds) =>
      (await selectIn(`${selectLinks} WHERE customer_id IN (?)`, customerIds)).map(linkOf),

    saveLinks: (links) =>
      write(
        'customer_links',
        ['party_id'],
        ['party_id', 'customer_id', 'rule', 'linked_at', 'confidence'],
        links.map(({ partyId, customerId, rule, linkedAt, confidence }) => [
          partyId,
          customerId,
          rule,
          encodeValue(instant, linkedAt, sql.dialect),
          encodeValue(share, confidence, sql.dialect),
        ]),
      ),

    removeLinks: (partyIds) => executeIn('DELETE FROM customer_links WHERE party_id IN (?)', partyIds),

    customers: async (customerIds) => {
      const columns = customerColumns.map(([field, column]) => `${column} AS \`${field}\``).join(', ');
      const rows = await selectIn(`SELECT id, ${columns} FROM customers WHERE id IN (?)`, customerIds);
      return rows.map((row) => {
        const texts = customerColumns.map(([field]) => [
          field,
          decodeValue({ type: 'longText' }, row[field], sql.dialect),
        ]);
        return { id: String(row.id), ...Object.fromEntries(texts) } as StoredCustomer;
      });
    },

    createdAt: async (customerIds) => {
      const rows = await selectIn('SELECT id, created_at FROM customers WHERE id IN (?)', customerIds);
      return new Map(rows.map((row) => [String(row.id), String(decodeValue(instant, row.created_at, sql.dialect))]));
    },

    setCreatedAt: async (customerId, createdAt) => {
      const at = encodeValue(instant, createdAt, sql.dialect);
      await sql.execute('UPDATE customers SET created_at = ? WHERE id = ?', [at, customerId]);
    },

    saveCustomers: (customers, now) => {
      const at = encodeValue(instant, now, sql.dialect);
      const columns = customerColumns.map(([, column]) => column);
      return write(
        'customers',
        ['id'],
        ['id', ...columns, 'created_at', 'updated_at'],
        customers.map((customer) => [customer.id, ...customerColumns.map(([field]) => customer[field]), at, at]),
        ['created_at'],
      );
    },

    removeCustomers: (customerIds) => executeIn('DELETE FROM customers WHERE id IN (?)', customerIds),

    forward: async (forwards, now) => {
      const at = encodeValue(instant, now, sql.dialect);
      for (const { oldId, customerId } of forwards) {
        await sql.execute('UPDATE customer_forwards SET customer_id = ? WHERE customer_id = ?', [customerId, oldId]);
      }
      await write(
        'customer_forwards',
        ['old_id'],
        ['old_id', 'customer_id', 'forwarded_at'],
        forwards.map(({ oldId, customerId }) => [oldId, customerId, at]),
      );
    },

    forwardsTo: async (customerIds) => {
      const rows = await selectIn(
        'SELECT old_id, customer_id FROM customer_forwards WHERE customer_id IN (?)',
        customerIds,
      );
      return rows.map((row) => ({ oldId: String(row.old_id), customerId: String(row.customer_id) }));
    },

    removeForwards: (oldIds) => executeIn('DELETE FROM customer_forwards WHERE old_id IN (?)', oldIds),

    removeForwardsTo: (customerIds) => executeIn('DELETE FROM customer_forwards WHERE customer_id IN (?)', customerIds),

    logChanged: (customerIds, now) =>
      appendChanges(
        sql,
        [...new Set(customerIds)].map((customerId) => ({ entity: 'customer', customerId })),
        now,
      ),
  };
}

const customerColumns = [
  ['kind', 'kind'],
  ['displayName', 'display_name'],
  ['legalName', 'legal_name'],
  ['taxId', 'tax_id'],
  ['email', 'email'],
  ['phone', 'phone'],
  ['website', 'website'],
  ['language', 'language'],
  ['country', 'country'],
  ['birthDate', 'birth_date'],
  ['searchText', 'search_text'],
] as const satisfies readonly (readonly [Exclude<keyof StoredCustomer, 'id'>, string])[];

function compareKeys(a: readonly SqlParameter[], b: readonly SqlParameter[], parts: number): number {
  for (let part = 0; part < parts; part++) {
    const [textA, textB] = [String(a[part]), String(b[part])];
    if (textA !== textB) return textA < textB ? -1 : 1;
  }
  return 0;
}

function queryIn<R extends Row>(sql: Sql, statement: string, values: readonly string[]): Promise<R[]> {
  return queryByKeys<R>(sql, [...new Set(values)], (list) => withList(statement, list));
}

/** `IN (?)` → `IN (?, ?, …)`. */
function withList(statement: string, list: string): string {
  return statement.replace('(?)', `(${list})`);
}
