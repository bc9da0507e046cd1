import type { StreamName } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { CursorSettings } from '../../config/settings/settings.ts';
import type { SourceRecord } from '../../connectors/connector.ts';
import { instantOf, shiftInstant } from '../../schema/time.ts';

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
 * Brings a version of the future (a typo, a source clock that jumped) down to the source's own clock less the
 * lookback, so that it neither blinds the stream nor stands in the way of its own correction, which may be stamped
 * now already and be seen only later. Up to the lookback ahead is clock skew.
 */
export function withPlausibleVersion(record: SourceRecord, now: string, cursor: Window | undefined): SourceRecord {
  if (record.version === null || !cursor || !defends('future cap')) return record;
  const version = capVersion(record.version, now, cursor);
  return version === record.version ? record : { ...record, version };
}

function capVersion(version: string, now: string, cursor: Window): string {
  const bound = latestPlausible(now, cursor);
  const capped = versionAt(shiftInstant(now, -cursor.lookback), cursor.type);
  return capped !== null && bound !== null && version > bound ? capped : version;
}

/** The latest version a record may carry at `now` of the source's clock; null for integers, which no clock tells. */
export function latestPlausible(now: string, cursor: Window | undefined): string | null {
  if (!cursor) return null;
  const tolerance = cursor.type === 'date' ? Math.max(cursor.lookback, DAY) : cursor.lookback;
  return versionAt(shiftInstant(now, tolerance), cursor.type);
}

/**
 * Throws SOURCE_CURSOR_EXPIRED, after which the stream is read in full, when a pass would begin after the source's
 * own clock: it was put back, and what is stamped since then lies before the cursor.
 */
export function expectClockNotPutBack(
  since: string | null,
  now: string | null,
  cursor: Window | undefined,
  { system, stream }: StreamName,
): void {
  const latest = now === null || !cursor ? null : versionAt(now, cursor.type);
  if (since === null || latest === null || since <= latest || !defends('clock put back')) return;
  throw new HubError(
    'SOURCE_CURSOR_EXPIRED',
    `Expected ${system}/${stream} to be read up to a moment that is past, got ${since} where the source's clock says ${now}: ` +
      'it was put back. The stream is read in full.',
    { source: system, stream },
  );
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
