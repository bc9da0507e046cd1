import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/cache.ts';
import { hubSettings } from '../../config/settings.ts';
import { learnModels } from '../../customer-360/identity/learn-models.ts';
import { resolveDirty } from '../../customer-360/identity/resolve-dirty.ts';
import { databases } from '../setup/databases.ts';
import { party } from './party-facts.ts';
import { putParty } from './party-table.ts';

const { identity } = hubSettings.parse({});

describe.each(databases.slice(0, 1))('models on $name', (database) => {
  let cache: Cache;
  const versions = () => cache.query('SELECT kind, version, seed, records FROM identity_models ORDER BY kind, version');

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  it('are learnt once by themselves when there is enough to learn from, and anew when told to', async () => {
    const letters = (n: number) => [...String(n + 1000)].map((digit) => 'bcdfghjklm'.charAt(Number(digit))).join('a');
    for (let i = 0; i < 160; i++) {
      const facts = { displayName: `Firm ${letters(i)}`, email: `office@${letters(i)}.example` };
      await putParty(cache, party('erp', String(i), facts));
      await putParty(cache, party('crm', String(i), facts));
    }
    const resolve = () => resolveDirty({ cache, identity, priorities: {} });
    await resolve();
    const first = { kind: 'organization', version: 1, seed: 1, records: 320 };
    expect(await versions()).toEqual([first]);
    await putParty(cache, party('erp', '0', { displayName: 'Another' }));
    await resolve();
    expect(await versions()).toEqual([first]);

    const [before] = await cache.query('SELECT parameters FROM identity_models');
    expect(await learnModels(cache, identity)).toEqual([{ kind: 'organization', version: 2, records: 320 }]);
    await resolve();
    const [row] = await cache.query('SELECT COUNT(DISTINCT made_with) AS names FROM identity_profiles');
    expect(Number(row?.names)).toBe(1);
    const [, after] = await cache.query('SELECT parameters FROM identity_models ORDER BY version');
    expect(Object.keys(JSON.parse(String(after?.parameters)))).toEqual(
      Object.keys(JSON.parse(String(before?.parameters))),
    );
  });
});
