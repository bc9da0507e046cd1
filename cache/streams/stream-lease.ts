import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { Cache, Sql } from '../database/database.ts';
import { databaseNow, databaseNowPlus, forUpdate, upsert } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeCount, decodeValue } from '../sql/row-codec.ts';
import type { Lease, StreamName, SyncStore } from '../sync/sync-store.ts';
import { describeOwner, isGone } from './lease-owner.ts';

/**
 * One writer a stream. Who holds the lease, and until when, is decided by the database and its clock; what a
 * holder that has been overtaken still tries to write is refused by its token, which is older than the row's. The
 * lease of a process that is known to be no more is free at once.
 */
export function createStreamLease(cache: Cache): Pick<SyncStore, 'claim' | 'renew' | 'release'> {
  const { dialect } = cache;
  const free = () =>
    defends('stream lease') ? `(lease_expires_at IS NULL OR lease_expires_at <= ${databaseNow(dialect)})` : '1 = 1';

  return {
    async claim({ system, stream, owner, ttl }) {
      return cache.transaction(async (sql) => {
        await upsert(sql, {
          table: 'stream_states',
          columns: ['system', 'stream'],
          key: ['system', 'stream'],
          rows: [[system, stream]],
        });
        const claimed = await sql.execute(
          `UPDATE stream_states
           SET lease_owner = ?, lease_token = COALESCE(lease_token, 0) + 1, lease_expires_at = ${databaseNowPlus(dialect)}
           WHERE \`system\` = ? AND stream = ? AND ${free()}`,
          [owner, ttl, system, stream],
        );
        if (claimed === 1 || (await takeOver(sql, { system, stream, owner, ttl }))) {
          return readLease(sql, { system, stream });
        }
        return null;
      });
    },

    async renew(lease, ttl) {
      const { system, stream, owner, token } = lease;
      return cache.transaction(async (sql) => {
        const renewed = await sql.execute(
          `UPDATE stream_states SET lease_expires_at = ${databaseNowPlus(dialect)}
           WHERE \`system\` = ? AND stream = ? AND lease_owner = ? AND lease_token = ?`,
          [ttl, system, stream, owner, token],
        );
        if (renewed === 0) throw leaseLost(lease);
        return readLease(sql, lease);
      });
    },

    async release({ system, stream, owner, token }) {
      await cache.execute(
        `UPDATE stream_states SET lease_owner = NULL, lease_expires_at = NULL
         WHERE \`system\` = ? AND stream = ? AND lease_owner = ? AND lease_token = ?`,
        [system, stream, owner, token],
      );
    },
  };
}

/** Takes a lease whose holder is known to be no more, if it is still the same one; whether it did. */
async function takeOver(
  sql: Sql,
  { system, stream, owner, ttl }: StreamName & { owner: string; ttl: number },
): Promise<boolean> {
  const held = await readLease(sql, { system, stream });
  if (!isGone(held.owner)) return false;
  const taken = await sql.execute(
    `UPDATE stream_states
     SET lease_owner = ?, lease_token = lease_token + 1, lease_expires_at = ${databaseNowPlus(sql.dialect)}
     WHERE \`system\` = ? AND stream = ? AND lease_owner = ? AND lease_token = ?`,
    [owner, ttl, system, stream, held.owner, held.token],
  );
  return taken === 1;
}

/**
 * To be called first in every transaction that writes a stream: locks the stream's row until the transaction ends,
 * and throws LEASE_LOST unless the lease is still the last one given.
 */
export async function checkFence(sql: Sql, lease: Lease): Promise<void> {
  if (!(await holdsFence(sql, lease))) throw leaseLost(lease);
}

/**
 * Whether a lease is still the last one given; locks the stream's row. One that has run out but that nobody has
 * taken over still holds: nobody can take it over while the row is locked.
 */
export async function holdsFence(sql: Sql, { system, stream, owner, token }: Lease): Promise<boolean> {
  const [row] = await sql.query(
    `SELECT lease_owner, lease_token FROM stream_states WHERE \`system\` = ? AND stream = ?${forUpdate(sql.dialect)}`,
    [system, stream],
  );
  return (row?.lease_owner === owner && decodeCount(row.lease_token) === token) || !defends('fence');
}

async function readLease(sql: Sql, { system, stream }: StreamName): Promise<Lease> {
  const [row] = await sql.query(
    'SELECT lease_owner, lease_token, lease_expires_at FROM stream_states WHERE `system` = ? AND stream = ?',
    [system, stream],
  );
  return {
    system,
    stream,
    owner: String(row?.lease_owner),
    token: decodeCount(row?.lease_token),
    expiresAt: String(decodeValue(instant, row?.lease_expires_at, sql.dialect)),
  };
}

export function leaseLost({ system, stream, owner }: Lease): HubError {
  return new HubError(
    'LEASE_LOST',
    `Expected ${describeOwner(owner)} to hold the lease of ${system}/${stream}, but it was released or another process has taken it over. ` +
      'Nothing was written; the process that holds it now goes on from the last checkpoint.',
    { source: system, stream },
  );
}
