import { defends } from '../../config/defences.ts';
import { type Entity, entities } from '../../schema/records.ts';
import { appendChanges } from '../changes/append-changes.ts';
import type { Touched } from '../changes/touched.ts';
import type { Cache, Sql } from '../database/database.ts';
import { executeByKeys, queryByKeys, upsert } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeValue, encodeValue } from '../sql/row-codec.ts';
import { writeDrift } from '../streams/drift-rows.ts';
import { clearQuarantine, quarantinedVersions, writeQuarantine } from '../streams/quarantine-rows.ts';
import { checkFence } from '../streams/stream-lease.ts';
import { countPage, saveCheckpoint } from '../streams/stream-runs.ts';
import { formatEntities, parseEntities, replaceRows } from './canonical-rows.ts';
import type { PreparedRecord } from './page-record.ts';
import { type Changing, type Decision, decide, type KnownRecord, preparePage, type Quarantining } from './plan-page.ts';
import { rowsChecksum } from './rows-checksum.ts';
import { sourceRecordId } from './source-record-id.ts';
import type { DeleteMissing, PageCounts, SavePage, SyncStore } from './sync-store.ts';

/** Writing records: each call is one transaction, which begins by checking the lease. */
export function createPageWriter(cache: Cache): Pick<SyncStore, 'preparePage' | 'savePage' | 'deleteMissing'> {
  return {
    preparePage: (name, records) => preparePage(name, records, cache),

    async savePage(page) {
      const { records: prepared, read } = page.prepared;
      return cache.transaction(async (sql) => {
        await checkFence(sql, page.lease);
        const ids = prepared.map(({ id }) => id);
        const known = await knownRecords(sql, ids);
        const quarantined = await quarantinedVersions(sql, ids);
        const decisions = prepared.map((record) =>
          decide({
            prepared: record,
            known: known.get(record.id),
            quarantined: quarantined.get(record.id),
            mappingHash: page.mappingHash,
            rewrite: page.rewrite ?? false,
            latestVersion: page.latestVersion ?? null,
          }),
        );
        const changing = decisions.filter((d): d is Changing => d.to === 'write' || d.to === 'bury');
        const quarantining = decisions.filter((d): d is Quarantining => d.to === 'quarantine');
        const settled = decisions.filter((d) => d.to !== 'ignore' && d.to !== 'quarantine');

        await writeSourceRecords(sql, page, changing);
        const touched = await replaceCanonicalRows(sql, page, changing);
        await writeQuarantine(sql, page, quarantining);
        await clearQuarantine(
          sql,
          settled.map(({ prepared: { id } }) => id).filter((id) => quarantined.has(id)),
        );
        if (page.drift) await writeDrift(sql, { ...page, ...page.drift });
        await saveCheckpoint(sql, page.lease, page.checkpoint);

        const counts = countOf(decisions);
        await countPage(sql, page.runId, read, counts);
        await appendChanges(sql, touched, page.now);
        return counts;
      });
    },

    async deleteMissing(request) {
      const { lease, keys, rewrite = false } = request;
      const ids = keys.map((key) => sourceRecordId({ ...lease, key })).sort();
      return cache.transaction(async (sql) => {
        await checkFence(sql, lease);
        const known = await knownRecords(sql, ids);
        const burying = new Map<string, KnownRecord | null>(
          [...known].filter(([, { deletedAt }]) => rewrite || deletedAt === null),
        );
        for (const id of await unknownAmong(sql, request.strays ?? [])) burying.set(id, null);
        const touched = await buryMissing(sql, request, burying);
        await clearQuarantine(sql, ids);
        await countPage(sql, request.runId, 0, { changed: 0, unchanged: 0, deleted: burying.size, quarantined: 0 });
        await appendChanges(sql, touched, request.now);
        return { deleted: burying.size };
      });
    },
  };
}

/** What stands for the raw text of a tombstone: what its source deleted is not kept for anybody to read. */
const NO_RAW = '{}';

/** Those of these ids that no record has, whatever whoever asks for them believes. */
async function unknownAmong(sql: Sql, ids: readonly string[]): Promise<string[]> {
  const known = await knownRecords(sql, ids);
  return ids.filter((id) => !known.has(id));
}

