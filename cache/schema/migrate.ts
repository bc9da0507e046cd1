import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { HubError } from '../../config/errors.ts';
import { FirstTables1767225600000 } from './migrations/0001-first-tables.ts';
import { ChangeLog1767225602000 } from './migrations/0002-change-log.ts';
import { Health1767225603000 } from './migrations/0003-health.ts';
import { Verify1767225604000 } from './migrations/0004-verify.ts';
import { Identity1767225607000 } from './migrations/0007-identity.ts';
import { Insight1767225608000 } from './migrations/0008-insight.ts';
import { Access1767225609000 } from './migrations/0009-access.ts';
import { Privacy1767225610000 } from './migrations/0010-privacy.ts';
import { Freshness1767225611000 } from './migrations/0011-freshness.ts';

import { OrderProgress1767225611001 } from './migrations/0011-order-progress.ts';
import { Tombstones1767225613000 } from './migrations/0013-tombstones.ts';

import { NearIds1767225614000 } from './migrations/0014-near-ids.ts';
import { IdentityInBulk1767225615000 } from './migrations/0015-identity-in-bulk.ts';
import { Services1767225616000 } from './migrations/0016-services.ts';
import { Completeness1767225617000 } from './migrations/0017-completeness.ts';

import { DanglingReferences1767225618000 } from './migrations/0018-dangling-references.ts';

const nearIds = NearIds1767225614000;

/** In order; a published one never changes. */
export const migrations = [
  FirstTables1767225600000,
  ChangeLog1767225602000,
  Health1767225603000,
  Verify1767225604000,
  Identity1767225607000,
  Insight1767225608000,
  Access1767225609000,
  Privacy1767225610000,
  Freshness1767225611000,
  OrderProgress1767225611001,
  Tombstones1767225613000,
  nearIds,
  IdentityInBulk1767225615000,
  Services1767225616000,
  Completeness1767225617000,
  DanglingReferences1767225618000,
];

/** How many migrations are still to run. Throws CACHE_SCHEMA_OLD for a database of a newer version. Changes nothing. */
export async function pendingMigrations(source: DataSource): Promise<number> {
  const runner = source.createQueryRunner();
  try {
    if (!(await runner.hasTable('schema_migrations'))) return migrations.length;
    const rows = (await runner.query('SELECT name FROM schema_migrations')) as { name: unknown }[];
    const executed = rows.map(({ name }) => String(name));
    refuseNewer(executed);
    return migrations.filter(({ name }) => !executed.includes(name)).length;
  } finally {
    await runner.release();
  }
}

const LOCK_SECONDS = 60;

/**
 * Brings the tables up to date. Processes that open the database at once wait for each other: on MySQL by a named
 * lock of this database (its DDL commits by itself), on SQLite by one write transaction around all of it.
 */
export async function migrate(source: DataSource): Promise<void> {
  const runner = source.createQueryRunner();
  try {
    if (source.options.type === 'mysql') await underNamedLock(runner, () => runPending(source, runner));
    else await inOneTransaction(runner, () => runPending(source, runner));
  } finally {
    await runner.release();
  }
}

async function runPending(source: DataSource, runner: QueryRunner): Promise<void> {
  const executor = new MigrationExecutor(source, runner);
  executor.transaction = 'none';
  const executed = await executor.getExecutedMigrations();
  refuseNewer(executed.map(({ name }) => name));
  if (executed.length > 0 && !executed.some(({ name }) => name === nearIds.name)) await expectNoRecords(runner);
  await executor.executePendingMigrations();
}

function refuseNewer(executed: readonly string[]): void {
  const known = new Set(migrations.map((migration) => migration.name));
  const newer = executed.find((name) => !known.has(name));
  if (newer === undefined) return;
  throw new HubError(
    'CACHE_SCHEMA_OLD',
    `Expected a cache database of this version or an older one, got one with the migration ${newer}. Run the version that made it, or point database.url at another database.`,
  );
}

/** Rows under ids of the older kind would stay beside the new ones. No release has ever made such ids. */
async function expectNoRecords(runner: QueryRunner): Promise<void> {
  const rows: unknown[] = await runner.query('SELECT id FROM source_records LIMIT 1');
  if (rows.length === 0) return;
  throw new HubError(
    'CACHE_SCHEMA_OLD',
    'Expected an empty cache database, or one of this version; got one with records of a version before the first release, under ids that are computed differently now. Point database.url at an empty database: the next pass reads everything anew.',
  );
}

async function underNamedLock(runner: QueryRunner, work: () => Promise<void>): Promise<void> {
  const lock = "CONCAT('customer360 ', SHA1(DATABASE()))";
  const [answer] = (await runner.query(`SELECT GET_LOCK(${lock}, ${LOCK_SECONDS}) AS got`)) as { got: unknown }[];
  if (Number(answer?.got) !== 1) {
    throw new HubError(
      'CACHE_UNREACHABLE',
      `Expected to become the one that migrates the cache database, got no lock in ${LOCK_SECONDS} seconds. Another process is migrating it: start again when it is done.`,
    );
  }
  try {
    await work();
  } finally {
    await runner.query(`SELECT RELEASE_LOCK(${lock})`);
  }
}

async function inOneTransaction(runner: QueryRunner, work: () => Promise<void>): Promise<void> {
  await runner.query('BEGIN IMMEDIATE');
  try {
    await work();
    await runner.query('COMMIT');
  } catch (error) {
    await runner.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
