import { z } from 'zod';
import { sourceSettings, streamSettings } from '../../config/settings/settings.ts';
import { rateLimit } from '../http/settings.ts';

/** One model, read record by record in the order of its ids. */
const jsonRpcStream = streamSettings.extend({
  key: z.literal('id').default('id'),
  /** Only records of this domain, in the product's own notation, e.g. `[[type, =, out]]`. */
  domain: z.array(z.json()).default([]),
  /** Fields read besides those that `records`, `key` and `cursor` name; expressions need theirs listed here. */
  fields: z.array(z.string().min(1)).default([]),
  /**
   * Stamps of linked records whose change also changes this one, e.g. `lines.write_date` where totals are computed
   * from lines.
   */
  touchedBy: z.array(z.string().min(1)).default([]),
});

/** An ERP that offers its models over JSON-RPC. */
export const jsonRpcSettings = sourceSettings.extend({
  kind: z.literal('json-rpc'),
  rateLimit,
  /** Whose JSON-RPC it is: how to sign in, how to search, how values are wrapped. */
  dialect: z.enum(['tryton']),
  /** Where the server is, without the database: `http://erp.example.com:8000/`. */
  url: z.url({ protocol: /^https?$/ }),
  database: z.string().min(1),
  username: z.string().min(1),
  password: z.string().min(1),
  /** Laid over the context of the signed-in user, e.g. `{company: 2}`; inactive records are always read. */
  context: z.record(z.string(), z.json()).default({}),
  /** IANA zone of the server's clock: its stamps carry none. */
  zone: z.string().default('UTC'),
  pageSize: z.int().min(1).max(10_000).default(500),
  streams: z.record(z.string(), jsonRpcStream),
});

export type JsonRpcSettings = z.infer<typeof jsonRpcSettings>;
export type JsonRpcStream = z.infer<typeof jsonRpcStream>;
