import type { ChecksumStore } from '../../cache/sync/checksum-store.ts';
import type { SourceRecordStore } from '../../cache/sync/source-record-store.ts';
import type { StoredKey, SyncStore } from '../../cache/sync/sync-store.ts';
import type { Mapping } from '../../connectors/mapping/compile-mapping.ts';
import type { StreamRequest } from '../pass/sync-run.ts';
import type { ComparableRow } from './record-digest.ts';

/** What one side says of a record: its canonical rows and their digest. */
export interface RecordState {
  digest: string;
  rows: readonly ComparableRow[];
  /** The cache shows it: it has no tombstone. */
  live?: boolean;
  /** What was altered in the cache beside the canonical rows: a column of the source record, and how. */
  altered?: { field: 'raw' | 'rowsChecksum'; how: string };
  /** What the source gave: a record, even if it only says that it is deleted. Left out where it has none. */
  given?: { version: string | null; contentHash: string | null };
  /** What the sync has noted of the record, tombstones included. */
  noted?: Pick<StoredKey, 'version' | 'contentHash' | 'deletedAt'>;
}

export const absent: RecordState = { digest: 'absent', rows: [] };
/** The record does not fit the canonical model or the cache. */
export const rejected: RecordState = { digest: 'rejected', rows: [] };
/** The source has not been heard on the record: it was not asked yet, or its list may be cut before the record. */
export const unknown: RecordState = { digest: 'unknown', rows: [] };

/** Whether the side does not have the record: no record at all, one marked as deleted, or a tombstone. */
export function isAbsent({ digest }: RecordState): boolean {
  return digest === absent.digest;
}

export function sameState(a: RecordState, b: RecordState): boolean {
  return a.digest === b.digest;
}

/** Of most records it is enough to know whether they are alike. */
export function withoutRows(state: RecordState): RecordState {
  return state.rows.length === 0 ? state : { ...state, rows: [] };
}

/** What it takes to ask both sides about one stream. */
export interface Sides {
  request: Pick<StreamRequest, 'system' | 'stream' | 'source' | 'connector' | 'cache' | 'signal'>;
  store: SyncStore;
  rawRecords: SourceRecordStore;
  checksums: ChecksumStore;
  mapping: Mapping;
}
