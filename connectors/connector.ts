import type { SourceSettings } from '../config/settings/settings.ts';
import type { JsonObject } from '../schema/json.ts';
import type { SourceNotices } from './source-notices.ts';

/** One record as the source gave it. */
export interface SourceRecord {
  /** The source's own key, unaltered; compound keys joined by `compoundKey`. */
  key: string;
  /**
   * The change stamp in canonical form, so that text order is change order: an instant
   * (`YYYY-MM-DDThh:mm:ss.ffffffZ`, finer precision cut off), a date, or an integer padded to 20 digits.
   * null where the stream has no cursor or the record carries none.
   */
  version: string | null;
  /** The source itself says that this record is gone (a flag, `@removed`); `data` may then be empty. */
  deleted: boolean;
  data: JsonObject;
  /** Why this record could not be read as one (a line with too few columns): it goes to quarantine with this reason. */
  damage?: string;
  /** The key of this damaged record cannot be read: `key` is a hash of its content. */
  isKeyless?: true;
}

/**
 * What the end of a read proves about whether all records came. The connector gives the evidence; the sync jobs decide
 * on the completeness from it (sync-jobs/pass/completeness.ts).
 */
export interface ReadEvidence {
  /**
   * How many records the source says this read has. Where it says so several times, the smallest: rows may come and go
   * meanwhile. null where it does not say.
   */
  total: number | null;
  /** Records that came, each counted once. Left out where no record comes twice: then all that came are counted. */
  came?: number;
  /**
   * Why the end may be a cut and not the end of the list, in words that go on after "because". null where the paging
   * protocol has an end that cannot be confused with a cut.
   */
  doubt: string | null;
}

export interface Page {
  records: SourceRecord[];
  /** Opaque to everybody but the connector: hand it back as `resume` to go on after this page. null on the last page. */
  next: string | null;
  /**
   * On the last page, from a source that keeps account of its changes: a delta link, the files read so far. Opaque to
   * everybody but the connector. The next pass is asked with it, instead of by a version, and reads what came after.
   */
  delta?: string;
  /** On the last page. Without it the completeness of the read is unknown. */
  evidence?: ReadEvidence;
}

export interface PullRequest {
  /** Read records whose version is at or after this; null reads the stream in full. Canonical form, as `version`. */
  since: string | null;
  /** Where an interrupted pass goes on: the `next` of the last page that was committed. */
  resume: string | null;
  /**
   * The `delta` the last complete pass ended with: read what came after it. Left out where there is none, and when the
   * stream is read in full. Throws SOURCE_CURSOR_EXPIRED when it is no longer good; the stream is then read in full.
   */
  delta?: string;
}

export interface CheckResult {
  /** What was tried, e.g. `login`, `clock`, `orders: one row`, `orders: cursor`. */
  probe: string;
  ok: boolean;
  /** What was seen, or what was expected and what to do. */
  detail: string;
}

export interface DiscoveredStream {
  resource: string;
  /** Path → the source's own type name. */
  fields: Record<string, string>;
  key: string[];
  /** Fields that look like change stamps. */
  cursorCandidates: string[];
  count: number | null;
}

export interface KeyVersion {
  key: string;
  version: string | null;
}

/** A part of a scan of all keys. */
export interface KeyPage {
  keys: KeyVersion[];
  /** On the last page. Without it the completeness of the scan is unknown, and nothing is deleted for missing in it. */
  evidence?: ReadEvidence;
}

/** How records are sorted into buckets: by the first hex digits of SHA-256 over `salt` and their key, in UTF-8. */
interface ChecksumRequest {
  salt: string;
  digits: number;
}

/** `textChecksum` of the records' JSON text, joined by XOR. */
export interface BucketChecksum {
  bucket: string;
  records: number;
  checksum: bigint;
}

interface RecordChecksum {
  key: string;
  checksum: bigint;
}

/**
 * Checksums of a stream, computed in the source: of the JSON text of each live record's `data`, letter by letter as
 * `pull` would give it and lossless-json write it.
 */
export interface StreamChecksums {
  /** All records, in parts: a bucket may come in several, whose counts are to be added and checksums joined. */
  buckets(request: ChecksumRequest): AsyncIterable<BucketChecksum[]>;
  /** The records of these buckets. */
  records(request: ChecksumRequest, buckets: readonly string[]): AsyncIterable<RecordChecksum[]>;
}

/** Why a stream has no checksums, to go on after "because". */
export interface Unable {
  unable: string;
}

/**
 * What a connector offers. It knows its protocol and nothing of the cache, the canonical model or the schedule.
 * All errors are `HubError`s of the SOURCE_* codes with secrets removed. Every call ends when `signal` aborts.
 */
export interface Connector {
  /** Login, clock, one row a stream, cursor usable. Never throws for what it finds; the results say it. */
  check(signal: AbortSignal): Promise<CheckResult[]>;
  discover(signal: AbortSignal): Promise<DiscoveredStream[]>;
  /**
   * Pages of one stream, ordered by (version, key) where the source can order and so that no record is skipped
   * while rows are inserted or deleted; records may come twice. A page that cannot be read in full throws.
   */
  pull(stream: string, request: PullRequest, signal: AbortSignal): AsyncIterable<Page>;
  /** The records with these keys, in any order; missing ones are left out. */
  readByKeys(stream: string, keys: readonly string[], signal: AbortSignal): Promise<SourceRecord[]>;
  /**
   * Whether `readByKeys` asks the source for these very keys. Where it does not, it reads the list and searches it: a
   * key that is not found proves no more than the list does.
   */
  asksByKey(stream: string): boolean;
  /** All keys of live records, with evidence of completeness on the last page. Throws when keys are known to be missing. */
  scanKeys(stream: string, signal: AbortSignal): AsyncIterable<KeyPage>;
  /**
   * Whether what this stream no longer shows may still be there: files of changes are moved away once they are read.
   * Left out, it shows all it has, and what is missing is gone.
   */
  forgets?(stream: string): boolean;
  /** The source's own clock as an instant, or null where it tells none. */
  now(signal: AbortSignal): Promise<string | null>;
  /** Only where sources of this kind can compute checksums. All of it ends when `signal` aborts. */
  checksums?(stream: string, signal: AbortSignal): Promise<StreamChecksums | Unable>;
  close(): Promise<void>;
}

interface ConnectorDependencies<S extends SourceSettings> {
  /** The name of the source in the settings. */
  system: string;
  settings: S;
  /** Told of what happens on the wire. */
  notices?: SourceNotices | undefined;
}

/** Each kind's folder exports one of these. */
export type CreateConnector<S extends SourceSettings> = (dependencies: ConnectorDependencies<S>) => Connector;
