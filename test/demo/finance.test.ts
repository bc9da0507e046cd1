import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { createStatements } from '../../demo/finance/finance-tables.ts';
import type { DemoSources } from '../../demo/start-demo-sources.ts';
import { startSmallDemo } from './start-small-demo.ts';

type Row = Record<string, string>;

let demo: DemoSources;
let books: Database.Database;

beforeAll(async () => {
  demo = await startSmallDemo({ scale: 0.3, only: ['finance'] });
  books = new Database(demo.env.DEMO_FINANCE_URL?.slice('sqlite:'.length) ?? '', { readonly: true });
});
afterAll(async () => {
  books.close();
  await demo.stop();
});

const rows = (statement: string) => books.prepare(statement).all() as Row[];

describe('the demo finance database', () => {
  it('writes dates as eight characters and nothing as zeros', () => {
    for (const { REDAT } of rows('SELECT REDAT FROM RECHNG')) expect(REDAT).toMatch(/^20\d{6}$/);
    expect(rows("SELECT 1 FROM RECHNG WHERE BEZDAT = '00000000'").length).toBeGreaterThan(0);
    expect(rows("SELECT 1 FROM KUNDE WHERE ANLDAT = '00000000'").length).toBeGreaterThan(0);
  });

  it('keeps all digits of amounts', () => {
    for (const { BRUTTO, OFFEN } of rows('SELECT BRUTTO, OFFEN FROM RECHNG')) {
      expect([BRUTTO, OFFEN]).toEqual([expect.stringMatching(/^\d+\.\d\d$/), expect.stringMatching(/^\d+\.\d\d$/)]);
    }
  });

  it('has lines that add up to their invoices, and allocations to their payments', () => {
    const [invoices] = rows(
      `SELECT COUNT(*) AS n FROM RECHNG r WHERE ROUND(CAST(r.NETTO AS REAL) * 100)
       <> (SELECT ROUND(SUM(CAST(p.NETTO AS REAL)) * 100) FROM RECHPOS p WHERE p.RENR = r.RENR)`,
    );
    expect(invoices?.n).toBe(0);
    const [payments] = rows(
      `SELECT COUNT(*) AS n FROM ZAHLG z WHERE z.STATUS <> 'F' AND ROUND(CAST(z.BETRAG AS REAL) * 100)
       <> (SELECT ROUND(SUM(CAST(a.BETRAG AS REAL)) * 100) FROM ZAHLZUO a WHERE a.ZNR = z.ZNR)`,
    );
    expect(payments?.n).toBe(0);
  });

  it('marks deleted customers and keeps them', () => {
    expect(rows("SELECT 1 FROM KUNDE WHERE KZLOESCH = 'X'").length).toBeGreaterThan(0);
  });

  it('has a table that tells no changes, and stamps to the microsecond in the others', () => {
    expect(rows('PRAGMA table_info(KREDIT)').map((column) => column.name)).not.toContain('AENDERUNG');
    expect(rows('SELECT AENDERUNG FROM RECHNG LIMIT 1')[0]?.AENDERUNG).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/,
    );
  });

  it('names MySQL types where its tables are made there', () => {
    const statements = createStatements('mysql').join('\n');
    expect(statements).toContain('BRUTTO DECIMAL(17,2) NOT NULL');
    expect(statements).toContain('COLLATE=utf8mb4_bin');
  });
});
