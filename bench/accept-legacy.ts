import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { parse } from 'yaml';
import { sqlSettings } from '../connectors/sql/settings.ts';
import { createSqlConnector } from '../connectors/sql/sql-connector.ts';
import { startAcceptanceHub } from './acceptance/acceptance-hub.ts';
import { legacyTotalsFromFile, legacyTotalsFromGraph } from './acceptance/legacy-totals.ts';
import { add, compareTotals, type Totals } from './acceptance/totals.ts';

const mapping = fileURLToPath(new URL('./acceptance/legacy-erp.yaml', import.meta.url));

const { expected, cache } = new Command('accept:legacy')
  .description('Syncs a legacy ERP database (LEGACY_MYSQL_URL) and compares the totals of the graph with a file.')
  .requiredOption('--expected <file>', 'totals computed from that database by plain SQL')
  .option('--cache <url>', 'an empty database mysql://… for the cache; a temporary SQLite file when left out')
  .parse()
  .opts<{ expected: string; cache?: string }>();

process.exitCode = await accept();

/** 0 when every total is equal and the cache equals the source, 1 otherwise. */
async function accept(): Promise<number> {
  if (!process.env.LEGACY_MYSQL_URL)
    throw new Error('Expected LEGACY_MYSQL_URL=mysql://user:password@host:port/database.');
  const source = parse(readFileSync(mapping, 'utf8'));
  const file = JSON.parse(readFileSync(expected, 'utf8'));
  const hub = await startAcceptanceHub({ system: 'legacy', source, cacheUrl: cache, say });
  try {
    await hub.sync();
    const seen = await seenByConnector(source);
    const raw = compareTotals(seen.totals, { expected: rawTotals(file) });
    const graph = compareTotals(await legacyTotalsFromGraph(hub), {
      expected: legacyTotalsFromFile(file, seen.deletedWithTaxId),
    });
    say(`\nWhat the connector reads:\n${raw.text}\n\nWhat the graph says:\n${graph.text}\n`);
    say('After a second pass and a reconcile:');
    await hub.sync();
    await hub.reconcile();
    const differences = raw.differences + graph.differences + (await hub.verify());
    say(differences === 0 ? '\nEvery total is equal.' : `\n${differences} differences.`);
    return differences === 0 ? 0 : 1;
  } finally {
    await hub.close();
  }
}

/** What the graph does not show: flags, deleted customers, and stamps as they were read. */
async function seenByConnector(source: object): Promise<{ totals: Totals; deletedWithTaxId: number }> {
  const settings = sqlSettings.parse({ ...source, url: process.env.LEGACY_MYSQL_URL });
  const connector = createSqlConnector({ system: 'legacy', settings });
  const { signal } = new AbortController();
  const totals: Totals = new Map();
  let deletedWithTaxId = 0;
  for await (const { records } of connector.pull('customers', { since: null, resume: null }, signal)) {
    for (const { data, version, deleted } of records) {
      add(totals, 'customers', 1);
      if (deleted) add(totals, 'customers deleted', 1);
      if (deleted && data.USTID) deletedWithTaxId += 1;
      if (data.USTID) add(totals, 'customers with tax id', 1);
      if (data.KZSPERRE === 'X') add(totals, 'customers blocked', 1);
      if (version === null) add(totals, 'customers never changed', 1);
    }
  }
  let newest = '';
  for await (const { records } of connector.pull('orders', { since: null, resume: null }, signal)) {
    newest = records.at(-1)?.version ?? newest;
  }
  totals.set('newest order change', newest);
  await connector.close();
  return { totals, deletedWithTaxId };
}

function rawTotals(file: RawExpectation): Totals {
  const totals: Totals = new Map();
  add(totals, 'customers', file.rows.KUNDE);
  add(totals, 'customers deleted', file.kundeGeloescht);
  add(totals, 'customers with tax id', file.kundeMitUstid);
  add(totals, 'customers blocked', file.kundeGesperrt);
  add(totals, 'customers never changed', file.kundeNieGeaendert);
  totals.set('newest order change', `${file.auftragMaxAenderung.replace(' ', 'T')}.000000Z`);
  return totals;
}

interface RawExpectation {
  rows: { KUNDE: number };
  kundeGeloescht: number;
  kundeMitUstid: number;
  kundeGesperrt: number;
  kundeNieGeaendert: number;
  auftragMaxAenderung: string;
}

function say(line: string): void {
  console.log(line);
}
