import type { ErrorCode } from '../../config/errors.ts';
import type { Entity } from '../../schema/records.ts';
import type { Completeness, StreamCompleteness } from '../streams/completeness.ts';
import type { Drift } from '../streams/drift-event.ts';
import type { FieldValue, PageRecord, PreparedPage } from './page-record.ts';

export interface StreamName {
  system: string;
  stream: string;
}

/** The right to write one stream until `expiresAt` (database time). `token` grows with every claim and fences writes. */
export interface Lease extends StreamName {
  owner: string;
  token: number;
  expiresAt: string;
}

export type RunMode = 'FULL' | 'INCREMENTAL' | 'RECONCILE';
type RunOutcome = 'SUCCEEDED' | 'PARTIAL' | 'FAILED';

export interface StreamState extends StreamName {
  /** As `savePage` or `finishRun` last wrote it; null before the first page. */
  checkpoint: unknown;
  lastAttemptAt: string | null;
  /** The cache held everything the source had at this instant. */
  lastSuccessAt: string | null;
  lastOutcome: RunOutcome | 'RUNNING' | null;
  lastErrorCode: string | null;
  lastErrorMessage: string | null;
  /** Failed passes in a row. */
  failures: number;
  lastReconcileAt: string | null;
  lastVerifyAt: string | null;
  lastVerifyDifferences: number | null;
  /** Whether the last read that looked at all of the source gave all of it; null before the first. */
  completeness: StreamCompleteness | null;
  leaseOwner: string | null;
  leaseExpiresAt: string | null;
}

interface StartRun {
  lease: Lease;
  mode: RunMode;
  /** Why this mode, for people: `no checkpoint yet`, `the mapping changed`. */
  reason: string | null;
  windowFrom: string | null;
  now: string;
}

export interface FinishRun {
  lease: Lease;
  runId: string;
  outcome: RunOutcome;
  errorCode?: ErrorCode;
  errorMessage?: string;
  /** Written with the outcome; left out or null, the checkpoint stays as the last page left it. */
  checkpoint?: object | null;
  /** For SUCCEEDED: what the source had at this instant is in the cache. The start of the run when left out. */
  asOf?: string;
  /**
   * For SUCCEEDED: whether the run read all there was to read. That of a full read or key scan becomes the stream's;
   * that of an incremental read only when it is UNKNOWN, since changes may be missing from then on. A key scan that is
   * UNKNOWN proves nothing and takes nothing away.
   */
  completeness?: Completeness | null;
  now: string;
}

export interface SavePage {
  lease: Lease;
  runId: string;
  mappingHash: string;
  prepared: PreparedPage;
  /** null leaves the checkpoint as it is. */
  checkpoint: object | null;
  /**
   * Writes raw records and canonical rows whatever is stored, even where content and version say that nothing changed:
   * for records whose rows were altered behind the hub's back. False when left out.
   */
  rewrite?: boolean;
  /**
   * No version can be later than this: stored ones that are came of a clock that has been put back, and nothing is
   * older than they. null or left out where no clock tells.
   */
  latestVersion?: string | null;
  /** Changes of the records' shape that this page brought, and the shape as it is known after it. */
  drift?: PageDrift;
  now: string;
}

export interface PageDrift {
  /** Only those that are no open event yet. */
  events: readonly Drift[];
  /** null leaves what is stored as it is. */
  shape: string | null;
}

export interface NoteDrift extends PageDrift {
  lease: Lease;
  runId: string;
  now: string;
}

/** Adds up to the different keys of the page; a record older than the stored one counts as unchanged. */
export interface PageCounts {
  changed: number;
  unchanged: number;
  deleted: number;
  quarantined: number;
}

export interface DeleteMissing {
  lease: Lease;
  runId: string;
  keys: readonly string[];
  /** Tombstones too: rows that were left standing under them, or put there, are removed. False when left out. */
  rewrite?: boolean;
  /** Ids of source records that there are not, and that rows name all the same: those rows are removed. */
  strays?: readonly string[];
  now: string;
}

