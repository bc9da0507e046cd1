import type { FieldKind } from '../../../schema/fields.ts';
import { code, id, instant, integer, longText, type TableShape } from './table-shape.ts';

const word: FieldKind = { type: 'enum', values: [] };
const decimal: FieldKind = { type: 'decimal' };
const date: FieldKind = { type: 'date' };
const flag: FieldKind = { type: 'boolean' };

/** What lists of customers are filtered, ordered and counted by. */
const listed: Record<string, FieldKind> = {
  grade: word,
  stage: word,
  segment: word,
  at_risk: flag,
  /** Of the window, in the reporting currency; so are the other amounts. */
  sales: decimal,
  lifetime_value: decimal,
  open_balance: decimal,
  last_order: date,
  open_complaints: integer,
};

/** What the numbers say of each customer, and what they were worked out with. */
export const insightTables: Record<string, TableShape> = {
  customer_insight: {
    columns: { customer_id: id, as_of: date, computed_at: instant, ...listed, numbers: longText },
    primary: ['customer_id'],
    required: ['as_of', 'computed_at', 'numbers'],
    indexes: [
      ['grade', 'sales', 'customer_id'],
      ['stage', 'sales', 'customer_id'],
      ['segment', 'sales', 'customer_id'],
      ['at_risk', 'lifetime_value', 'customer_id'],
      ['lifetime_value', 'customer_id'],
      ['sales', 'customer_id'],
      ['open_balance', 'customer_id'],
      ['last_order', 'customer_id'],
      ['open_complaints', 'customer_id'],
    ],
  },
  /** The last numbers of each month. */
  customer_insight_months: {
    columns: { customer_id: id, month: { type: 'text', length: 7 }, as_of: date, ...listed },
    primary: ['customer_id', 'month'],
    required: ['as_of'],
    indexes: [['month', 'customer_id']],
  },
  /** One row a model and day it was fitted on. */
  insight_models: {
    columns: {
      name: code,
      fitted_on: date,
      fitted_at: instant,
      customers: integer,
      log_likelihood: { type: 'text', length: 32 },
      parameters: longText,
    },
    primary: ['name', 'fitted_on'],
    required: ['fitted_at', 'customers', 'parameters'],
    indexes: [],
  },
  /** How far the change log has been followed, and who is at it. */
  insight_progress: {
    columns: { name: code, sequence: integer, holder: { type: 'text', length: 128 }, held_until: instant },
    primary: ['name'],
    required: ['sequence'],
    indexes: [],
  },
};
