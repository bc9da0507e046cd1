import type { StreamName } from '../../cache/sync/sync-store.ts';
import { HubError } from '../../config/errors.ts';
import type { SourceSettings, StreamSettings } from '../../config/settings/settings.ts';

/** The settings of one stream. Throws STREAM_UNKNOWN, naming those there are. */
export function streamSettingsOf(source: SourceSettings, { system, stream }: StreamName): StreamSettings {
  const settings = Object.hasOwn(source.streams, stream) ? source.streams[stream] : undefined;
  if (settings) return settings;
  const known = Object.keys(source.streams).join(', ') || 'none';
  throw new HubError('STREAM_UNKNOWN', `Expected a stream of ${system} (${known}), got "${stream}".`, {
    source: system,
    stream,
  });
}
