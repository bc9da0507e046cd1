import { code, id, instant, longText, type TableShape } from './table-shape.ts';

/** Who is who. */
export const identityTables: Record<string, TableShape> = {
  customers: {
    columns: {
      id,
      kind: { type: 'enum', values: [] },
      display_name: { type: 'text', length: 255 },
      legal_name: { type: 'text', length: 255 },
      tax_id: { type: 'text', length: 64 },
      email: { type: 'text', length: 255 },
      phone: { type: 'text', length: 64 },
      website: { type: 'text', length: 255 },
      language: { type: 'text', length: 16 },
      country: { type: 'text', length: 2 },
      birth_date: { type: 'date' },
      search_text: longText,
      created_at: instant,
      updated_at: instant,
    },
    primary: ['id'],
    required: ['kind', 'display_name', 'search_text', 'created_at', 'updated_at'],
    indexes: [
      ['display_name', 'id'],
      ['created_at', 'id'],
      ['updated_at', 'id'],
    ],
  },
  customer_links: {
    columns: { party_id: id, customer_id: id, rule: code, linked_at: instant },
    primary: ['party_id'],
    required: ['customer_id', 'rule', 'linked_at'],
    indexes: [['customer_id', 'party_id']],
  },
  customer_forwards: {
    columns: { old_id: id, customer_id: id, forwarded_at: instant },
    primary: ['old_id'],
    required: ['customer_id', 'forwarded_at'],
    indexes: [['customer_id']],
  },
  identity_keys: {
    columns: { link_key: { type: 'text', length: 255 }, party_id: id },
    primary: ['link_key', 'party_id'],
    required: [],
    indexes: [['party_id']],
  },
  identity_dirty: {
    columns: { party_id: id, marked_at: instant },
    primary: ['party_id'],
    required: ['marked_at'],
    indexes: [],
  },
};
