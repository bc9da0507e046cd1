import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Entity } from '../schema/records.ts';
import { queryByKeys } from './bulk-sql.ts';
import type { Cache, Row, SqlParameter } from './cache.ts';
import type { Dialect } from './columns.ts';
import { decodeCount } from './row-codec.ts';
import { rowTextSql } from './rows-checksum.ts';
import type { StreamName } from './sync-store.ts';
import { entityTables } from './tables.ts';

/*
 * Checksums over what the cache has, computed by its database. Records are sorted into buckets by the first hex digits
 * of their id: it is a hash of their key, so that a source can tell the bucket of a record by its key.
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

export interface RecordChecksums {
  id: string;
  key: string;
  live: boolean;
  checksum: bigint;
  noted: bigint;
  unsure: boolean;
}

interface Extent {
  /** Hex digits that name a bucket. */
  digits: number;
  /** About how many records there are: so many statements are made of it. */
  records: number;
}

/** Hex digits that make buckets of at most so many records. */
export function bucketDigits(records: number, most: number): number {
  return Math.min(4, Math.max(1, Math.ceil(Math.log(records / most) / Math.log(16))));
}

export interface ChecksumStore {
  /** Live source records of a stream. */
  count(name: StreamName): Promise<number>;
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
  /** Over the ids of the live records of a stream. */
  idBuckets(request: StreamName & Extent): Promise<Map<string, bigint>>;
}

/** Rows one statement goes over: what a server does in about a second, and SQLite, which blocks us, in a moment. */
const ROWS_A_PART: Record<Dialect, number> = { mysql: 250_000, sqlite: 10_000 };
/** Statements at once; SQLite has one reader. */
const AT_ONCE: Record<Dialect, number> = { mysql: 4, sqlite: 1 };
const BUCKETS_A_STATEMENT = 100;

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
    records: number,
    statement: (condition: string) => string,
    parameters: readonly SqlParameter[],
  ): Promise<Row[]> {
    const parts = idRanges(Math.ceil(records / ROWS_A_PART[dialect]));
    const found = await Promise.all(
      parts.map(([from, to]) => ask(statement('id >= ? AND id < ?'), [...parameters, from, to])),
    );
    return found.flat();
  }

  async function ofBuckets(
    buckets: readonly string[],
    statement: (condition: (column: string) => string) => string,
    parameters: readonly SqlParameter[],
  ): Promise<Row[]> {
    const rows: Row[] = [];
    for (let start = 0; start < buckets.length; start += BUCKETS_A_STATEMENT) {
      const some = buckets.slice(start, start + BUCKETS_A_STATEMENT);
      const condition = (column: string) => some.map(() => `(${column} >= ? AND ${column} < ?)`).join(' OR ');
      const bounds = some.flatMap((bucket) => [bucket, successor(bucket)]);
      rows.push(...(await ask(statement(condition), [...parameters, ...bounds])));
    }
    return rows;
  }

  const rawChecksum = `CASE WHEN deleted_at IS NULL THEN ${checksumOf('raw', dialect)} ELSE 0 END`;
  const isUnsure = 'deleted_at IS NULL AND (rows_checksum IS NULL OR mapping_hash <> ?)';

  return {
    async count({ system, stream }) {
      const [row] = await ask(
        'SELECT COUNT(*) AS n FROM source_records WHERE `system` = ? AND stream = ? AND deleted_at IS NULL',
        [system, stream],
      );
      return decodeCount(row?.n);
    },

    async recordBuckets({ system, stream, mappingHash, digits, records }) {
      const rows = await inParts(
        records,
        (part) =>
          `SELECT SUBSTR(id, 1, ?) AS bucket, SUM(deleted_at IS NULL) AS records, SUM(${isUnsure}) AS unsure,
             CAST(BIT_XOR(${rawChecksum}) AS CHAR) AS checksum, CAST(BIT_XOR(rows_checksum) AS CHAR) AS noted
           FROM source_records WHERE \`system\` = ? AND stream = ? AND ${part} GROUP BY bucket`,
        [digits, mappingHash, system, stream],
      );
      return new Map(
        rows.map((row) => [
          String(row.bucket),
          {
            records: decodeCount(row.records),
            unsure: decodeCount(row.unsure),
            checksum: number(row.checksum),
            noted: number(row.noted),
          },
        ]),
      );
    },

    async recordsIn({ system, stream, mappingHash, buckets }) {
      const rows = await ofBuckets(
        buckets,
        (within) =>
          `SELECT id, source_key, deleted_at IS NULL AS live, ${isUnsure} AS unsure,
             CAST(${rawChecksum} AS CHAR) AS checksum, CAST(rows_checksum AS CHAR) AS noted
           FROM source_records WHERE \`system\` = ? AND stream = ? AND (${within('id')})`,
        [mappingHash, system, stream],
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

    async rowBuckets({ system, entities, digits, records }) {
      const found = await Promise.all(
        entities.map((entity) =>
          inParts(
            records,
            (part) =>
              `SELECT SUBSTR(origin_id, 1, ?) AS name, CAST(BIT_XOR(${checksumOf(rowTextSql(entity, dialect), dialect)}) AS CHAR) AS checksum
               FROM \`${entityTables[entity]}\` WHERE \`system\` = ? AND ${part} GROUP BY name`,
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
              `SELECT origin_id AS name, CAST(${checksumOf(rowTextSql(entity, dialect), dialect)} AS CHAR) AS checksum
               FROM \`${entityTables[entity]}\` WHERE \`system\` = ? AND (${within('origin_id')})`,
            [system],
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

    async idBuckets({ system, stream, digits, records }) {
      const rows = await inParts(
        records,
        (part) =>
          `SELECT SUBSTR(id, 1, ?) AS name, CAST(BIT_XOR(${checksumOf('id', dialect)}) AS CHAR) AS checksum
           FROM source_records WHERE \`system\` = ? AND stream = ? AND deleted_at IS NULL AND ${part} GROUP BY name`,
        [digits, system, stream],
      );
      return joined(rows);
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

/** Ranges of ids, each at or after the first and before the second: so many that they are about as wide as asked. */
function idRanges(atLeast: number): [string, string][] {
  const count = 2 ** Math.ceil(Math.log2(Math.max(atLeast, 4)));
  const bound = (i: number) =>
    i === count
      ? 'g'
      : Math.floor((i * 65_536) / count)
          .toString(16)
          .padStart(4, '0');
  return Array.from({ length: count }, (_, i) => [bound(i), bound(i + 1)]);
}

/** The bucket after this one; `g` comes after all of them. */
function successor(bucket: string): string {
  const next = (Number.parseInt(bucket, 16) + 1).toString(16).padStart(bucket.length, '0');
  return next.length > bucket.length ? 'g' : next;
}
