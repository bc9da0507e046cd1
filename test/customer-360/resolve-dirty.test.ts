import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { createIdentityStore } from '../../cache/identity/identity-store.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { defaultModels } from '../../customer-360/identity/matching/model.ts';
import type { Party } from '../../customer-360/identity/party.ts';
import { profileOf } from '../../customer-360/identity/profile.ts';
import { createModelReader } from '../../customer-360/identity/resolution/models-in-use.ts';
import { resolveAll } from '../../customer-360/identity/resolution/resolve-all.ts';
import { prepareBatch } from '../../customer-360/identity/resolution/resolve-batch.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { instantOf } from '../../schema/time.ts';
import { databases } from '../setup/databases.ts';
import { party, partyId } from './party-facts.ts';
import { putParty, removeParty } from './party-table.ts';

const MAX_SHARED = 3;
const identity = hubSettings.parse({ identity: { defaultCountry: 'DE', maxShared: MAX_SHARED } }).identity;
const priorities = { erp: 10, crm: 5 };

describe.each(databases)('identity on $name', (database) => {
  let cache: Cache;
  const resolve = (on: Cache = cache, batchSize = 500) => resolveDirty({ cache: on, identity, priorities, batchSize });

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    for (const table of tables) await cache.execute(`DELETE FROM ${table}`);
  });

  it('links parties by tax id, e-mail, phone and cross-reference, and names the rule', async () => {
    await putParty(cache, party('erp', '1', { taxId: 'DE 123 456 788' }));
    await putParty(cache, party('crm', '1', { taxId: 'DE123456788', email: 'ann@example.com' }));
    await putParty(cache, party('scm', '1', { email: 'Ann@example.com', phone: '030 1234567' }));
    await putParty(cache, party('fin', '1', { phone: '+49 30 1234567' }));
    await putParty(cache, party('web', '1', { crossReferences: [partyId('fin', '1')] }));
    await putParty(cache, party('erp', '2', { taxId: 'DE123456700' }));
    const result = await resolve();

    expect(result).toEqual({ parties: 6, customers: 2, merged: 0, split: 0 });
    const rows = await cache.query('SELECT party_id AS id, rule FROM customer_links');
    const rules = new Map(rows.map(({ id, rule }) => [id, rule]));
    const of = (system: string, key: string) => rules.get(partyId(system, key));
    expect([of('crm', '1'), of('erp', '1'), of('erp', '2'), of('fin', '1'), of('scm', '1'), of('web', '1')]).toEqual([
      'TAX_ID',
      'TAX_ID',
      'ALONE',
      'CROSS_REFERENCE',
      'EMAIL',
      'CROSS_REFERENCE',
    ]);
    expect(await clusters(cache)).toHaveLength(2);
  });

  it('links a reference to a party that arrives later', async () => {
    await putParty(cache, party('crm', '1', { crossReferences: [partyId('erp', '1')] }));
    await resolve();
    await putParty(cache, party('erp', '1'));
    await resolve();
    expect(await clusters(cache)).toHaveLength(1);
  });

  it('forwards the younger id of a merge in one step, however many merges there were', async () => {
    const seen: string[] = [];
    for (const key of ['1', '2', '3']) {
      await putParty(cache, party('crm', key));
      await resolve();
      seen.push(await customerOf(cache, partyId('crm', key)));
      await new Promise((done) => setTimeout(done, 2));
    }
    const [first, second, third] = seen;
    await putParty(cache, party('crm', '3', { crossReferences: [partyId('crm', '2')] }));
    expect(await resolve()).toMatchObject({ merged: 1, split: 0 });
    expect(await forwards(cache)).toEqual({ [String(third)]: second });
    await putParty(cache, party('crm', '2', { crossReferences: [partyId('crm', '1')] }));
    await resolve();
    expect(await forwards(cache)).toEqual({ [String(third)]: first, [String(second)]: first });
    expect(await customerIds(cache)).toEqual([first]);
  });

  it('leaves the id with the majority when a customer splits', async () => {
    await putParty(cache, party('crm', '1', { email: 'a@example.com' }));
    await putParty(cache, party('erp', '1', { email: 'a@example.com' }));
    await putParty(cache, party('scm', '1', { email: 'a@example.com' }));
    await resolve();
    const before = await customerOf(cache, partyId('erp', '1'));
    await putParty(cache, party('crm', '1', { email: 'other@example.com' }));
    expect(await resolve()).toMatchObject({ split: 1 });
    expect(await customerOf(cache, partyId('erp', '1'))).toBe(before);
    expect(await customerOf(cache, partyId('scm', '1'))).toBe(before);
    expect(await customerOf(cache, partyId('crm', '1'))).not.toBe(before);
  });

  it('keeps the id while records change, and ends it with the last party', async () => {
    await putParty(cache, party('crm', '1', { email: 'a@example.com' }));
    await resolve();
    const before = await customerOf(cache, partyId('crm', '1'));
    await putParty(cache, party('crm', '1', { displayName: 'New name' }));
    expect(await resolve()).toMatchObject({ customers: 1 });
    expect(await customerOf(cache, partyId('crm', '1'))).toBe(before);
    await removeParty(cache, partyId('crm', '1'));
    await resolve();
    expect(await customerIds(cache)).toEqual([]);
    expect(await clusters(cache)).toEqual([]);
  });

  it('writes nothing for a party whose change changes nothing', async () => {
    await putParty(cache, party('crm', '1', { email: 'a@example.com' }));
    await resolve();
    await putParty(cache, party('crm', '1', { email: 'a@example.com' }));
    expect(await resolve()).toEqual({ parties: 1, customers: 0, merged: 0, split: 0 });
  });

  it('lets a value that too many share link nobody, from the moment it does and back', async () => {
    const keys = ['1', '2', '3', '4'];
    for (const key of keys.slice(0, 3)) await putParty(cache, party('crm', key, { email: 'info@example.com' }));
    await resolve();
    expect(await clusters(cache)).toHaveLength(1);
    await putParty(cache, party('crm', '4', { email: 'info@example.com' }));
    await resolve();
    expect(await clusters(cache)).toHaveLength(4);
    await removeParty(cache, partyId('crm', '2'));
    await resolve();
    expect(await clusters(cache)).toHaveLength(1);
  });

  it('finds customers by account number and e-mail', async () => {
    await putParty(cache, party('crm', '1', { displayName: 'Ácme' }));
    await cache.execute(
      'INSERT INTO accounts (id, origin_id, `system`, source_key, party_id, account_number) VALUES (?, ?, ?, ?, ?, ?)',
      [partyId('crm', 'a'), partyId('crm', 'a'), 'crm', 'a', partyId('crm', '1'), 'K-1001'],
    );
    await resolve();
    const [row] = await cache.query('SELECT search_text AS text FROM customers');
    expect(row?.text).toBe('k-1001\nácme');
  });

  it('makes each customer once, of all its records, when many arrive at once', async () => {
    for (const key of ['1', '2', '3', '4', '5', '6']) {
      await putParty(cache, party('crm', key, { email: `p${key}@example.com` }));
      await putParty(cache, party('erp', String(7 - Number(key)), { email: `p${key}@example.com` }));
    }
    expect(await resolve(cache, 2)).toEqual({ parties: 12, customers: 6, merged: 0, split: 0 });
    expect(await clusters(cache)).toHaveLength(6);
    await expectWhole(cache);
  });

  it('goes on with parties that another process left between their keys and their pairs', async () => {
    for (const key of ['1', '2']) await putParty(cache, party('crm', key, { email: 'ann@example.com' }));
    await cache.transaction(async (sql) => {
      const store = createIdentityStore(sql);
      await store.lock();
      const inUse = await createModelReader(identity)(sql);
      const dirty = await store.dirtyParties(10);
      await prepareBatch({ sql, dirty, settings: identity, inUse, priorities, now: instantOf(Date.now()) });
    });
    expect(await clusters(cache)).toHaveLength(0);
    await removeParty(cache, partyId('crm', '1'));
    await putParty(cache, party('crm', '3', { email: 'ann@example.com' }));
    await resolve();
    expect(await clusters(cache)).toEqual([[partyId('crm', '2'), partyId('crm', '3')]]);
    await expectWhole(cache);
  });

  it('comes to the same clusters whatever the order, in steps or at once', async () => {
    const pool = (name: string) =>
      fc.option(
        fc.nat(5).map((n) => `${name}${n}`),
        { freq: 1 },
      );
    const change = fc.record({
      key: fc.nat(11).map(String),
      gone: fc.boolean(),
      tax: pool('DE99887766'),
      mail: pool('someone'),
      refersTo: fc.option(fc.nat(11).map(String), { freq: 1 }),
      resolveNow: fc.boolean(),
    });
    const batchSize = fc.constantFrom(1, 3, 500);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), batchSize, async (changes, size) => {
        for (const table of tables) await cache.execute(`DELETE FROM ${table}`);
        const live = new Map<string, Party>();
        for (const { key, gone, tax, mail, refersTo, resolveNow } of changes) {
          const id = partyId('crm', key);
          if (gone && live.has(id)) {
            live.delete(id);
            await removeParty(cache, id);
          } else {
            const next = party('crm', key, {
              taxId: tax,
              email: mail && `${mail}@example.com`,
              crossReferences: refersTo === null ? [] : [partyId('crm', refersTo)],
            });
            live.set(id, next);
            await putParty(cache, next);
          }
          if (resolveNow) await resolve(cache, size);
        }
        await resolve(cache, size);
        expect(await clusters(cache)).toEqual(expectedClusters([...live.values()]));
        await expectWhole(cache);
      }),
      { numRuns: cache.dialect === 'mysql' ? 5 : 40 },
    );
  }, 120_000);

  it('lets one resolver in at a time', async () => {
    const other = await openCache({ url: database.url, poolSize: 2 });
    const events: string[] = [];
    let second: Promise<void> = Promise.resolve();
    await cache.transaction(async (sql) => {
      await createIdentityStore(sql).lock();
      second = other.transaction(async (otherSql) => {
        await createIdentityStore(otherSql).lock();
        events.push('second in');
      });
      await new Promise((done) => setTimeout(done, 100));
      events.push('first out');
    });
    await second;
    await other.close();
    expect(events).toEqual(['first out', 'second in']);
  });

  it('is not confused by other processes resolving at the same time, while parties arrive', async () => {
    const other = await openCache({ url: database.url, poolSize: 2 });
    const parties = Array.from({ length: 60 }, (_, i) =>
      party('crm', String(i), {
        email: `p${i % 20}@example.com`,
        crossReferences: [partyId('crm', String((i * 7) % 60))],
      }),
    );
    let arriving = true;
    const arrive = async () => {
      for (const one of parties) await putParty(cache, one);
      arriving = false;
    };
    const keepResolving = async (on: Cache) => {
      while (arriving) {
        await resolve(on, 5);
        // SQLite answers without a turn of the event loop, and what arrives needs one.
        await setImmediate();
      }
    };
    await Promise.all([arrive(), keepResolving(cache), keepResolving(other), keepResolving(other)]);
    await resolve();
    await other.close();
    expect(await clusters(cache)).toEqual(expectedClusters(parties));
    await expectWhole(cache);
  }, 120_000);
});

