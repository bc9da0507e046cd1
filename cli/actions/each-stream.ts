import pLimit from 'p-limit';
import type { StreamChoice } from './select-streams.ts';

/** Streams of one source at a time. */
const AT_ONCE = 2;

/** Does the work for every stream: sources side by side, the streams of one two at a time. Results in stream order. */
export async function eachStream<T>(
  streams: readonly StreamChoice[],
  work: (choice: StreamChoice) => Promise<T>,
): Promise<T[]> {
  const limits = new Map<string, ReturnType<typeof pLimit>>();
  const limitOf = (system: string) => {
    const limit = limits.get(system) ?? pLimit(AT_ONCE);
    limits.set(system, limit);
    return limit;
  };
  return Promise.all(streams.map((choice) => limitOf(choice.system)(() => work(choice))));
}
