import { code, id, instant, integer, type TableShape } from './table-shape.ts';

/** What changed, in the order in which it became visible: for caches to drop by and for subscribers to hear of. */
export const changeTables: Record<string, TableShape> = {
  change_log: {
    columns: { sequence: integer, customer_id: id, party_id: id, entity: code, record_id: id, changed_at: instant },
    primary: ['sequence'],
    required: ['entity', 'record_id', 'changed_at'],
    indexes: [],
  },
  /** One row. Whoever appends holds it until the commit, so that sequences become visible in their order. */
  change_sequence: {
    columns: { id: integer, last_sequence: integer },
    primary: ['id'],
    required: ['last_sequence'],
    indexes: [],
  },
};
