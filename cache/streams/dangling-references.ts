import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Entity, entities, isEntity } from '../../schema/records.ts';
import type { Cache, Row } from '../database/database.ts';
import { createInsightProgress } from '../insight/insight-progress.ts';
import type { Dialect } from '../schema/columns.ts';
import { columnName, entityTables, fieldsOf } from '../schema/tables.ts';
import { queryByKeys, upsert } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeCount, decodeValue, encodeValue } from '../sql/row-codec.ts';

/** References of one field, made of the records of one stream, whose record is not in the cache. */
export interface DanglingReference {
  system: string;
  stream: string;
  /** Of the records that refer. */
  entity: Entity;
  field: string;
  count: number;
  /** Three at most. */
  samples: readonly DanglingSample[];
}

/** A canonical row whose reference leads nowhere. Its value is not kept here: it stands in its source record. */
interface DanglingSample {
  /** The source record the row was made of. */
  originId: string;
  /** The key of the row; of an element of a list it is not that of its source record. */
  rowKey: string;
}

interface CountedReferences {
  countedAt: string | null;
  found: readonly DanglingReference[];
}

export interface DanglingStore {
  /** As they were counted last; null before the first time. */
  last(): Promise<CountedReferences | null>;
  /** Writes down what was counted, in the place of what was counted before. */
  replace(found: readonly DanglingReference[], now: string): Promise<void>;
}

const SAMPLES = 3;
/** Rows one statement goes over: a server does that in about a second, and SQLite, which blocks us, in a moment. */
const ROWS_A_PART: Record<Dialect, number> = { mysql: 100_000, sqlite: 10_000 };

/** The entity that a field refers to, or null where it is no reference. Lists of references are not counted. */
export function targetOf(entity: Entity, field: string): Entity | null {
  const kind = fieldsOf(entity).find(([name]) => name === field)?.[1];
  return kind?.type === 'reference' && isEntity(kind.entity) ? kind.entity : null;
}

/**
 * Counts the references of all fields that lead to no record of the cache, by stream and field. Goes through each
 * table once a field, in parts; throws the reason of `signal` when that aborts in between.
 */
export async function countDangling(cache: Cache, signal?: AbortSignal): Promise<DanglingReference[]> {
  const found: DanglingReference[] = [];
  for (const entity of entities) {
    for (const [field] of fieldsOf(entity)) {
      const target = targetOf(entity, field);
      if (target === null || !(await isUsed(cache, entity, field))) continue;
      found.push(...(await countField(cache, { entity, field, target }, signal)));
    }
  }
  return found;
}

interface Reference {
  entity: Entity;
  field: string;
  target: Entity;
}

async function isUsed(cache: Cache, entity: Entity, field: string): Promise<boolean> {
  const rows = await cache.query(
    `SELECT id FROM \`${entityTables[entity]}\` WHERE ${columnName(field)} IS NOT NULL LIMIT 1`,
  );
  return rows.length > 0;
}

async function countField(cache: Cache, reference: Reference, signal?: AbortSignal): Promise<DanglingReference[]> {
  const table = entityTables[reference.entity];
  const counts = new Map<string, { system: string; stream: string; count: number; ids: string[] }>();
  for (let after = ''; ; ) {
    signal?.throwIfAborted();
    const [end] = await cache.query(
      `SELECT id FROM \`${table}\` WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${ROWS_A_PART[cache.dialect] - 1}`,
      [after],
    );
    const upTo = end ? String(end.id) : AFTER_ALL;
    for (const row of await cache.query(groupedSql(reference), [after, upTo])) {
      await addPart(cache, reference, counts, row);
    }
    if (!end) break;
    after = upTo;
    await nextTurn();
  }
  const made: DanglingReference[] = [];
  for (const { system, stream, count, ids } of counts.values()) {
    const { entity, field } = reference;
    made.push({ system, stream, entity, field, count, samples: await samplesOf(cache, entity, ids) });
  }
  return made;
}

/** After all ids. */
const AFTER_ALL = 'g';