const tables = [
  'parties',
  'source_records',
  'accounts',
  'customers',
  'customer_links',
  'customer_forwards',
  'identity_keys',
  'identity_dirty',
  'identity_unjudged',
  'identity_profiles',
  'identity_pairs',
  'identity_merges',
];

/** What comes out when everybody is looked at once, from nothing. */
function expectedClusters(parties: readonly Party[]): string[][] {
  const { person, organization, maxShared, maxBlock } = identity;
  return resolveAll({
    profiles: parties.map((one) => profileOf({ ...one, contactPoints: [] }, 'DE')),
    judging: { models: defaultModels, person, organization },
    maxShared,
    maxBlock,
  }).clusters;
}

async function clusters(cache: Cache): Promise<string[][]> {
  const rows = await cache.query<{ party: string; customer: string }>(
    'SELECT party_id AS party, customer_id AS customer FROM customer_links ORDER BY party_id',
  );
  const grouped = new Map<string, string[]>();
  for (const { party: id, customer } of rows) grouped.set(customer, [...(grouped.get(customer) ?? []), id]);
  return [...grouped.values()];
}

async function customerOf(cache: Cache, id: string): Promise<string> {
  const [row] = await cache.query('SELECT customer_id AS id FROM customer_links WHERE party_id = ?', [id]);
  return String(row?.id);
}

async function customerIds(cache: Cache): Promise<string[]> {
  return (await cache.query('SELECT id FROM customers ORDER BY id')).map((row) => String(row.id));
}

async function forwards(cache: Cache): Promise<Record<string, unknown>> {
  const rows = await cache.query('SELECT old_id AS oldId, customer_id AS newId FROM customer_forwards');
  return Object.fromEntries(rows.map((row) => [String(row.oldId), row.newId]));
}

/** Links, customers and forwards fit together. */
async function expectWhole(cache: Cache): Promise<void> {
  const linked = await cache.query('SELECT DISTINCT customer_id AS id FROM customer_links ORDER BY customer_id');
  const ids = await customerIds(cache);
  expect(linked.map((row) => row.id)).toEqual(ids);
  for (const [oldId, newId] of Object.entries(await forwards(cache))) {
    expect(ids).toContain(newId);
    expect(ids).not.toContain(oldId);
  }
  for (const waiting of ['identity_dirty', 'identity_unjudged']) {
    expect(await cache.query(`SELECT party_id FROM ${waiting}`)).toEqual([]);
  }
}
