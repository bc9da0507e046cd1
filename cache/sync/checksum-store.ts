import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { SPREAD_AT } from '../../schema/ids.ts';
import type { Entity } from '../../schema/records.ts';
import type { Cache, Row, SqlParameter } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { entityTables } from '../schema/tables.ts';
import { queryByKeys } from '../sql/bulk-statements.ts';
import { decodeCount } from '../sql/row-codec.ts';
import { rowTextSql } from './rows-checksum.ts';
import type { StreamName } from './sync-store.ts';

/*
 * Checksums over what the cache has, computed by its database. Records are sorted into buckets by the first hex
 * digits of that part of their id which is a hash of their key, so that a source can tell the bucket of a record by
 * its key.
 */

/** The source records of one bucket. */
export interface RecordBucket {
  /** Live ones. */
  records: number;
  /** Over the raw text of the live ones. */
  checksum: bigint;
  /** Over the canonical rows as they were noted, tombstones included. */
  noted: bigint;
  /** Live ones without a note, or written with another mapping. */
  unsure: number;
}

/** The live source records of one bucket. */
interface IdBucket {
  records: number;
  /** Over their ids. */
  checksum: bigint;
}

export interface RecordChecksums {
  id: string;
  key: string;
  live: boolean;
  checksum: bigint;
  noted: bigint;
  unsure: boolean;
}

/** How the records of a stream are gone over. */
export interface Extent {
  /** Hex digits that name a bucket. */
  digits: number;
  /** Ranges of ids, each after the first and up to the second; together all ids there can be. */
  parts: readonly (readonly [after: string, upTo: string])[];
}

export interface ChecksumStore {
  /** For buckets of at most `inABucket` of the stream's live records. */
  extent(request: StreamName & { inABucket: number }): Promise<Extent>;
  recordBuckets(request: StreamName & Extent & { mappingHash: string }): Promise<Map<string, RecordBucket>>;
  /** The source records of these buckets, tombstones included. */
  recordsIn(request: StreamName & { mappingHash: string; buckets: readonly string[] }): Promise<RecordChecksums[]>;
  /** Over the canonical rows of a system as they are now; the bucket is that of the record they were made of. */
  rowBuckets(request: Extent & { system: string; entities: readonly Entity[] }): Promise<Map<string, bigint>>;
  /** The same, by the id of the source record. */
  rowsIn(request: {
    system: string;
    entities: readonly Entity[];
    buckets: readonly string[];
  }): Promise<Map<string, bigint>>;
  /** Those of these ids that no source record has. */
  unknown(ids: readonly string[]): Promise<string[]>;
  /** The live records of a stream, and a checksum over their ids. */
  idBuckets(request: StreamName & Extent): Promise<Map<string, IdBucket>>;
}

/** Rows one statement goes over: what a server does in about a second, and SQLite, which blocks us, in a moment. */
const ROWS_A_PART: Record<Dialect, number> = { mysql: 250_000, sqlite: 10_000 };
/** Statements at once; SQLite has one reader. */
const AT_ONCE: Record<Dialect, number> = { mysql: 4, sqlite: 1 };
/** Fewer rows are not worth two statements. */
const FEWEST_A_PART = 1_000;
const BUCKETS_A_STATEMENT = 100;
/** Before and after all ids. */
const [FIRST, LAST] = ['', 'g'];

