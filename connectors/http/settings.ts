import { z } from 'zod';

/** How much may be asked of a source; what it asks for itself by `Retry-After` comes on top. */
export const rateLimit = z
  .strictObject({
    /** Requests a second, evenly spaced; fewer than one are a pause between two. As fast as it answers when left out. */
    requestsPerSecond: z.number().positive().max(1_000).optional(),
    /** Requests at once. */
    concurrent: z.int().min(1).max(64).default(8),
  })
  .prefault({});

export type RateLimit = z.infer<typeof rateLimit>;

/**
 * Where a source's own links lead, for a source behind a gateway that shows it under another path. The host of a link
 * is always the one of `url`.
 */
export const rewriteLinks = z
  .array(
    z.strictObject({
      /** The beginning of the path, or of the whole address, as the source writes it in its links. */
      from: z.union([z.string().regex(/^\/[^?#]*$/), z.url({ protocol: /^https?$/ })], {
        error: 'expected the beginning of a path or an address, such as /internal/api or http://backend:8080/api',
      }),
      /** The path on the host of `url` that takes its place. */
      to: z.string().regex(/^\/[^?#]*$/, 'expected a path on the host of `url`, such as /erp/v1'),
    }),
  )
  .max(20)
  .default([]);
