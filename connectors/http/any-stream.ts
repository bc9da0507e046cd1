import { HubError } from '../../config/errors.ts';

const ofOneStream = new Set(['SOURCE_FORBIDDEN', 'SOURCE_NOT_FOUND', 'SOURCE_PROTOCOL', 'SOURCE_CURSOR_EXPIRED']);

/**
 * Asks the streams one after the other until one answers: a stream that may not be read says nothing about the
 * source. Throws the first error when none does, and at once what concerns the source as a whole.
 */
export async function anyStream<T>(streams: readonly string[], ask: (stream: string) => Promise<T>): Promise<T | null> {
  let first: HubError | null = null;
  for (const stream of streams) {
    try {
      return await ask(stream);
    } catch (error) {
      if (!(error instanceof HubError) || !ofOneStream.has(error.code)) throw error;
      first ??= error;
    }
  }
  if (first) throw first;
  return null;
}
