import { parseArgs } from 'node:util';
import { type Defence, defences, takeAway } from '../../config/defences.ts';
import { startTestServer } from '../setup/mysql-server.ts';
import { testDatabases } from '../setup/test-databases.ts';
import { type Protocol, protocols } from './landscape/landscape.ts';

/**
 * `npm run test:faults -- --seed 1 --rounds 100 [--kills 20] [--only rest] [--on SQLite] [--without "newest wins"]`:
 * histories of sources with everything that goes wrong, one a seed, each against a real database; then processes that
 * are killed. A seed is its history: a round that fails is played again by the command that its line shows.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '20' },
    kills: { type: 'string', default: '0' },
    only: { type: 'string' },
    on: { type: 'string' },
    without: { type: 'string' },
  },
});
const KILLS_A_SOURCE = 10;
const print = (line: string) => process.stdout.write(`${line}\n`);
const fail = (line: string): never => {
  process.stderr.write(`${line}\n`);
  process.exit(2);
};

const firstSeed = Number(values.seed);
const rounds = Number(values.rounds);
const kills = Number(values.kills);
if (![firstSeed, rounds, kills].every(Number.isSafeInteger)) fail('Expected whole numbers: --seed 1 --rounds 20');
const only = protocolOf(values.only);
if (values.without !== undefined && !(values.without in defences)) {
  fail(`Expected a defence, one of: ${Object.keys(defences).join(', ')}`);
}

const server = await startTestServer(process.env);
if (server.url) process.env.TEST_MYSQL_URL = server.url;
const databases = testDatabases(server.url ?? undefined).filter(({ name }) => !values.on || name === values.on);
if (databases.length === 0) fail('Expected --on SQLite or --on MySQL, and a server for the latter.');
// Which databases there are to read from is known only now.
const { planRound } = await import('./rounds/plan-round.ts');
const { playRound } = await import('./rounds/play-round.ts');
const { playKills } = await import('./kills/play-kills.ts');

const putBack = values.without ? takeAway(values.without as Defence) : () => undefined;
const caches = await Promise.all(databases.map((database) => database.open()));
const failed: number[] = [];
const began = performance.now();
let processes = 0;
for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
  const plan = planRound(seed, only);
  const at = Math.floor(seed / protocols.length) % databases.length;
  const cache = caches[at];
  if (!cache) throw new Error('Expected a cache.');
  const { differences, outcomes, processes: lived } = await playRound(plan, cache);
  processes += lived;
  const counts = [...outcomes].map(([name, count]) => `${name} ${count}`).join(', ');
  print(
    `${differences.length === 0 ? 'equal' : 'DIFFERENT'}  seed ${seed}  ${plan.protocol}/${plan.flavour} into ${databases[at]?.name}  ${lived} processes  ${counts}`,
  );
  if (differences.length === 0) continue;
  failed.push(seed);
  for (const difference of differences.slice(0, 12)) print(`    ${difference}`);
  print(`    again: npm run test:faults -- ${replay(seed, databases[at]?.name ?? '')}`);
}
let killed = 0;
for (let seed = firstSeed; killed < kills; seed += 1) {
  const at = seed % databases.length;
  const [cache, database] = [caches[at], databases[at]];
  if (!cache || !database) throw new Error('Expected a cache.');
  const plan = { seed, kills: Math.min(KILLS_A_SOURCE, kills - killed), compareEvery: 5, only };
  const { protocol, differences, kills: done, midway } = await playKills(plan, cache, database.url);
  killed += done;
  print(
    `${differences.length === 0 ? 'equal' : 'DIFFERENT'}  seed ${seed}  ${protocol} into ${database.name}  ${done} kills, ${midway} of them amid a run`,
  );
  if (differences.length === 0) continue;
  failed.push(seed);
  for (const difference of differences.slice(0, 12)) print(`    ${difference}`);
  print(`    again: npm run test:faults -- --seed ${seed} --rounds 0 --kills ${plan.kills} --on ${database.name}`);
}
putBack();
await Promise.all(databases.map((database) => database.drop()));
await server.stop();
const seconds = Math.round((performance.now() - began) / 1_000);
print(
  `${rounds} rounds, ${processes} processes, ${killed} kills, ${seconds} s: ${failed.length === 0 ? 'no difference' : `${failed.length} different (seeds ${failed.join(', ')})`}`,
);
process.exit(failed.length === 0 ? 0 : 1);

function replay(seed: number, on: string): string {
  const parts = [`--seed ${seed}`, '--rounds 1', `--on ${on}`];
  if (only) parts.push(`--only ${only}`);
  if (values.without) parts.push(`--without "${values.without}"`);
  return parts.join(' ');
}

function protocolOf(name: string | undefined): Protocol | null {
  if (name === undefined) return null;
  const found = protocols.find((one) => one === name);
  return found ?? fail(`Expected --only with one of: ${protocols.join(', ')}`);
}
