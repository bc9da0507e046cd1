import { createHash } from 'node:crypto';
import type { SourceSettings, StreamSettings } from '../../config/settings/settings.ts';
import { readerVersions } from '../../connectors/reader-versions.ts';

/** Settings that change when, how often or how fast a stream is read, but not what is read. */
const harmless = new Set([
  'schedule',
  'verifySchedule',
  'catchUpInterval',
  'live',
  'pageSize',
  'quarantineThreshold',
  'drift',
  'records',
  'lookback',
]);

/** As `harmless`, for streams of one kind; others may have something else of this name. */
const harmlessOf: Readonly<Record<string, Record<string, undefined>>> = { sql: { count: undefined } };

/**
 * A hash of the settings that decide what a stream reads (resource, key, cursor, filters, expansions and whatever
 * else its kind has). A checkpoint made under other settings says nothing. The mapping has a hash of its own, and
 * the source's address is left out so that a source may move; the connector's version is in it. The version of the connector is in it.
 */
export function readingHash(
  kind: SourceSettings['kind'],
  stream: StreamSettings,
  versions: Readonly<Record<string, number>> = readerVersions,
): string {
  return createHash('sha256')
    .update(canonicalJson({ kind, version: versions[kind], stream: { ...stream, ...harmlessOf[kind] } }))
    .digest('hex')
    .slice(0, 32);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (name, inner: unknown) => {
    if (harmless.has(name)) return undefined;
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
