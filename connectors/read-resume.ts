import type { z } from 'zod';
import { HubError } from '../config/errors.ts';

/**
 * A place in a stream as a connector noted it down for itself. Throws SOURCE_CURSOR_EXPIRED for what this version of
 * it did not write: the stream is then read in full, and no place is guessed.
 */
export function readResume<T>(
  schema: z.ZodType<T>,
  text: string,
  { source, stream }: { source?: string; stream: string },
): T {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Told below, as for any text that was not written here.
  }
  const message = `Expected a place in ${stream} as this version notes it down, got another.`;
  throw new HubError('SOURCE_CURSOR_EXPIRED', message, { ...(source ? { source } : {}), stream });
}
