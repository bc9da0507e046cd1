import type { Cache, SqlParameter } from '../../cache/database/database.ts';
import { columnName, fieldsOf } from '../../cache/schema/tables.ts';
import { encodeValue } from '../../cache/sql/row-codec.ts';
import type { Party } from '../../customer-360/identity/party.ts';

const NOW = '2026-06-15T12:00:00.000000Z';

/** What a sync pass does to a party, and no more of it than identity resolution can see. */
export async function putParty(cache: Cache, party: Party): Promise<void> {
  await cache.transaction(async (sql) => {
    const instant = encodeValue({ type: 'instant' }, NOW, sql.dialect);
    const fields = fieldsOf('party').map(([name, kind]): [string, SqlParameter] => [
      columnName(name),
      encodeValue(kind, party[name as keyof Party], sql.dialect),
    ]);
    await removeRows(sql, party.id);
    const insert = (table: string, row: [string, SqlParameter][]) =>
      sql.execute(
        `INSERT INTO ${table} (${row.map(([column]) => `\`${column}\``).join(', ')}) VALUES (${row.map(() => '?').join(', ')})`,
        row.map(([, value]) => value),
      );
    await insert('source_records', [
      ['id', party.id],
      ['system', party.system],
      ['stream', 'parties'],
      ['source_key', party.id],
      ['version', party.changedAt],
      ['content_hash', ''],
      ['mapping_hash', ''],
      ['raw', '{}'],
      ['run_id', party.id],
      ['synced_at', instant],
    ]);
    await insert('parties', [
      ['id', party.id],
      ['origin_id', party.id],
      ['system', party.system],
      ['source_key', party.id],
      ...fields,
    ]);
    await insert('identity_dirty', [
      ['party_id', party.id],
      ['marked_at', instant],
    ]);
  });
}

export async function removeParty(cache: Cache, id: string): Promise<void> {
  await cache.transaction(async (sql) => {
    await removeRows(sql, id);
    const instant = encodeValue({ type: 'instant' }, NOW, sql.dialect);
    await sql.execute('INSERT INTO identity_dirty (party_id, marked_at) VALUES (?, ?)', [id, instant]);
  });
}

async function removeRows(sql: Pick<Cache, 'execute'>, id: string): Promise<void> {
  await sql.execute('DELETE FROM parties WHERE id = ?', [id]);
  await sql.execute('DELETE FROM source_records WHERE id = ?', [id]);
  await sql.execute('DELETE FROM identity_dirty WHERE party_id = ?', [id]);
}
