import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache, Sql } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { graphUnderTest } from '../gateway/graph-under-test.ts';

describe("one customer's list filtered by a state that nearly all rows are in, on SQLite", () => {
  let folder: string;
  let cache: Cache;
  const open = () => openCache({ url: `sqlite:${join(folder, 'cache.db')}`, poolSize: 1 });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'c360-statistics-'));
    cache = await open();
  });
  afterEach(async () => {
    await cache.close();
    rmSync(folder, { recursive: true });
  });

  /** 600 customers with ten posted invoices each. */
  async function fill(sql: Sql): Promise<void> {
    const numbers = (most: number) =>
      `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${most - 1})`;
    await sql.execute(
      `INSERT INTO invoices (id, origin_id, \`system\`, source_key, party_id, status, issue_date)
       ${numbers(6_000)} SELECT 'i' || n, 'o' || n, 'finance', n, 'p' || (n % 600), 'POSTED', '2026-01-01' FROM numbers`,
    );
    await sql.execute(
      `INSERT INTO customer_links (party_id, customer_id, rule, linked_at)
       ${numbers(600)} SELECT 'p' || n, '0198a3f2-7c1e-7d4b-9a55-' || (100000000000 + n), 'TAX_ID', '2026-01-01 00:00:00.000000' FROM numbers`,
    );
  }

  /** Which indexes of invoices the statements of the list take. */
  async function indexesTaken(): Promise<string[]> {
    const { data, statements } = graphUnderTest(cache);
    await data(
      '{ invoices(filter: { customer: ["0198a3f2-7c1e-7d4b-9a55-100000000007"], status: [POSTED] }) { totalCount nodes { invoiceNumber } } }',
    );
    const plans = await Promise.all(
      statements()
        .filter((statement) => statement.includes('FROM invoices t'))
        .map((statement) =>
          cache.query(`EXPLAIN QUERY PLAN ${statement}`, statement.match(/\?/g)?.map(() => null) ?? []),
        ),
    );
    return plans.map(([first]) => String(first?.detail).replace(/.* INDEX (\w+) .*/, '$1'));
  }

  it('is found by the customer, as soon as the rows are there', async () => {
    await cache.transaction(fill);
    expect(await indexesTaken()).toEqual(Array(2).fill('invoices_by_party_id_issue_date_id'));
  });

  it('is found by the customer by whoever opens the file next', async () => {
    await cache.transaction((sql) => sql.execute("DELETE FROM invoices WHERE id = 'none'"));
    await cache.transaction(fill);
    await cache.close();
    cache = await open();
    expect(await indexesTaken()).toEqual(Array(2).fill('invoices_by_party_id_issue_date_id'));
  });
});
