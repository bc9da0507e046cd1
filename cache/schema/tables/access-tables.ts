import { code, hash, id, instant, longText, type TableShape } from './table-shape.ts';

/** Who may ask, and who read whose personal data. */
export const accessTables: Record<string, TableShape> = {
  api_keys: {
    columns: {
      id: { type: 'text', length: 16 },
      name: { type: 'text', length: 128 },
      /** SHA-256 of the secret: it has 256 random bits, so nothing slower is needed. */
      secret_hash: hash,
      scopes: longText,
      claims: longText,
      created_at: instant,
      expires_at: instant,
      revoked_at: instant,
      last_used_at: instant,
    },
    primary: ['id'],
    required: ['name', 'secret_hash', 'scopes', 'claims', 'created_at', 'expires_at'],
    indexes: [],
  },
  access_audit: {
    columns: {
      id,
      read_at: instant,
      viewer: { type: 'text', length: 255 },
      operation: { type: 'text', length: 255 },
      /** SHA-256 of the operation's text. */
      operation_hash: hash,
      request_id: code,
      customers: longText,
    },
    primary: ['id'],
    required: ['read_at', 'viewer', 'operation', 'customers'],
    indexes: [['read_at', 'id']],
  },
};