export interface StoredKey {
  id: string;
  key: string;
  version: string | null;
  contentHash: string;
  mappingHash: string;
  deletedAt: string | null;
  /** Over its canonical rows, as it was noted when they were written; null where it was not. */
  rowsChecksum: string | null;
}

interface KeysOf extends StreamName {
  /** The id of the last key of the page before; null for the first page. */
  after: string | null;
  first: number;
  /** Tombstones too, or nothing else; only live records when left out. */
  deleted?: boolean | 'only';
}

export interface StoredRow {
  entity: Entity;
  id: string;
  originId: string;
  system: string;
  key: string;
  /** As stored, in canonical text (`canonicalValue` of cache/sql/row-codec.ts gives the same for a mapped value). */
  fields: Record<string, FieldValue>;
}

/** What came of comparing a stream with its source. */
export interface VerifyRun extends StreamName {
  /** CHECKSUM, KEY_VERSION or RECORDS; null where it did not come to comparing. */
  method: string | null;
  /** Why not by checksums. */
  reason: string | null;
  outcome: 'EQUAL' | 'DIFFERENT' | 'UNPROVED' | 'FAILED' | 'STOPPED';
  startedAt: string;
  finishedAt: string;
  /** Records of the source that were compared; null, as all counts, where it did not come to comparing. */
  compared: number | null;
  /** Of these, those that were read by their key because they seemed to differ. */
  reread: number | null;
  missing: number | null;
  extra: number | null;
  different: number | null;
  /** null where no repair was asked for. */
  repaired: number | null;
  /** Whether the read of the source that was compared gave all of it; null where it did not come to comparing. */
  completeness: Completeness | null;
  errorCode: string | null;
  /** What the error is; for UNPROVED, why. */
  errorMessage: string | null;
}

/** The write side of the cache: everything a sync pass, reconcile and verify do to it. */
export interface SyncStore {
  /** The lease of a stream, or null while somebody else (or another pass of this owner) holds it. `ttl` in ms. */
  claim(request: StreamName & { owner: string; ttl: number }): Promise<Lease | null>;
  /** Extends a lease from now by `ttl` ms. Throws LEASE_LOST when somebody has taken it over. */
  renew(lease: Lease, ttl: number): Promise<Lease>;
  /** Gives a lease back; does nothing when it was lost. */
  release(lease: Lease): Promise<void>;
  state(name: StreamName): Promise<StreamState>;
  startRun(run: StartRun): Promise<string>;
  finishRun(run: FinishRun): Promise<void>;
  /** What of a page needs no database: it can be done while the page before is being written. */
  preparePage(name: StreamName, records: readonly PageRecord[]): Promise<PreparedPage>;
  /** One page and its checkpoint in one transaction. Throws LEASE_LOST, having written nothing, when fenced off. */
  savePage(page: SavePage): Promise<PageCounts>;
  /** Tombstones for live records that the source no longer has. */
  deleteMissing(request: DeleteMissing): Promise<{ deleted: number }>;
  /** The shape of a stream's records as last written, and the ids of its changes that nobody has acknowledged. */
  shape(name: StreamName): Promise<{ shape: string | null; open: ReadonlySet<string> }>;
  /** Writes changes of shape without a page: those that keep the page from being written. */
  noteDrift(request: NoteDrift): Promise<void>;
  noteReconcile(request: { lease: Lease; now: string }): Promise<void>;
  /** Writes down what a verify found. */
  noteVerify(run: VerifyRun): Promise<void>;
  /** The stored records of a stream, ordered by id. */
  keysOf(request: KeysOf): Promise<StoredKey[]>;
  /** The records in quarantine, ordered by id: some of them were never stored. */
  quarantinedKeys(request: Omit<KeysOf, 'deleted'>): Promise<{ id: string; key: string }[]>;
  /** The stored records with these source keys, tombstones included; unknown ones are left out. */
  recordsByKeys(request: StreamName & { keys: readonly string[] }): Promise<StoredKey[]>;
  /** The canonical rows made of these source records, read back from their tables. */
  canonicalRowsOf(originIds: readonly string[]): Promise<StoredRow[]>;
}
