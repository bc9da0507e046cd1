import type { Cache, Row } from '../../../cache/database/database.ts';
import { recordId } from '../../../schema/ids.ts';
import { isPoison } from '../landscape/edit-truth.ts';
import { fieldNames, type Protocol } from '../landscape/landscape.ts';
import { type Kind, kinds, type Truth, type TruthRow } from '../landscape/truth.ts';

export interface Comparison {
  truth: Truth;
  cache: Cache;
  system: string;
  protocol: Protocol;
  /** The status the mapping in force gives orders. */
  status: string;
}

/**
 * What the cache has wrong of a source that is quiet now, in words; nothing when it is right. Reads the tables with
 * statements of its own: what the hub says of itself is not what is to be shown.
 */
export async function differencesOf(comparison: Comparison): Promise<string[]> {
  const found: string[] = [];
  for (const kind of kinds) {
    found.push(...(await rawDifferences(comparison, kind)), ...(await quarantineDifferences(comparison, kind)));
  }
  found.push(...(await canonicalDifferences(comparison)));
  found.push(...(await identityDifferences(comparison)));
  found.push(...(await leftovers(comparison)));
  return found;
}

async function rawDifferences({ truth, cache, system }: Comparison, kind: Kind): Promise<string[]> {
  const stored = await cache.query<{ source_key: string; raw: string; deleted_at: unknown }>(
    'SELECT source_key, raw, deleted_at FROM source_records WHERE `system` = ? AND stream = ?',
    [system, kind],
  );
  const found: string[] = [];
  const byKey = new Map(stored.map((row) => [row.source_key, row]));
  for (const [key, row] of truth.rows[kind]) {
    const kept = byKey.get(key);
    // What does not fit now is in quarantine; what fitted before stays.
    if (isPoison(row.fields)) continue;
    if (!kept) found.push(`${kind} ${key}: not in the cache`);
    else if (kept.deleted_at !== null) found.push(`${kind} ${key}: has a tombstone, but lives`);
    else if (rawFields(kept.raw, kind) !== expectedFields(row, kind)) {
      found.push(`${kind} ${key}: ${rawFields(kept.raw, kind)} instead of ${expectedFields(row, kind)}`);
    }
  }
  for (const [key, { deleted_at: deletedAt }] of byKey) {
    if (!truth.seen[kind].has(key)) found.push(`${kind} ${key}: never was in the source`);
    else if (!truth.rows[kind].has(key) && deletedAt === null) found.push(`${kind} ${key}: gone, but no tombstone`);
  }
  return found;
}

async function quarantineDifferences({ truth, cache, system }: Comparison, kind: Kind): Promise<string[]> {
  const rows = await cache.query<{ source_key: string; raw: string }>(
    'SELECT source_key, raw FROM quarantine WHERE `system` = ? AND stream = ?',
    [system, kind],
  );
  const kept = new Map(rows.map(({ source_key: key, raw }) => [key, rawFields(raw, kind)]));
  const expected = [...truth.rows[kind].values()].filter(({ fields }) => isPoison(fields));
  const found: string[] = [];
  for (const row of expected) {
    const raw = kept.get(row.key);
    if (raw === undefined) found.push(`${kind} ${row.key}: does not fit, but is not in quarantine`);
    else if (raw !== expectedFields(row, kind)) found.push(`${kind} ${row.key}: an older one is in quarantine`);
    kept.delete(row.key);
  }
  for (const key of kept.keys()) found.push(`${kind} ${key}: in quarantine for nothing`);
  return found;
}

