import { z } from 'zod';
import { duration } from '../../config/settings/duration.ts';
import { sourceSettings, streamSettings, verifySchedule } from '../../config/settings/settings.ts';

/** Whether the rows of a read are counted by the database, too. */
const counting = z.enum(['on', 'off']);

/** A table, a view, or a query of one's own. */
const sqlStream = streamSettings.extend({
  /** Read instead of a table; `resource` is then only its name in messages. */
  query: z.string().min(1).optional(),
  /** Columns read; all when left out. Key, cursor and delete flag are always read. */
  columns: z.array(z.string().min(1)).min(1).optional(),
  /** Only rows for which this SQL condition holds. */
  where: z.string().min(1).optional(),
  /** The source's when left out. */
  count: counting.optional(),
});

/** A legacy database, read directly and never written to. */
export const sqlSettings = sourceSettings.extend({
  kind: z.literal('sql'),
  /** `mysql://user:password@host:3306/database` (MariaDB too) or `sqlite:path/to/file.db`. */
  url: z.string().regex(/^(mysql|mariadb):\/\/|^sqlite:./, 'expected mysql://…, mariadb://… or sqlite:path'),
  /** Instead of those in the url; here special characters need no percent-encoding. */
  username: z.string().optional(),
  password: z.string().optional(),
  /** Nightly: databases compute checksums, which costs much less than reading them. */
  verifySchedule: verifySchedule.default('43 4 * * *'),
  pageSize: z.int().min(1).max(10_000).default(1_000),
  poolSize: z.int().min(1).max(20).default(4),
  /** `off` for tables that are too large to be counted: nobody then knows whether all of a read came. */
  count: counting.default('on'),
  /** How long a read may hold a snapshot of the database, so that it is counted and read as it was at one moment. */
  snapshot: duration.default(60_000),
  streams: z.record(z.string(), sqlStream),
});

export type SqlSettings = z.infer<typeof sqlSettings>;
export type SqlStream = z.infer<typeof sqlStream>;
