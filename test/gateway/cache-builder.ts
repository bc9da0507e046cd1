import type { Cache, Sql, SqlParameter } from '../../cache/database/database.ts';
import { columnName, entityTables, fieldsOf } from '../../cache/schema/tables.ts';
import { encodeValue } from '../../cache/sql/row-codec.ts';
import { newCustomerId, recordId } from '../../schema/ids.ts';
import type { CanonicalFields, Entity } from '../../schema/records.ts';

interface BuiltRow {
  entity: Entity;
  id: string;
  system: string;
  key: string;
  fields: Record<string, string | number | boolean | null | string[]>;
}

const NOW = '2026-03-01T12:00:00.000000Z';

/** Fills a cache with plain rows, as a sync and the identity job would have left them. */
export function createCacheBuilder(clock = 1_772_000_000_000) {
  const rows: BuiltRow[] = [];
  const customers: Record<string, SqlParameter>[] = [];
  const links: { partyId: string; customerId: string }[] = [];
  const forwards: { from: string; to: string }[] = [];
  let next = clock;

  function add<E extends Entity>(entity: E, system: string, key: string, fields: Partial<CanonicalFields<E>>): string {
    const id = recordId({ system, entity, key });
    rows.push({ entity, id, system, key, fields: fields as BuiltRow['fields'] });
    return id;
  }

  /** A golden customer of these parties. */
  function customer(
    displayName: string,
    partyIds: readonly string[],
    fields: Record<string, SqlParameter> = {},
  ): string {
    next += 1_000;
    const id = newCustomerId(next);
    customers.push({
      id,
      kind: 'ORGANIZATION',
      display_name: displayName,
      search_text: displayName.toLowerCase(),
      ...fields,
    });
    for (const partyId of partyIds) links.push({ partyId, customerId: id });
    return id;
  }

  async function save(cache: Cache): Promise<void> {
    await cache.transaction(async (sql) => {
      for (const entity of new Set(rows.map((row) => row.entity))) await insertRows(sql, entity);
      await insertSourceRecords(sql);
      const at = encodeValue({ type: 'instant' }, NOW, sql.dialect);
      await insert(
        sql,
        'customers',
        customers.map((row) => ({ created_at: at, updated_at: at, ...row })),
      );
      await insert(
        sql,
        'customer_links',
        links.map(({ partyId, customerId }) => ({
          party_id: partyId,
          customer_id: customerId,
          rule: 'tax',
          linked_at: at,
        })),
      );
      await insert(
        sql,
        'customer_forwards',
        forwards.map(({ from, to }) => ({ old_id: from, customer_id: to, forwarded_at: at })),
      );
    });
    for (const list of [rows, customers, links, forwards]) list.length = 0;
  }

  async function insertRows(sql: Sql, entity: Entity) {
    const kinds = fieldsOf(entity);
    const own = rows.filter((row) => row.entity === entity);
    await insert(
      sql,
      entityTables[entity],
      own.map(({ id, system, key, fields }) => ({
        id,
        origin_id: id,
        system,
        source_key: key,
        ...Object.fromEntries(
          kinds.map(([name, kind]) => [
            columnName(name),
            encodeValue(kind, fields[name] ?? (kind.type === 'references' ? [] : null), sql.dialect),
          ]),
        ),
      })),
    );
  }

  async function insertSourceRecords(sql: Sql) {
    const at = encodeValue({ type: 'instant' }, NOW, sql.dialect);
    await insert(
      sql,
      'source_records',
      rows.map(({ entity, id, system, key }) => ({
        id,
        system,
        stream: entity,
        source_key: key,
        version: NOW,
        content_hash: 'hash',
        mapping_hash: 'hash',
        raw: `{"key":${JSON.stringify(key)},"amount":12345678901234567890.10,"count":3}`,
        run_id: id,
        synced_at: at,
      })),
    );
  }

  return { add, customer, save, forward: (from: string, to: string) => forwards.push({ from, to }) };
}

export type CacheBuilder = ReturnType<typeof createCacheBuilder>;

async function insert(sql: Sql, table: string, rows: readonly Record<string, SqlParameter>[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 200) {
    const chunk = rows.slice(start, start + 200);
    const columns = Object.keys(chunk.reduce((all, row) => Object.assign(all, row), {}));
    const places = `(${columns.map(() => '?').join(', ')})`;
    await sql.execute(
      `INSERT INTO ${table} (${columns.map((column) => `\`${column}\``).join(', ')}) VALUES ${chunk.map(() => places).join(', ')}`,
      chunk.flatMap((row) => columns.map((column) => row[column] ?? null)),
    );
  }
}
