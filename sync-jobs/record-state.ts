import type { SourceRecordStore } from '../cache/source-record-store.ts';
import type { SyncStore } from '../cache/sync-store.ts';
import type { Mapping } from '../connectors/mapping/compile-mapping.ts';
import type { ComparableRow } from './record-digest.ts';
import type { StreamRequest } from './sync-run.ts';

/** What one side says of a record: its canonical rows and their digest. */
export interface RecordState {
  digest: string;
  rows: readonly ComparableRow[];
  /** What was altered in the cache beside the canonical rows, in words. */
  altered?: string;
}

export const absent: RecordState = { digest: 'absent', rows: [] };
/** The record does not fit the canonical model or the cache. */
export const rejected: RecordState = { digest: 'rejected', rows: [] };

/** What it takes to ask both sides about one stream. */
export interface Sides {
  request: Pick<StreamRequest, 'system' | 'stream' | 'connector' | 'cache' | 'signal'>;
  store: SyncStore;
  rawRecords: SourceRecordStore;
  mapping: Mapping;
}
