import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type AcceptanceHub, startAcceptanceHub } from './acceptance/acceptance-hub.ts';
import { compareTotals, type Totals } from './acceptance/totals.ts';
import { connectTryton, type TrytonApi } from './acceptance/tryton-api.ts';
import { tenCustomers } from './acceptance/tryton-customers.ts';
import { editTryton } from './acceptance/tryton-edits.ts';
import { totalsFromApi, totalsFromFile } from './acceptance/tryton-expectation.ts';
import { totalsFromGraph } from './acceptance/tryton-graph-totals.ts';

const SYSTEM = 'tryton';

interface Options {
  url: string;
  database: string;
  user: string;
  expected?: string;
  edits: boolean;
  editor: string;
  cache?: string;
}

const options = new Command('accept:tryton')
  .description('Syncs a Tryton into a fresh cache and compares the totals of the graph with those of Tryton itself.')
  .requiredOption('--url <address>', 'where Tryton is, such as http://127.0.0.1:8000/')
  .requiredOption('--database <name>', 'its database')
  .requiredOption('--user <name>', 'who reads it; the password comes from TRYTON_PASSWORD')
  .option('--expected <file>', 'totals computed from the database of that Tryton, compared too')
  .option('--edits', 'then edit, make and delete records in that Tryton, sync again, and compare again', false)
  .option('--editor <name>', 'who edits; the password comes from TRYTON_EDITOR_PASSWORD', 'admin')
  .option('--cache <url>', 'an empty database mysql://… for the cache; a temporary SQLite file when left out')
  .parse()
  .opts<Options>();

process.exitCode = await accept(options);

/** 0 when every total is equal and every edit was followed, 1 otherwise. */
async function accept({ url, database, user, expected, edits, editor, cache }: Options): Promise<number> {
  const api = await connectTryton({ url, database, user, password: secret('TRYTON_PASSWORD') });
  const login = { url, database, username: user, password: `\${TRYTON_PASSWORD}` };
  const hub = await startAcceptanceHub({
    system: SYSTEM,
    source: { preset: 'tryton', ...login },
    cacheUrl: cache,
    say,
  });
  const compare = async (file: Totals | null) => report(await totalsFromGraph(hub), api, file);
  try {
    say('First pass:');
    await hub.sync();
    let differences = await compare(expected ? totalsFromFile(JSON.parse(readFileSync(expected, 'utf8'))) : null);
    differences += await compareCustomers(hub, api);
    if (edits) {
      const made = await editTryton(
        await connectTryton({ url, database, user: editor, password: secret('TRYTON_EDITOR_PASSWORD') }),
        SYSTEM,
      );
      say('\nAfter editing, making and deleting records in Tryton:');
      await hub.sync();
      await hub.reconcile();
      differences += await compare(null);
      differences += await hub.verify();
      for (const { what, followed } of made) {
        const good = await followed(hub);
        say(`${good ? 'followed' : 'NOT FOLLOWED'}: ${what}`);
        if (!good) differences += 1;
      }
    }
    say(differences === 0 ? '\nEvery total is equal.' : `\n${differences} differences.`);
    return differences === 0 ? 0 : 1;
  } finally {
    await hub.close();
  }
}

/** Ten customers: their numbers in the graph beside what Tryton's records come to. */
async function compareCustomers(hub: AcceptanceHub, api: TrytonApi): Promise<number> {
  const { asOf, customers, told, counted } = await tenCustomers(hub, api);
  const { text, differences } = compareTotals(told, { 'Tryton API': counted });
  say(`\n${customers} customers as of ${asOf}:\n${text}\n`);
  return differences;
}

async function report(graph: Totals, api: TrytonApi, file: Totals | null): Promise<number> {
  const witnesses = { 'Tryton API': await totalsFromApi(api), ...(file ? { expected: file } : {}) };
  const { text, differences } = compareTotals(graph, witnesses);
  say(`\n${text}\n`);
  return differences;
}

function secret(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Expected the password in the environment variable ${name}; set it and start again.`);
  return value;
}

function say(line: string): void {
  console.log(line);
}
