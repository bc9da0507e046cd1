import type { FieldKind } from '../../../schema/fields.ts';
import { code, id, instant, integer, key, longText, message, stream, system, type TableShape } from './table-shape.ts';

const types: FieldKind = { type: 'text', length: 64 };

/** What the records of each stream look like and when that changed, and which sources are left alone. */
export const healthTables: Record<string, TableShape> = {
  stream_shapes: {
    columns: { system, stream, shape: longText, updated_at: instant },
    primary: ['system', 'stream'],
    required: ['shape', 'updated_at'],
    indexes: [],
  },
  dangling_references: {
    columns: {
      system,
      stream,
      entity: code,
      field: code,
      records: integer,
      samples: longText,
      counted_at: instant,
    },
    primary: ['system', 'stream', 'entity', 'field'],
    required: ['records', 'samples', 'counted_at'],
    indexes: [],
  },
  drift_events: {
    columns: {
      id,
      system,
      stream,
      run_id: id,
      field: { type: 'text', length: 600 },
      kind: code,
      from_types: types,
      to_types: types,
      policy: code,
      is_read: { type: 'boolean' },
      source_key: key,
      seen_at: instant,
      acknowledged_at: instant,
    },
    primary: ['id'],
    required: ['system', 'stream', 'run_id', 'field', 'kind', 'policy', 'is_read', 'seen_at'],
    indexes: [['system', 'stream', 'seen_at'], ['run_id']],
  },
  source_breakers: {
    columns: { system, state: code, since: instant, until: instant, failures: integer, last_error: message },
    primary: ['system'],
    required: ['state', 'since', 'failures'],
    indexes: [],
  },
};
