import { code, decimal, hash, id, instant, integer, key, longText, message, type TableShape } from './table-shape.ts';

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
    columns: { party_id: id, customer_id: id, rule: code, linked_at: instant, confidence: decimal },
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
  /** Parties with a new profile, whose pairs are judged by a later transaction. */
  identity_unjudged: {
    columns: { party_id: id },
    primary: ['party_id'],
    required: [],
    indexes: [],
  },
  /** Parties as they are compared. `made_with` names the models and settings they were last compared by. */
  identity_profiles: {
    columns: { party_id: id, profile: longText, made_with: hash },
    primary: ['party_id'],
    required: ['profile', 'made_with'],
    indexes: [],
  },
  /** Pairs that are linked (`rule`) or doubtful; the weight in thousandths of a bit. `party_a` is the lower id. */
  identity_pairs: {
    columns: { party_a: id, party_b: id, weight: integer, rule: code },
    primary: ['party_a', 'party_b'],
    required: ['weight'],
    indexes: [['party_b'], ['rule', 'weight']],
  },
  /** What stewards said of pairs; holds in every later run. */
  identity_decisions: {
    columns: { party_a: id, party_b: id, verdict: code, weight: integer, action_id: id, decided_at: instant },
    primary: ['party_a', 'party_b'],
    required: ['verdict', 'action_id', 'decided_at'],
    indexes: [['party_b'], ['action_id'], ['verdict', 'weight']],
  },
  /** What stewards did: the audit of identity. */
  identity_actions: {
    columns: { id, action: code, actor: key, reason: message, details: longText, acted_at: instant },
    primary: ['id'],
    required: ['action', 'actor', 'details', 'acted_at'],
    indexes: [['acted_at', 'id']],
  },
  /** Ids that were merged into others, with what is needed to bring them back. */
  identity_merges: {
    columns: {
      id,
      old_id: id,
      customer_id: id,
      action_id: id,
      before: longText,
      merged_at: instant,
      undone_at: instant,
    },
    primary: ['id'],
    required: ['old_id', 'customer_id', 'before', 'merged_at'],
    indexes: [['old_id', 'merged_at'], ['customer_id']],
  },
  /** What agreement weighs, as learnt. */
  identity_models: {
    columns: {
      kind: code,
      version: integer,
      seed: integer,
      records: integer,
      parameters: longText,
      learnt_at: instant,
    },
    primary: ['kind', 'version'],
    required: ['seed', 'records', 'parameters', 'learnt_at'],
    indexes: [],
  },
};