async function knownRecords(sql: Sql, ids: readonly string[]): Promise<Map<string, KnownRecord>> {
  const rows = await queryByKeys(
    sql,
    ids,
    (list) =>
      `SELECT id, version, content_hash, mapping_hash, deleted_at, entities, rows_checksum FROM source_records WHERE id IN (${list})`,
  );
  return new Map(
    rows.map((row) => [
      String(row.id),
      {
        version: row.version === null ? null : String(row.version),
        contentHash: String(row.content_hash),
        mappingHash: String(row.mapping_hash),
        deletedAt: decodeValue(instant, row.deleted_at, sql.dialect) as string | null,
        entities: parseEntities(row.entities),
        hasChecksum: row.rows_checksum !== null,
      },
    ]),
  );
}

async function writeSourceRecords(sql: Sql, page: SavePage, changing: readonly Changing[]): Promise<void> {
  const { lease, runId, mappingHash } = page;
  const now = encodeValue(instant, page.now, sql.dialect);
  await upsert(sql, {
    table: 'source_records',
    columns: [
      'id',
      'system',
      'stream',
      'source_key',
      'version',
      'content_hash',
      'mapping_hash',
      'raw',
      'entities',
      'run_id',
      'synced_at',
      'deleted_at',
      'rows_checksum',
    ],
    key: ['id'],
    rows: changing.map(({ to, prepared, known }) => [
      prepared.id,
      lease.system,
      lease.stream,
      prepared.record.key,
      prepared.record.version ?? known?.version ?? null,
      prepared.hash,
      mappingHash,
      to === 'bury' ? NO_RAW : prepared.raw,
      formatEntities(rowsOf(prepared)),
      runId,
      now,
      to === 'bury' ? now : null,
      rowsChecksum({ originId: prepared.id, system: lease.system, rows: rowsOf(prepared) }, sql.dialect),
    ]),
  });
}

async function replaceCanonicalRows(
  sql: Sql,
  page: SavePage,
  changing: readonly Changing[],
): Promise<readonly Touched[]> {
  const { dirty, touched } = await replaceRows(
    sql,
    changing.map(({ prepared, known }) => ({
      originId: prepared.id,
      system: page.lease.system,
      entitiesBefore: entitiesBefore(page, known),
      rows: rowsOf(prepared),
    })),
  );
  await markDirty(sql, dirty, page.now);
  return touched;
}

async function buryMissing(
  sql: Sql,
  request: DeleteMissing,
  burying: ReadonlyMap<string, KnownRecord | null>,
): Promise<readonly Touched[]> {
  const { lease, runId, now } = request;
  const stored = encodeValue(instant, now, sql.dialect);
  await executeByKeys(
    sql,
    [...burying.keys()],
    (list) =>
      `UPDATE source_records SET deleted_at = COALESCE(deleted_at, ?), synced_at = ?, run_id = ?, raw = '${NO_RAW}', entities = '', rows_checksum = 0 WHERE id IN (${list})`,
    [stored, stored, runId],
  );
  const { dirty, touched } = await replaceRows(
    sql,
    [...burying].map(([originId, known]) => ({
      originId,
      system: lease.system,
      // Of what there is no record, nobody has noted where its rows are.
      entitiesBefore: known ? entitiesBefore(request, known) : entities,
      rows: [],
    })),
  );
  await markDirty(sql, dirty, now);
  return touched;
}

/** Where rows may have been put by hand, what was noted of them says nothing: every table is looked at. */
function entitiesBefore({ rewrite }: { rewrite?: boolean }, known: KnownRecord | undefined): readonly Entity[] {
  return rewrite ? entities : (known?.entities ?? []);
}

async function markDirty(sql: Sql, parties: ReadonlySet<string>, now: string): Promise<void> {
  if (!defends('dirty marks')) return;
  const markedAt = encodeValue(instant, now, sql.dialect);
  await upsert(sql, {
    table: 'identity_dirty',
    columns: ['party_id', 'marked_at'],
    key: ['party_id'],
    rows: [...parties].sort().map((party) => [party, markedAt]),
  });
}

function countOf(decisions: readonly Decision[]): PageCounts {
  const counts = { changed: 0, unchanged: 0, deleted: 0, quarantined: 0 };
  for (const decision of decisions) {
    if (decision.to === 'write') counts.changed += 1;
    else if (decision.to === 'quarantine') counts.quarantined += 1;
    // A tombstone for a record that the cache never had changes nothing anybody could see.
    else if (decision.to === 'bury' && decision.known && !decision.known.deletedAt) counts.deleted += 1;
    else counts.unchanged += 1;
  }
  return counts;
}

function rowsOf({ outcome }: PreparedRecord) {
  return outcome.is === 'mapped' ? outcome.rows : [];
}
