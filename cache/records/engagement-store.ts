import { startOfDate } from '../../config/settings/business-zones.ts';
import type { Sql } from '../database/database.ts';
import { encodeValue } from '../sql/row-codec.ts';
import { bothWays, type Filter, fieldFilters, type RecordList } from './record-list.ts';
import { createRecordStore, type RecordStore } from './record-store.ts';
import type { Visible } from './visible.ts';

const interactions: RecordList = {
  entity: 'interaction',
  orderings: bothWays('occurredAt'),
  filters: fieldFilters('interaction', {
    system: 'oneOf',
    channel: 'oneOf',
    direction: 'oneOf',
    occurredAt: 'span',
  }),
  groupings: {
    CHANNEL: { field: 'channel' },
    DIRECTION: { field: 'direction' },
    MONTH: { month: 'occurredAt' },
    CUSTOMER: 'customer',
    SYSTEM: 'system',
  },
  sums: {},
};

/** Somebody should have asked again before today, and nothing is known to have come of it. */
const followUpOverdue: Filter = (wanted, { dialect, today, zone = 'UTC' }) => ({
  sql: `COALESCE(t.follow_up_due_at < ? AND t.follow_up_outcome IS NULL, 0) = ${wanted ? 1 : 0}`,
  parameters: [encodeValue({ type: 'instant' }, startOfDate(today, zone), dialect)],
});

const cases: RecordList = {
  entity: 'serviceCase',
  orderings: bothWays('openedAt'),
  filters: {
    ...fieldFilters('serviceCase', {
      system: 'oneOf',
      kind: 'oneOf',
      status: 'oneOf',
      sourceStatus: 'oneOf',
      priority: 'oneOf',
      caseNumber: 'oneOf',
      openedAt: 'span',
      followUpDueAt: 'span',
    }),
    followUpOverdue,
  },
  groupings: {
    KIND: { field: 'kind' },
    STATUS: { field: 'status' },
    SOURCE_STATUS: { field: 'sourceStatus' },
    PRIORITY: { field: 'priority' },
    MONTH: { month: 'openedAt' },
    CUSTOMER: 'customer',
    SYSTEM: 'system',
  },
  sums: {},
};

const surveys: RecordList = {
  entity: 'surveyResponse',
  orderings: bothWays('respondedAt'),
  filters: fieldFilters('surveyResponse', {
    system: 'oneOf',
    kind: 'oneOf',
    respondedAt: 'span',
    score: 'span',
  }),
  groupings: {},
  sums: {},
};

const opportunities: RecordList = {
  entity: 'opportunity',
  orderings: bothWays('openedOn'),
  filters: fieldFilters('opportunity', {
    system: 'oneOf',
    status: 'oneOf',
    stage: 'oneOf',
    currency: 'oneOf',
    openedOn: 'span',
    closeDate: 'span',
    amount: 'span',
  }),
  groupings: {
    STATUS: { field: 'status' },
    STAGE: { field: 'stage' },
    MONTH: { month: 'openedOn' },
    CURRENCY: { field: 'currency' },
    CUSTOMER: 'customer',
    SYSTEM: 'system',
  },
  sums: { amount: 'amount' },
};

export interface EngagementStores {
  interactions: RecordStore;
  cases: RecordStore;
  surveys: RecordStore;
  opportunities: RecordStore;
}

export function createEngagementStores(sql: Sql, visible: Visible): EngagementStores {
  return {
    interactions: createRecordStore(sql, interactions, visible),
    cases: createRecordStore(sql, cases, visible),
    surveys: createRecordStore(sql, surveys, visible),
    opportunities: createRecordStore(sql, opportunities, visible),
  };
}
