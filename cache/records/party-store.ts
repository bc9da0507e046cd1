import type { Sql } from '../database/database.ts';
import { among } from '../sql/condition.ts';
import { bothWays, type Filter, fieldFilters, type RecordList } from './record-list.ts';
import { createRecordStore, type RecordStore } from './record-store.ts';
import type { Visible } from './visible.ts';

const customer: Filter = (ids) => {
  const chosen = among('customer_id', ids as string[]);
  return { sql: `t.id IN (SELECT party_id FROM customer_links WHERE ${chosen.sql})`, parameters: chosen.parameters };
};

const parties: RecordList = {
  entity: 'party',
  orderings: bothWays('displayName'),
  filters: {
    ...fieldFilters('party', {
      system: 'oneOf',
      kind: 'oneOf',
      country: 'oneOf',
      taxId: 'oneOf',
      email: 'oneOf',
    }),
    customer,
  },
  groupings: { KIND: { field: 'kind' }, COUNTRY: { field: 'country' }, SYSTEM: 'system' },
  sums: {},
};

const accounts: RecordList = {
  entity: 'account',
  orderings: bothWays('accountNumber'),
  filters: fieldFilters('account', {
    system: 'oneOf',
    accountNumber: 'oneOf',
    currency: 'oneOf',
    openBalance: 'span',
  }),
  groupings: { CURRENCY: { field: 'currency' }, CUSTOMER: 'customer', SYSTEM: 'system' },
  sums: { openBalance: 'openBalance' },
};

export function createPartyStore(sql: Sql, visible: Visible): RecordStore {
  return createRecordStore(sql, parties, visible);
}

export function createAccountStore(sql: Sql, visible: Visible): RecordStore {
  return createRecordStore(sql, accounts, visible);
}
