import type { Cache } from '../../cache/database/database.ts';
import type { Completeness } from '../../cache/streams/completeness.ts';
import type { Drift } from '../../cache/streams/drift-event.ts';
import type { PageCounts, RunMode, StreamName } from '../../cache/sync/sync-store.ts';
import type { HubError } from '../../config/errors.ts';
import type { Log } from '../../config/observability/log.ts';
import type { HubSettings, SourceSettings } from '../../config/settings/settings.ts';
import type { Connector } from '../../connectors/connector.ts';

/** What every job on one stream needs. */
export interface StreamRequest extends StreamName {
  source: SourceSettings;
  connector: Connector;
  cache: Cache;
  identity: HubSettings['identity'];
  /** Source → priority, for the golden record. */
  priorities: Readonly<Record<string, number>>;
  /** Names this process in leases. */
  owner: string;
  log: Log;
  /** Aborted to stop: the page being saved is finished, the lease given back, the outcome is PARTIAL. */
  signal: AbortSignal;
  /** How long a lease lasts without a heartbeat, in milliseconds. */
  leaseTtl?: number;
  onProgress?: (progress: SyncProgress) => void;
}

export interface SyncRequest extends StreamRequest {
  /** Read everything, whatever the checkpoint says. */
  full?: boolean;
}

export interface RunCounts extends PageCounts {
  pages: number;
  read: number;
}

/** Told after every page that was committed; the counts are those of the run so far. */
interface SyncProgress extends StreamName, RunCounts {
  mode: RunMode;
}

export interface RunFacts extends StreamName, RunCounts {
  /** Its row in `sync_runs`; null when the run could not even be written down. */
  runId: string | null;
  mode: RunMode | null;
  reason: string | null;
  /** Changes of the records' shape that this run was the first to see. */
  drift: readonly Drift[];
  /** Whether the run read all there was to read; null where it did not get to the end. */
  completeness: Completeness | null;
  /** Records a key scan missed and that stay in the cache, because the scan may not have been complete. */
  withheld: number;
}

/** How a run went. Runs never throw for what happens to them: a failure is an outcome, and a row in `sync_runs`. */
export type SyncRun =
  | (RunFacts & { outcome: 'SUCCEEDED' })
  /** Stopped by the signal; goes on where it stopped. */
  | (RunFacts & { outcome: 'PARTIAL' })
  | (RunFacts & { outcome: 'FAILED'; error: HubError })
  /** Somebody else is at it; nothing was done. */
  | (RunFacts & { outcome: 'BUSY'; error: HubError });

export const noCounts: RunCounts = { pages: 0, read: 0, changed: 0, unchanged: 0, deleted: 0, quarantined: 0 };

/** A run that ended before it could begin. */
export function neverStarted({ system, stream }: StreamName, reason: string | null = null): RunFacts {
  return { system, stream, ...noCounts, runId: null, mode: null, reason, drift: [], completeness: null, withheld: 0 };
}
