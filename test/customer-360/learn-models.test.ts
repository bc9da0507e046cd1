import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { chance, learnModels } from '../../customer-360/identity/resolution/learn-models.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { recordId } from '../../schema/ids.ts';
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

it.each([
  ['numbers', (n: number) => String(n)],
  ['numbers within words', (n: number) => `P-${1_000_000 + n}`],
  ['no numbers', (n: number) => n.toString(2).replaceAll('0', 'a').replaceAll('1', 'b')],
])('chooses records to learn from evenly where keys are %s, and others for another seed', (_what, keyOf) => {
  const ids = Array.from({ length: 4_000 }, (_, n) => recordId({ system: 'crm', entity: 'party', key: keyOf(n) }));
  const chosen = (seed: number) => ids.filter((id) => chance(id, seed) < 0.25);
  expect(Math.abs(chosen(1).length / ids.length - 0.25)).toBeLessThan(0.05);
  expect(chosen(2)).not.toEqual(chosen(1));
});
