import { randomUUID } from 'node:crypto';
import { shiftInstant } from '../../schema/time.ts';
import type { Cache } from '../database/database.ts';
import { clip } from '../sql/clip.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeValue, encodeValue } from '../sql/row-codec.ts';

/** One reading of personal data. */
interface PersonalRead {
  viewer: string;
  /** The operation's name, or `anonymous`. */
  operation: string;
  operationHash: string | null;
  requestId: string | null;
  /** The customers and parties whose personal data was in the answer. */
  customers: readonly string[];
}

export interface AccessAuditStore {
  note(read: PersonalRead & { now: string }): Promise<void>;
  /** The newest first; of one customer when named. At most 1,000. */
  list(request: { customer?: string; first: number }): Promise<(PersonalRead & { readAt: string })[]>;
  /** What is older than `kept` milliseconds goes. */
  forget(request: { kept: number; now: string }): Promise<void>;
}

/** One row of the audit names at most so many: it is one statement, and its bytes are bounded. */
const CUSTOMERS_A_ROW = 2_000;

/** Who read whose personal data. */
export function createAccessAuditStore(cache: Cache): AccessAuditStore {
  const at = (value: string) => encodeValue(instant, value, cache.dialect);
  return {
    async note({ viewer, operation, operationHash, requestId, customers, now }) {
      const sorted = [...customers].sort();
      for (let start = 0; start === 0 || start < sorted.length; start += CUSTOMERS_A_ROW) {
        await cache.execute(
          `INSERT INTO access_audit (id, read_at, viewer, operation, operation_hash, request_id, customers)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          [
            randomUUID(),
            at(now),
            clip(viewer, 255),
            clip(operation, 255),
            operationHash,
            requestId,
            JSON.stringify(sorted.slice(start, start + CUSTOMERS_A_ROW)),
          ],
        );
      }
    },

    async list({ customer, first }) {
      const where = customer === undefined ? '1 = 1' : "customers LIKE ? ESCAPE '!'";
      const rows = await cache.query(
        `SELECT * FROM access_audit WHERE ${where} ORDER BY read_at DESC, id LIMIT ${Math.min(first, 1_000)}`,
        customer === undefined ? [] : [`%"${customer.replace(/[!%_]/g, (special) => `!${special}`)}"%`],
      );
      return rows.map((row) => ({
        readAt: String(decodeValue(instant, row.read_at, cache.dialect)),
        viewer: String(row.viewer),
        operation: String(row.operation),
        operationHash: row.operation_hash === null ? null : String(row.operation_hash),
        requestId: row.request_id === null ? null : String(row.request_id),
        customers: JSON.parse(String(row.customers)) as string[],
      }));
    },

    async forget({ kept, now }) {
      await cache.execute('DELETE FROM access_audit WHERE read_at < ?', [at(shiftInstant(now, -kept))]);
    },
  };
}
