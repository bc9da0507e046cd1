import { hash, instant, type TableShape } from './table-shape.ts';

/** Persons who were erased and must not come back. */
export const privacyTables: Record<string, TableShape> = {
  erased_ids: {
    /** SHA-256 of the id of a party or source record. */
    columns: { id_hash: hash, erased_at: instant },
    primary: ['id_hash'],
    required: ['erased_at'],
    indexes: [],
  },
};
