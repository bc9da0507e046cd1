import { HubError } from '../config/errors.ts';

/** The settings of a stream. Throws STREAM_UNKNOWN naming the ones there are. */
export function streamOf<S>(system: string, streams: Readonly<Record<string, S>>, name: string): S {
  const stream = Object.hasOwn(streams, name) ? streams[name] : undefined;
  if (stream !== undefined) return stream;
  throw new HubError(
    'STREAM_UNKNOWN',
    `Expected a stream of ${system} (${Object.keys(streams).join(', ') || 'it has none'}), got "${name}".`,
    { source: system },
  );
}