/** The canonical rows there are, against those that truth makes; records that do not fit are left out on both sides. */
async function canonicalDifferences(comparison: Comparison): Promise<string[]> {
  const { truth, cache, system, status } = comparison;
  const expected = new Map<string, string>();
  const partyId = (key: string) => recordId({ system, entity: 'party', key });
  for (const { key, fields } of truth.rows.partners.values()) {
    expected.set(`party ${key}`, [fields.name, fields.tax, fields.mail].join(' | '));
    if (fields.mail !== null) expected.set(`mail ${key}`, [partyId(key), fields.mail].join(' | '));
  }
  for (const { key, fields } of truth.rows.orders.values()) {
    if (isPoison(fields)) continue;
    const { number, partner, total, day } = fields;
    expected.set(`order ${key}`, [status, number, partyId(partner ?? ''), total, day].join(' | '));
  }
  const poisoned = new Set(
    [...truth.rows.orders.values()].filter(({ fields }) => isPoison(fields)).map(({ key }) => `order ${key}`),
  );

  const stored = new Map<string, string>();
  const read = async (what: string, statement: string) => {
    for (const { source_key: key, ...values } of await cache.query<Row & { source_key: string }>(statement, [system])) {
      stored.set(`${what} ${key}`, Object.values(values).map(textOf).join(' | '));
    }
  };
  await read('party', 'SELECT source_key, display_name, tax_id, email FROM parties WHERE `system` = ?');
  await read('mail', 'SELECT source_key, party_id, raw FROM contact_points WHERE `system` = ?');
  const total =
    cache.dialect === 'mysql'
      ? 'CAST(total_amount AS CHAR)'
      : "printf('%d.%04d', total_amount / 10000, total_amount % 10000)";
  await read(
    'order',
    `SELECT source_key, status, order_number, party_id, ${total} AS total, order_date FROM orders WHERE \`system\` = ?`,
  );

  const found: string[] = [];
  for (const [name, text] of expected) {
    if (stored.get(name) !== text) found.push(`${name}: ${stored.get(name) ?? 'no row'} instead of ${text}`);
  }
  for (const name of stored.keys()) {
    if (!expected.has(name) && !poisoned.has(name)) found.push(`${name}: a row of nothing`);
  }
  return found;
}

/** Every live party belongs to one customer, and every customer has parties. */
async function identityDifferences({ cache, system }: Comparison): Promise<string[]> {
  const count = async (what: string, statement: string, parameters: string[] = []) => {
    const [row] = await cache.query<{ n: unknown }>(statement, parameters);
    return Number(row?.n) > 0 ? [`${Number(row?.n)} ${what}`] : [];
  };
  return [
    ...(await count(
      'parties without a customer',
      `SELECT COUNT(*) AS n FROM parties p LEFT JOIN customer_links l ON l.party_id = p.id
       LEFT JOIN customers c ON c.id = l.customer_id WHERE p.\`system\` = ? AND c.id IS NULL`,
      [system],
    )),
    ...(await count(
      'links of parties that are gone',
      'SELECT COUNT(*) AS n FROM customer_links l LEFT JOIN parties p ON p.id = l.party_id WHERE p.id IS NULL',
    )),
    ...(await count(
      'customers without a party',
      'SELECT COUNT(*) AS n FROM customers c LEFT JOIN customer_links l ON l.customer_id = c.id WHERE l.party_id IS NULL',
    )),
    ...(await count(
      'forwards to nobody',
      'SELECT COUNT(*) AS n FROM customer_forwards f LEFT JOIN customers c ON c.id = f.customer_id WHERE c.id IS NULL',
    )),
    ...(await count('parties still to be resolved', 'SELECT COUNT(*) AS n FROM identity_dirty')),
    ...(await count('parties still to be judged', 'SELECT COUNT(*) AS n FROM identity_unjudged')),
  ];
}

/** What a stream at rest must not show. */
async function leftovers({ cache, system }: Comparison): Promise<string[]> {
  const running = await cache.query("SELECT id FROM sync_runs WHERE `system` = ? AND outcome = 'RUNNING'", [system]);
  const held = await cache.query(
    'SELECT stream FROM stream_states WHERE `system` = ? AND (lease_owner IS NOT NULL OR last_outcome <> ?)',
    [system, 'SUCCEEDED'],
  );
  return [
    ...running.map(() => 'a run that never ended'),
    ...held.map(({ stream }) => `${String(stream)}: still held, or not succeeded`),
  ];
}

function rawFields(raw: string, kind: Kind): string {
  const data = JSON.parse(raw) as Record<string, unknown>;
  return fieldNames[kind].map((name) => String(data[name] ?? null)).join(' | ');
}

function expectedFields({ fields }: TruthRow, kind: Kind): string {
  return fieldNames[kind].map((name) => String(fields[name] ?? null)).join(' | ');
}

function textOf(value: unknown): string {
  return value === null ? '' : String(value);
}
