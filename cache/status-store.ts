import type { StreamState } from './sync-store.ts';

/** How one stream stands: its state, and how many records it has. */
export interface StreamStatus extends StreamState {
  /** Live source records. */
  records: number;
  quarantined: number;
}

export interface SyncRunRow {
  id: string;
  system: string;
  stream: string;
  mode: string;
  reason: string | null;
  outcome: 'RUNNING' | 'SUCCEEDED' | 'PARTIAL' | 'FAILED';
  startedAt: string;
  finishedAt: string | null;
  windowFrom: string | null;
  pages: number;
  read: number;
  changed: number;
  unchanged: number;
  deleted: number;
  quarantined: number;
  errorCode: string | null;
  errorMessage: string | null;
}

export interface RunsRequest {
  system?: string;
  stream?: string;
  first: number;
  /** The last run of the page before. */
  after?: { startedAt: string; id: string } | null;
}

/** How the sync stands and what it did. */
export interface StatusStore {
  /** Every stream that was ever claimed, by system and stream. */
  streams(): Promise<StreamStatus[]>;
  /** Newest first. */
  runs(request: RunsRequest): Promise<SyncRunRow[]>;
  run(id: string): Promise<SyncRunRow | null>;
}