export function createChecksumStore(cache: Cache): ChecksumStore {
  const { dialect } = cache;
  const inTurn = pLimit(AT_ONCE[dialect]);
  const ask = (statement: string, parameters: readonly SqlParameter[]): Promise<Row[]> =>
    inTurn(async () => {
      const rows = await cache.query(statement, parameters);
      await nextTurn();
      return rows;
    });

  /** One statement a part of all ids; `statement` is given a condition on the column of ids. */
  async function inParts(
    parts: Extent['parts'],
    statement: (within: (column: string) => string) => string,
    parameters: readonly SqlParameter[],
  ): Promise<Row[]> {
    const within = (column: string) => `${column} > ? AND ${column} <= ?`;
    const found = await Promise.all(parts.map((part) => ask(statement(within), [...parameters, ...part])));
    return found.flat();
  }

  /** Hash and order of ids have nothing to do with each other: all of an index is gone over. */
  async function ofBuckets(
    buckets: readonly string[],
    statement: (within: (column: string) => string) => string,
    { before = [], after = [] }: { before?: readonly SqlParameter[]; after?: readonly SqlParameter[] },
  ): Promise<Row[]> {
    const rows: Row[] = [];
    const digits = buckets[0]?.length ?? 0;
    for (let start = 0; start < buckets.length; start += BUCKETS_A_STATEMENT) {
      const some = buckets.slice(start, start + BUCKETS_A_STATEMENT);
      const within = (column: string) => `${bucketOf(column)} IN (${some.map(() => '?').join(', ')})`;
      rows.push(...(await ask(statement(within), [...before, digits, ...some, ...after])));
    }
    return rows;
  }

  /** Ranges that hold about as many records of the stream each. */
  async function partsOf({ system, stream }: StreamName, records: number): Promise<Extent['parts']> {
    const size = Math.min(ROWS_A_PART[dialect], Math.max(FEWEST_A_PART, Math.ceil(records / AT_ONCE[dialect])));
    const parts: [string, string][] = [];
    for (let after = FIRST; ; ) {
      const [end] = await ask(
        `SELECT id FROM source_records WHERE \`system\` = ? AND stream = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ${size - 1}`,
        [system, stream, after],
      );
      parts.push([after, end ? String(end.id) : LAST]);
      if (!end) return parts;
      after = String(end.id);
    }
  }

  const rawChecksum = `CASE WHEN deleted_at IS NULL THEN ${checksumOf('raw', dialect)} ELSE 0 END`;
  const isUnsure = 'deleted_at IS NULL AND (rows_checksum IS NULL OR mapping_hash <> ?)';

  return {
    async extent({ system, stream, inABucket }) {
      const [row] = await ask(
        'SELECT COUNT(*) AS n FROM source_records WHERE `system` = ? AND stream = ? AND deleted_at IS NULL',
        [system, stream],
      );
      const records = decodeCount(row?.n);
      return { digits: bucketDigits(records, inABucket), parts: await partsOf({ system, stream }, records) };
    },

    async recordBuckets({ system, stream, mappingHash, digits, parts }) {
      const rows = await inParts(
        parts,
        (within) =>
          `SELECT ${bucketOf('id')} AS bucket, SUM(deleted_at IS NULL) AS records, SUM(${isUnsure}) AS unsure,
             CAST(BIT_XOR(${rawChecksum}) AS CHAR) AS checksum, CAST(BIT_XOR(rows_checksum) AS CHAR) AS noted
           FROM source_records WHERE \`system\` = ? AND stream = ? AND ${within('id')} GROUP BY bucket`,
        [digits, mappingHash, system, stream],
      );
      // Every part has records of every bucket.
      const buckets = new Map<string, RecordBucket>();
      for (const row of rows) {
        const before = buckets.get(String(row.bucket));
        buckets.set(String(row.bucket), {
          records: decodeCount(row.records) + (before?.records ?? 0),
          unsure: decodeCount(row.unsure) + (before?.unsure ?? 0),
          checksum: number(row.checksum) ^ (before?.checksum ?? 0n),
          noted: number(row.noted) ^ (before?.noted ?? 0n),
        });
      }
      return buckets;
    },

    async recordsIn({ system, stream, mappingHash, buckets }) {
      const rows = await ofBuckets(
        buckets,
        (within) =>
          `SELECT id, source_key, deleted_at IS NULL AS live, ${isUnsure} AS unsure,
             CAST(${rawChecksum} AS CHAR) AS checksum, CAST(rows_checksum AS CHAR) AS noted
           FROM source_records WHERE \`system\` = ? AND stream = ? AND ${within('id')}`,
        { before: [mappingHash, system, stream] },
      );
      return rows.map((row) => ({
        id: String(row.id),
        key: String(row.source_key),
        live: Number(row.live) === 1,
        unsure: Number(row.unsure) === 1,
        checksum: number(row.checksum),
        noted: number(row.noted),
      }));
    },

    async rowBuckets({ system, entities, digits, parts }) {
      const found = await Promise.all(
        entities.map((entity) =>
          inParts(
            parts,
            (within) =>
              `SELECT ${bucketOf('origin_id')} AS name, CAST(BIT_XOR(${checksumOf(rowTextSql(entity, dialect), dialect)}) AS CHAR) AS checksum
               FROM \`${entityTables[entity]}\` WHERE \`system\` = ? AND ${within('origin_id')} GROUP BY name`,
            [digits, system],
          ),
        ),
      );
      return joined(found.flat());
    },

    async rowsIn({ system, entities, buckets }) {
      const found = await Promise.all(
        entities.map((entity) =>
          ofBuckets(
            buckets,
            (within) =>
              // The chosen ones are found in the index of origins, which is far smaller than the table.
              `SELECT origin_id AS name, CAST(${checksumOf(rowTextSql(entity, dialect), dialect)} AS CHAR) AS checksum
               FROM (SELECT id AS chosen_id FROM \`${entityTables[entity]}\` WHERE ${within('origin_id')}) chosen
                 JOIN \`${entityTables[entity]}\` ON id = chosen_id WHERE \`system\` = ?`,
            { after: [system] },
          ),
        ),
      );
      return joined(found.flat());
    },

    async unknown(ids) {
      const rows = await queryByKeys(cache, ids, (list) => `SELECT id FROM source_records WHERE id IN (${list})`);
      const known = new Set(rows.map((row) => String(row.id)));
      return ids.filter((id) => !known.has(id));
    },

    async idBuckets({ system, stream, digits, parts }) {
      const rows = await inParts(
        parts,
        (within) =>
          `SELECT ${bucketOf('id')} AS name, COUNT(*) AS records, CAST(BIT_XOR(${checksumOf('id', dialect)}) AS CHAR) AS checksum
           FROM source_records WHERE \`system\` = ? AND stream = ? AND deleted_at IS NULL AND ${within('id')} GROUP BY name`,
        [digits, system, stream],
      );
      const buckets = new Map<string, IdBucket>();
      for (const row of rows) {
        const name = String(row.name);
        const before = buckets.get(name);
        buckets.set(name, {
          records: decodeCount(row.records) + (before?.records ?? 0),
          checksum: number(row.checksum) ^ (before?.checksum ?? 0n),
        });
      }
      return buckets;
    },
  };
}

/** `textChecksum` in SQL. */
function checksumOf(text: string, dialect: Dialect): string {
  return dialect === 'mysql' ? `CAST(CONV(LEFT(SHA1(${text}), 15), 16, 10) AS UNSIGNED)` : `text_checksum(${text})`;
}

/** Checksums of parts of the same name become one. */
function joined(rows: readonly Row[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const row of rows) {
    const name = String(row.name);
    sums.set(name, (sums.get(name) ?? 0n) ^ number(row.checksum));
  }
  return sums;
}

function number(value: unknown): bigint {
  return value === null || value === undefined ? 0n : BigInt(String(value));
}

/** Hex digits that make buckets of at most so many records. */
function bucketDigits(records: number, most: number): number {
  return Math.min(4, Math.max(1, Math.ceil(Math.log(records / most) / Math.log(16))));
}

/** `spreadOf` in SQL; its parameter is how many digits. */
function bucketOf(column: string): string {
  return `SUBSTR(${column}, ${SPREAD_AT}, ?)`;
}
