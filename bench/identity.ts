import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { generateFirms } from './identity/business-parks.ts';
import { demoParties } from './identity/demo-landscape.ts';
import { disagreementsOf } from './identity/disagreements.ts';
import { type Persons, personsOf, readFebrl, readFebrlRows } from './identity/febrl.ts';
import { generatePersons } from './identity/generated-persons.ts';
import { type Generated, generateHouseholds } from './identity/households.ts';
import { matchParties } from './identity/match-parties.ts';
import { readNorthwind } from './identity/northwind.ts';
import { readSites } from './identity/organisations.ts';
import { measureScale } from './identity/scale.ts';
import { type Score, scoreClusters } from './identity/score.ts';
import { scoreGenerated } from './identity/score-generated.ts';

interface Options {
  data?: string;
  seed: string;
  disagreements?: string;
  records?: string;
  cache?: string;
  persons: string;
  firms: string;
  examples?: boolean;
}

const options = new Command('bench:identity')
  .description('How right identity resolution is on public data with known truth, and how fast it is over a cache.')
  .option(
    '--data <folder>',
    'folder with febrl/, organisations/ and northwind/; nothing of it is copied. Generated sets only when left out',
  )
  .option('--persons <n>', 'people of the generated households; the figures are stated for 100000', '5000')
  .option('--firms <n>', 'firms of the generated business parks; the figures are stated for 20000', '2000')
  .option('--examples', 'print wrong merges of the generated sets')
  .option('--seed <n>', 'of what is generated and of learning', '1')
  .option('--disagreements <n>', 'print this many pairs of organisations on which labels and clusters disagree')
  .option('--records <n>', 'instead: resolve this many generated source records through a cache, then change 1,000')
  .option('--cache <url>', 'an empty database mysql://… for that; a temporary SQLite file when left out')
  .parse()
  .opts<Options>();

const seed = Number(options.seed);
const say = (line: string) => process.stdout.write(`${line}\n`);

if (options.records !== undefined)
  await measureScale({ records: Number(options.records), url: options.cache, seed, say });
else process.exitCode = measureRightness();

/** 0 when every figure is reached, 1 otherwise. */
function measureRightness(): number {
  const failures = measureGenerated();
  if (options.data !== undefined) failures.push(...measurePublicData(options.data));
  say(failures.length === 0 ? 'All figures reached.' : `Missed: ${failures.join(', ')}.`);
  return failures.length === 0 ? 0 : 1;
}

/** People and firms that share homes, buildings, lines and mailboxes. Gives the names of the figures that are missed. */
function measureGenerated(): string[] {
  const sets: [string, Generated][] = [
    [`households of ${options.persons} people`, generateHouseholds({ seed, persons: Number(options.persons) })],
    [`business parks of ${options.firms} firms`, generateFirms({ seed, firms: Number(options.firms) })],
  ];
  return sets.flatMap(([name, generated]) => {
    const matched = matchParties(generated.parties, { seed, country: 'DE' });
    const score = scoreGenerated(generated, matched);
    const isReached =
      score.wrongMerges === 0 && score.linked >= 0.97 && score.linkedOrQueued >= 0.99 && score.queue <= 0.02;
    say(
      `${`${name}, seed ${seed}`.padEnd(46)} records ${score.records}  wrong merges ${score.wrongMerges}  ` +
        `linked ${score.linked.toFixed(4)}  or queued ${score.linkedOrQueued.toFixed(4)}  ` +
        `queue ${score.queue.toFixed(4)}  undecidable pairs ${score.undecidable}  ` +
        `${isReached ? 'reached' : 'MISSED'}  ${matched.seconds.toFixed(1)} s CPU`,
    );
    if (options.examples) for (const example of score.examples) say(`  ${example}`);
    return isReached ? [] : [name];
  });
}

