import type { FieldKind } from '../../../schema/fields.ts';
import { id, type TableShape } from './table-shape.ts';

const word: FieldKind = { type: 'enum', values: [] };

/** How far each order is, worked out of its documents. */
export const orderTables: Record<string, TableShape> = {
  order_progress: {
    columns: {
      order_id: id,
      fulfilment: word,
      billing: word,
      settlement: word,
      stage: word,
      next_due: { type: 'date' },
    },
    primary: ['order_id'],
    required: ['fulfilment', 'billing', 'settlement', 'stage'],
    indexes: [
      ['fulfilment', 'order_id'],
      ['billing', 'order_id'],
      ['settlement', 'next_due', 'order_id'],
      ['stage', 'next_due', 'order_id'],
      ['next_due', 'order_id'],
    ],
  },
};
