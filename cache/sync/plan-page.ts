import { setImmediate as nextTurn } from 'node:timers/promises';
import { defends } from '../../config/defences.ts';
import type { ErrorCode } from '../../config/errors.ts';
import type { Entity } from '../../schema/records.ts';
import type { Sql } from '../database/database.ts';
import { misfit } from '../schema/column-fit.ts';
import { jsonText } from '../sql/json-text.ts';
import { contentHash } from './content-hash.ts';
import type { PageRecord, PreparedPage, PreparedRecord } from './page-record.ts';
import { sourceRecordId } from './source-record-id.ts';
import type { StreamName } from './sync-store.ts';

/** What the cache knows of a record. */
export interface KnownRecord {
  version: string | null;
  contentHash: string;
  mappingHash: string;
  deletedAt: string | null;
  entities: readonly Entity[];
  /** Records written by earlier versions have no checksum of their rows: they are written again when next read. */
  hasChecksum: boolean;
}

/** A record that is written with its canonical rows, or made a tombstone. */
export interface Changing {
  to: 'write' | 'bury';
  prepared: PreparedRecord;
  known: KnownRecord | undefined;
}

export interface Quarantining {
  to: 'quarantine';
  prepared: PreparedRecord;
  code: ErrorCode;
  message: string;
}

/** `keep`: as the cache has it. `ignore`: older than what the cache has, as if it had not come. */
export type Decision = Changing | Quarantining | { to: 'keep' | 'ignore'; prepared: PreparedRecord };

/** After so many records the process turns to its sockets, as the mapping does: the page before is being written. */
const SLICE = 20;

/** The records of a page by id, sorted by id. Of a record that came twice the newer one stands, of equals the later. */
export async function preparePage(
  name: StreamName,
  records: readonly PageRecord[],
  cache: Pick<Sql, 'dialect' | 'mostBytes'>,
): Promise<PreparedPage> {
  const byId = new Map<string, PageRecord>();
  for (const page of records) {
    const id = sourceRecordId({ ...name, key: page.record.key });
    const before = byId.get(id);
    if (!before || !isOlder(page.record.version, before.record.version)) byId.set(id, page);
  }
  const prepared: PreparedRecord[] = [];
  for (const [id, page] of byId) {
    if (prepared.length > 0 && prepared.length % SLICE === 0) await nextTurn();
    prepared.push(prepare(id, page, cache));
  }
  return { read: records.length, records: prepared.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function prepare(id: string, page: PageRecord, cache: Pick<Sql, 'dialect' | 'mostBytes'>): PreparedRecord {
  const { record } = page;
  const raw = jsonText(record.data);
  const unfit = page.outcome === 'rejected' ? null : misfit(page, raw, cache);
  return { id, record, raw, hash: contentHash(record.data), outcome: outcomeOf(page, unfit) };
}

function outcomeOf(page: PageRecord, unfit: string | null): PreparedRecord['outcome'] {
  if (unfit !== null) return { is: 'rejected', code: 'RECORD_INVALID', message: unfit };
  switch (page.outcome) {
    case 'mapped':
      return { is: 'mapped', rows: page.rows };
    case 'deleted':
      return { is: 'deleted' };
    case 'rejected':
      return { is: 'rejected', code: page.code, message: page.message };
  }
}

export interface DecideRequest {
  prepared: PreparedRecord;
  known: KnownRecord | undefined;
  /** The version in quarantine; undefined when there is none. */
  quarantined: string | null | undefined;
  mappingHash: string;
  /** What is stored is not trusted: write the record even where it seems to be stored already, or in a newer version. */
  rewrite: boolean;
  /** See `SavePage.latestVersion`. */
  latestVersion: string | null;
}

/** What is to be done with one record. Pure; the newer version wins, and what is equal is not written again. */
export function decide({ prepared, known, quarantined, mappingHash, rewrite, latestVersion }: DecideRequest): Decision {
  const { record, outcome, hash } = prepared;
  const older = [known?.version, quarantined].some(
    (stored) => isOlder(record.version, stored) && !isOlder(latestVersion, stored),
  );
  if (older && !rewrite && defends('newest wins')) return { to: 'ignore', prepared };
  switch (outcome.is) {
    case 'rejected':
      return { to: 'quarantine', prepared, code: outcome.code, message: outcome.message };
    case 'deleted': {
      const same = known?.deletedAt && (record.version === null || record.version === known.version);
      return same && !rewrite ? { to: 'keep', prepared } : { to: 'bury', prepared, known };
    }
    case 'mapped': {
      const same =
        known?.hasChecksum && !known.deletedAt && known.contentHash === hash && known.mappingHash === mappingHash;
      return same && !rewrite ? { to: 'keep', prepared } : { to: 'write', prepared, known };
    }
  }
}

/**
 * Whether a version is known to be before another. Versions of different widths are of different kinds (the cursor
 * of the stream has been changed) and cannot be compared.
 */
function isOlder(version: string | null, than: string | null | undefined): boolean {
  return version !== null && than !== null && than !== undefined && version.length === than.length && version < than;
}