/** Data sets that others published. Gives the names of the figures that are missed. */
function measurePublicData(data: string): string[] {
  const failures: string[] = [];
  const row = (name: string, score: Score, least: number | null, note: string) => {
    const verdict = least === null ? '' : score.f1 >= least ? `reached (${least})` : `MISSED (${least})`;
    if (least !== null && score.f1 < least) failures.push(name);
    const share = (value: number) => value.toFixed(4);
    say(
      `${name.padEnd(46)} pairs ${String(score.truePairs).padStart(6)}  precision ${share(score.precision)}  ` +
        `recall ${share(score.recall)}  F1 ${share(score.f1)}  ${verdict}  ${note}`,
    );
  };

  const persons = (name: string, { parties, truth }: Persons, least: number, oneRecordSystems: string[] = []) => {
    const { clusters, compared, seconds } = matchParties(parties, { seed, oneRecordSystems, country: 'AU' });
    row(name, scoreClusters(clusters, truth), least, `${compared} compared, ${seconds.toFixed(1)} s CPU`);
  };
  const has = (name: string) => existsSync(path.join(data, 'febrl', `${name}.csv`));
  persons('persons: febrl dataset 1', readFebrl(data, 'dataset1'), 0.995);
  persons('persons: febrl dataset 2', readFebrl(data, 'dataset2'), 0.995);
  if (has('dataset3')) persons('persons: febrl dataset 3', readFebrl(data, 'dataset3'), 0.995);
  if (has('dataset4a') && has('dataset4b')) {
    const both = together(readFebrl(data, 'dataset4a', 'a'), readFebrl(data, 'dataset4b', 'b'));
    persons('persons: febrl dataset 4, two files one to one', both, 0.999, ['a', 'b']);
  }
  const pool = readFebrlRows(data, 'dataset2').filter(({ rec_id }) => rec_id.endsWith('-org'));
  const third = { seed, originals: 2_000, duplicates: 3_000, most: 5, distribution: 'zipf' } as const;
  persons('persons: generated in the style of dataset 3', personsOf(generatePersons(pool, third), 'febrl'), 0.995);
  const fourth = { seed, originals: 5_000, duplicates: 5_000, most: 1, distribution: 'one' } as const;
  const rows = generatePersons(pool, fourth);
  const [originals, copies] = [rows.slice(0, 5_000), rows.slice(5_000)];
  const files = together(personsOf(originals, 'a'), personsOf(copies, 'b'));
  persons('persons: generated, two files one to one', files, 0.999, ['a', 'b']);

  const demo = demoParties(7, 2_000);
  const found = matchParties(demo.parties, { seed, country: 'DE' });
  row('demo: four systems; Latin, Korean, Chinese', scoreClusters(found.clusters, demo.truth), 0.99, '');

  const sites = readSites(data);
  const matched = matchParties(sites.parties, { seed, country: 'US' });
  row('organisations: Chicago sites, imperfect labels', scoreClusters(matched.clusters, sites.truth), null, '');
  if (options.disagreements !== undefined) {
    for (const line of disagreementsOf(sites, matched, Number(options.disagreements))) say(line);
  }

  const northwind = readNorthwind(data);
  const ships = matchParties(northwind.parties, { seed });
  const clusterOf = new Map(ships.clusters.flatMap((members, i) => members.map((id) => [id, i] as const)));
  const linked = northwind.variants.filter(({ shipTo, customer }) => clusterOf.get(shipTo) === clusterOf.get(customer));
  const score = scoreClusters(ships.clusters, northwind.truth);
  const wrong = score.foundPairs - score.rightPairs;
  row(
    'organisations: Northwind ship-tos to customers',
    score,
    null,
    `variants ${linked.length}/${northwind.variants.length}`,
  );
  if (linked.length < northwind.variants.length || wrong > 0) failures.push('Northwind');

  return failures;
}

function together(a: Persons, b: Persons): Persons {
  return { parties: [...a.parties, ...b.parties], truth: new Map([...a.truth, ...b.truth]) };
}
