import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { databases } from '../setup/databases.ts';
import { protocols } from './landscape/landscape.ts';
import { planRound } from './rounds/plan-round.ts';
import { playRound } from './rounds/play-round.ts';

// Long on a busy machine: many passes, real processes.
jest.setTimeout(180_000);

// The first protocol waits for all: on a machine with other work that takes its time.
jest.setTimeout(180_000);

/** Few, for every day; `npm run test:faults -- --rounds 1000` is for the long nights. */
const ROUNDS = 1;
const FIRST_SEED = 20;

describe.each(databases)('random histories of a source, into $name', (database) => {
  const played = new Map<string, Promise<string[]>>();

  /** Protocols side by side, since histories mostly wait; the rounds of one after the other. */
  async function play(protocol: (typeof protocols)[number]): Promise<string[]> {
    const cache = await database.open();
    const found: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const seed = FIRST_SEED + round * protocols.length + protocols.indexOf(protocol);
      const { differences } = await playRound(planRound(seed), cache);
      const again = `npm run test:faults -- --seed ${seed} --rounds 1 --on ${database.name}`;
      if (differences.length > 0) found.push(again, ...differences);
    }
    return found;
  }

  beforeAll(() => {
    for (const protocol of protocols) {
      const result = play(protocol);
      result.catch(() => undefined);
      played.set(protocol, result);
    }
  });
  afterAll(() => database.drop());

  it.each(protocols)('once quiet, the cache equals the truth: %s', async (protocol) => {
    expect(await played.get(protocol)).toEqual([]);
  });
});
