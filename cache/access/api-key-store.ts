import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Cache, Row } from '../database/database.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeValue, encodeValue } from '../sql/row-codec.ts';

/** A key as it may be shown: never its secret. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  /** Claim → values, for row rules. */
  claims: Record<string, string[]>;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
  lastUsedAt: string | null;
}

interface NewApiKey {
  name: string;
  scopes: readonly string[];
  claims: Readonly<Record<string, readonly string[]>>;
  expiresAt: string;
  now: string;
}

export interface ApiKeyStore {
  /** The whole key is in the answer and nowhere else: the database has a hash of its secret. */
  create(key: NewApiKey): Promise<{ key: string; id: string }>;
  list(): Promise<ApiKey[]>;
  /** False when there is no such key that still holds. */
  revoke(id: string, now: string): Promise<boolean>;
  /** The key a caller has shown, when its secret is right; whether it still holds is in the key. */
  find(shown: string): Promise<ApiKey | null>;
  noteUse(id: string, now: string): Promise<void>;
}

/** What a key looks like, so that one that leaked into a repository can be found. */
const SHAPE = /^c360_([0-9a-f]{12})_([\w-]{43})$/;

export function createApiKeyStore(cache: Cache): ApiKeyStore {
  const at = (value: string) => encodeValue(instant, value, cache.dialect);
  return {
    async create({ name, scopes, claims, expiresAt, now }) {
      const id = randomBytes(6).toString('hex');
      const secret = randomBytes(32).toString('base64url');
      await cache.execute(
        `INSERT INTO api_keys (id, name, secret_hash, scopes, claims, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [id, name, hashOf(secret), JSON.stringify(scopes), JSON.stringify(claims), at(now), at(expiresAt)],
      );
      return { key: `c360_${id}_${secret}`, id };
    },

    async list() {
      const rows = await cache.query('SELECT * FROM api_keys ORDER BY created_at, id LIMIT 1000');
      return rows.map(decode);
    },

    async revoke(id, now) {
      const changed = await cache.execute('UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', [
        at(now),
        id,
      ]);
      return changed > 0;
    },

    async find(shown) {
      const [, id, secret] = SHAPE.exec(shown) ?? [];
      if (id === undefined || secret === undefined) return null;
      const [row] = await cache.query('SELECT * FROM api_keys WHERE id = ?', [id]);
      const known = Buffer.from(String(row?.secret_hash ?? hashOf('')));
      return timingSafeEqual(known, Buffer.from(hashOf(secret))) && row ? decode(row) : null;
    },

    async noteUse(id, now) {
      await cache.execute('UPDATE api_keys SET last_used_at = ? WHERE id = ?', [at(now), id]);
    },
  };

  function decode(row: Row): ApiKey {
    const when = (value: unknown) => decodeValue(instant, value, cache.dialect) as string | null;
    return {
      id: String(row.id),
      name: String(row.name),
      scopes: JSON.parse(String(row.scopes)) as string[],
      claims: JSON.parse(String(row.claims)) as Record<string, string[]>,
      createdAt: String(when(row.created_at)),
      expiresAt: String(when(row.expires_at)),
      revokedAt: when(row.revoked_at),
      lastUsedAt: when(row.last_used_at),
    };
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
