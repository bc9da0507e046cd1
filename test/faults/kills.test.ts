import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { databases } from '../setup/databases.ts';
import { playKills } from './kills/play-kills.ts';

// Long on a busy machine: many passes, real processes.
jest.setTimeout(180_000);

describe.each(databases)('processes that are killed while they sync into $name', (database) => {
  afterAll(() => database.drop());

  it('FAULTS 1: SIGKILL at any moment loses nothing and leaves no halves', async () => {
    const cache = await database.open();
    const { differences, kills } = await playKills({ seed: 3, kills: 3, compareEvery: 3 }, cache, database.url);
    expect({ differences, kills }).toEqual({ differences: [], kills: 3 });
  });
});