/** Rows of a part whose reference leads nowhere, with their ids. */
function danglingSql({ entity, field, target }: Reference): string {
  const column = columnName(field);
  return `SELECT t.id, t.origin_id FROM \`${entityTables[entity]}\` t
     LEFT JOIN \`${entityTables[target]}\` x ON x.id = t.${column}
     WHERE t.id > ? AND t.id <= ? AND t.${column} IS NOT NULL AND x.id IS NULL`;
}

function groupedSql(reference: Reference): string {
  return `SELECT s.\`system\`, s.stream, COUNT(*) AS n, MIN(d.id) AS first_id, MAX(d.id) AS last_id
    FROM (${danglingSql(reference)}) d JOIN source_records s ON s.id = d.origin_id GROUP BY s.\`system\`, s.stream`;
}

async function addPart(
  cache: Cache,
  reference: Reference,
  counts: Map<string, { system: string; stream: string; count: number; ids: string[] }>,
  row: Row,
): Promise<void> {
  const [system, stream, first, last] = [row.system, row.stream, row.first_id, row.last_id].map(String);
  if (system === undefined || stream === undefined || first === undefined || last === undefined) return;
  const name = `${system}/${stream}`;
  const known = counts.get(name) ?? { system, stream, count: 0, ids: [] };
  counts.set(name, known);
  const count = decodeCount(row.n);
  known.count += count;
  const add = (ids: readonly string[]) => {
    known.ids = [...new Set([...known.ids, ...ids])].slice(0, SAMPLES);
  };
  add(count === 1 ? [first] : [first, last]);
  if (count <= 2 || known.ids.length >= SAMPLES) return;
  const between = await cache.query(
    `SELECT d.id FROM (${danglingSql(reference)}) d JOIN source_records s ON s.id = d.origin_id
     WHERE d.id < ? AND s.\`system\` = ? AND s.stream = ? ORDER BY d.id LIMIT 1`,
    [first, last, last, system, stream],
  );
  add(between.map(({ id }) => String(id)));
}

async function samplesOf(cache: Cache, entity: Entity, ids: readonly string[]): Promise<DanglingSample[]> {
  const rows = await queryByKeys(
    cache,
    ids,
    (list) => `SELECT id, source_key, origin_id FROM \`${entityTables[entity]}\` WHERE id IN (${list}) ORDER BY id`,
  );
  return rows.map((row) => ({ originId: String(row.origin_id), rowKey: String(row.source_key) }));
}

/** What was counted last, for those who must not wait for a count. */
export function createDanglingStore(cache: Cache): DanglingStore {
  const { dialect } = cache;
  return {
    async last() {
      if ((await createInsightProgress(cache, 'references').position()) === null) return null;
      const rows = await cache.query('SELECT * FROM dangling_references ORDER BY `system`, stream, entity, field');
      const [first] = rows;
      return {
        countedAt: first ? String(decodeValue(instant, first.counted_at, dialect)) : null,
        found: rows.flatMap((row): DanglingReference[] => {
          const entity = String(row.entity);
          if (!isEntity(entity)) return [];
          return [
            {
              system: String(row.system),
              stream: String(row.stream),
              entity,
              field: String(row.field),
              count: decodeCount(row.records),
              samples: JSON.parse(String(row.samples)) as DanglingSample[],
            },
          ];
        }),
      };
    },

    async replace(found, now) {
      const at = encodeValue(instant, now, dialect);
      await cache.transaction(async (sql) => {
        await sql.execute('DELETE FROM dangling_references');
        await upsert(sql, {
          table: 'dangling_references',
          columns: ['system', 'stream', 'entity', 'field', 'records', 'samples', 'counted_at'],
          key: ['system', 'stream', 'entity', 'field'],
          rows: found.map(({ system, stream, entity, field, count, samples }) => [
            system,
            stream,
            entity,
            field,
            count,
            JSON.stringify(samples),
            at,
          ]),
        });
      });
    },
  };
}
