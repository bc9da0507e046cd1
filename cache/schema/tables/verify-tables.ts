import { code, id, instant, integer, message, stream, system, type TableShape } from './table-shape.ts';

/** What verify found, one row each time a stream was compared with its source. */
export const verifyTables: Record<string, TableShape> = {
  verify_runs: {
    columns: {
      id,
      system,
      stream,
      /** CHECKSUM, KEY_VERSION or RECORDS; null where it did not come to comparing. */
      method: code,
      /** Why not by checksums, for people. */
      reason: message,
      outcome: code,
      started_at: instant,
      finished_at: instant,
      records_compared: integer,
      /** Records read from the source one by one, because their checksums or versions differed. */
      records_reread: integer,
      missing: integer,
      extra: integer,
      different: integer,
      /** null where no repair was asked for. */
      repaired: integer,
      error_code: code,
      error_message: message,
      completeness: code,
      completeness_reason: message,
      completeness_total: integer,
      completeness_came: integer,
    },
    primary: ['id'],
    required: ['system', 'stream', 'outcome', 'started_at', 'finished_at'],
    indexes: [['system', 'stream', 'started_at']],
  },
};
