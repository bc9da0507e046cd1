import { HubError } from '../../config/errors.ts';
import { closest } from '../../config/settings/closest.ts';
import type { Settings, SourceSettings } from '../../config/settings/settings.ts';

export interface StreamChoice {
  system: string;
  stream: string;
}

/** The streams a command is about: all, those of one source (`erp`), or one (`erp/orders`). Throws STREAM_UNKNOWN. */
export function selectStreams(settings: Pick<Settings, 'sources'>, target: string | undefined): StreamChoice[] {
  const all = Object.entries(settings.sources).flatMap(([system, source]) => streamsOf(system, source));
  if (target === undefined) return all;
  const [system = '', stream] = target.split('/');
  const own = all.filter((choice) => choice.system === system);
  if (own.length === 0 && !settings.sources[system]) {
    throw unknown(`a source named ${system}`, system, Object.keys(settings.sources));
  }
  if (stream === undefined) return own;
  const chosen = own.filter((choice) => choice.stream === stream);
  if (chosen.length === 0)
    throw unknown(
      `a stream ${target}`,
      stream,
      own.map((choice) => choice.stream),
    );
  return chosen;
}

/** The name of a configured source, or STREAM_UNKNOWN. */
export function selectSource(settings: Pick<Settings, 'sources'>, system: string): string {
  if (settings.sources[system]) return system;
  throw unknown(`a source named ${system}`, system, Object.keys(settings.sources));
}

function streamsOf(system: string, source: SourceSettings): StreamChoice[] {
  return Object.keys(source.streams).map((stream) => ({ system, stream }));
}

function unknown(what: string, given: string, known: readonly string[]): HubError {
  const meant = closest(given, known);
  const advice = meant ? `Did you mean ${meant}?` : `There are: ${known.join(', ')}.`;
  return new HubError('STREAM_UNKNOWN', `The settings have not got ${what}. ${advice}`);
}
