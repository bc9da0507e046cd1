import { defends } from '../config/defences.ts';
import type { CursorSettings } from '../config/settings.ts';
import type { SourceRecord } from '../connectors/connector.ts';
import { instantOf, shiftInstant } from '../schema/time.ts';

type Window = Pick<CursorSettings, 'type' | 'lookback'>;

const DAY = 86_400_000;

/** A version in canonical form, earlier by the stream's lookback. For integers the lookback counts steps. */
export function lookBack(version: string, { type, lookback }: Window): string {
  switch (type) {
    case 'instant':
      return shiftInstant(version, -lookback);
    case 'date':
      return dateOf(shiftInstant(startOf(version), -Math.ceil(lookback / DAY) * DAY));
    case 'integer': {
      const earlier = BigInt(version) - BigInt(lookback);
      return (earlier < 0n ? 0n : earlier).toString().padStart(version.length, '0');
    }
  }
}

/** The version a record changed at `instant` would carry; null for integers, which no clock tells. */
export function versionAt(instant: string, type: CursorSettings['type']): string | null {
  switch (type) {
    case 'instant':
      return instant;
    case 'date':
      return dateOf(instant);
    case 'integer':
      return null;
  }
}

/**
 * Brings a version of the future (a typo, a source clock that jumped) down to the source's own clock, so that it
 * neither blinds the stream nor stands in the way of its own correction. Up to the lookback ahead is clock skew.
 */
export function withPlausibleVersion(record: SourceRecord, now: string, cursor: Window | undefined): SourceRecord {
  if (record.version === null || !cursor || !defends('future cap')) return record;
  const version = capVersion(record.version, now, cursor);
  return version === record.version ? record : { ...record, version };
}

function capVersion(version: string, now: string, cursor: Window): string {
  const ceiling = versionAt(now, cursor.type);
  const tolerance = cursor.type === 'date' ? Math.max(cursor.lookback, DAY) : cursor.lookback;
  const bound = versionAt(shiftInstant(now, tolerance), cursor.type);
  return ceiling !== null && bound !== null && version > bound ? ceiling : version;
}

export function earlier(a: string, b: string | null): string {
  return b === null || a < b ? a : b;
}

export function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

/** A clock that started at the source's time and goes on by ours, so that a long pass asks for it once. */
export function sourceClock(sourceNow: string | null, hubNow: () => number): () => string {
  const startedAt = hubNow();
  const origin = sourceNow ?? instantOf(startedAt);
  return () => shiftInstant(origin, hubNow() - startedAt);
}

function startOf(date: string): string {
  return `${date}T00:00:00.000000Z`;
}

function dateOf(instant: string): string {
  return instant.slice(0, 10);
}
