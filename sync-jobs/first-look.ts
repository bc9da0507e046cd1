import type { StreamChecksums, Unable } from '../connectors/connector.ts';
import { catchUp } from './catch-up.ts';
import type { Look } from './look.ts';
import { lookAtChecksums } from './look-at-checksums.ts';
import { lookAtRecords } from './look-at-records.ts';
import { lookAtVersions } from './look-at-versions.ts';
import type { Sides } from './record-state.ts';
import { runSync } from './run-sync.ts';
import type { StreamRequest } from './sync-run.ts';

/** `quick`: versions will do where there are no checksums. `full`: every record is read, whatever checksums say. */
export type Thoroughness = 'quick' | 'proof' | 'full';

export interface FirstLook {
  look: Look;
  /** Why the source was not compared by checksums, to go on after "because"; null where it was. */
  reason: string | null;
}

interface FirstLookRequest {
  thoroughness?: Thoroughness | undefined;
  /** The stream's records tell versions. */
  versioned: boolean;
  job: StreamRequest;
  onProgress?: ((progress: { system: string; stream: string; compared: number }) => void) | undefined;
}

/** Compares the two sides in the cheapest way that proves what was asked for. */
export async function firstLook(
  sides: Sides,
  { thoroughness = 'proof', versioned, job, onProgress }: FirstLookRequest,
): Promise<FirstLook> {
  const { system, stream } = sides.request;
  const tell = (compared: number) => onProgress?.({ system, stream, compared });
  if (thoroughness === 'full') return { look: await lookAtRecords(sides, tell), reason: 'it was asked for' };

  const seen = await byChecksums(sides, job, tell);
  if (!('unable' in seen)) return { look: seen, reason: null };
  const look =
    thoroughness === 'quick' && versioned ? await lookAtVersions(sides, tell) : await lookAtRecords(sides, tell);
  return { look, reason: seen.unable };
}

async function byChecksums(sides: Sides, job: StreamRequest, tell: (compared: number) => void): Promise<Look | Unable> {
  const source = await checksumsOf(sides);
  if ('unable' in source) return source;
  const look = await lookAtChecksums(sides, source, tell);
  if (!('unable' in look)) return look;
  // Much of the source has changed since the last pass, or so it seems.
  await catchUp(() => runSync(job), job);
  return await lookAtChecksums(sides, source, tell);
}

async function checksumsOf({ request }: Sides): Promise<StreamChecksums | Unable> {
  const { connector, stream, signal } = request;
  if (!connector.checksums) return { unable: 'sources of its kind compute no checksums' };
  return await connector.checksums(stream, signal);
}
