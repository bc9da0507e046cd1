import type { ChecksumStore } from '../cache/checksum-store.ts';
import type { SourceRecordStore } from '../cache/source-record-store.ts';
import type { SyncStore } from '../cache/sync-store.ts';
import type { Mapping } from '../connectors/mapping/compile-mapping.ts';
import type { ComparableRow } from './record-digest.ts';
import type { StreamRequest } from './sync-run.ts';

/** What one side says of a record: its canonical rows and their digest. */
export interface RecordState {
  digest: string;
  rows: readonly ComparableRow[];
  /** The cache shows it: it has no tombstone. */
  live?: boolean;
  /** What was altered in the cache beside the canonical rows: a column of the source record, and how. */
  altered?: { field: 'raw' | 'rowsChecksum'; how: string };
}

export const absent: RecordState = { digest: 'absent', rows: [] };
/** The record does not fit the canonical model or the cache. */
export const rejected: RecordState = { digest: 'rejected', rows: [] };

/** Of most records it is enough to know that they are alike. */
export function withoutRows(state: RecordState): RecordState {
  return state === absent || state === rejected ? state : { ...state, rows: [] };
}

/** What it takes to ask both sides about one stream. */
export interface Sides {
  request: Pick<StreamRequest, 'system' | 'stream' | 'source' | 'connector' | 'cache' | 'signal'>;
  store: SyncStore;
  rawRecords: SourceRecordStore;
  checksums: ChecksumStore;
  mapping: Mapping;
}
