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
