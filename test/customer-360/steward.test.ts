import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Cache } from '../../cache/database/database.ts';
import { createStewardStore } from '../../cache/identity/steward-store.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import type { Party } from '../../customer-360/identity/party.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { explainPair } from '../../customer-360/identity/stewardship/explain.ts';
import { createSteward, type Steward } from '../../customer-360/identity/stewardship/steward.ts';
import { databases } from '../setup/databases.ts';
import { party, partyId } from './party-facts.ts';
import { putParty, removeParty } from './party-table.ts';

const { identity } = hubSettings.parse({ identity: { defaultCountry: 'DE' } });
const priorities = { erp: 10, crm: 5 };
const how = { actor: 'test' };

describe.each(databases)('a steward on $name', (database) => {
  let cache: Cache;
  let steward: Steward;
  const resolve = () => resolveDirty({ cache, identity, priorities });
  const put = async (...parties: Party[]) => {
    for (const one of parties) await putParty(cache, one);
    await resolve();
  };
  const named = (system: string, key: string, displayName: string, some: Parameters<typeof party>[2] = {}) =>
    party(system, key, { displayName, ...some });
  const customerOf = async (system: string, key: string) => {
    const [row] = await cache.query('SELECT customer_id AS id FROM customer_links WHERE party_id = ?', [
      partyId(system, key),
    ]);
    return String(row?.id);
  };
  /** Everything a merge changes. */
  const standing = async () => ({
    links: await cache.query(
      'SELECT party_id, customer_id, rule, linked_at, confidence FROM customer_links ORDER BY 1',
    ),
    customers: await cache.query('SELECT id, kind, display_name, email, created_at FROM customers ORDER BY 1'),
    forwards: await cache.query('SELECT old_id, customer_id FROM customer_forwards ORDER BY 1'),
  });

  beforeAll(async () => {
    cache = await database.open();
    steward = createSteward({ cache, identity, priorities });
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    for (const table of tables) await cache.execute(`DELETE FROM ${table}`);
  });

  it('finds doubtful pairs in the queue with their evidence, and settles them either way', async () => {
    await put(
      named('erp', '1', 'Acme Robotics', { email: 'office@example.com', taxId: 'DE136695976' }),
      named('crm', '1', 'Acme Robotics', { email: 'office@example.com', taxId: 'DE811569869' }),
      named('erp', '2', 'Fox Textiles', { phone: '+49 30 1234567', taxId: 'DE123456788' }),
      named('crm', '2', 'Fox Textiles', { phone: '+49 30 1234567', taxId: 'DE111111125' }),
    );
    const store = createStewardStore(cache);
    const queue = await store.queue({ first: 10, after: null });
    expect(queue.map(({ reason }) => reason)).toEqual(['DOUBTFUL', 'DOUBTFUL']);
    expect(await store.countQueue()).toBe(2);
    const evidence = await explainPair(cache, identity, [partyId('crm', '1'), partyId('erp', '1')]);
    const sum = evidence.prior + evidence.rarity + evidence.fields.reduce((total, { bits }) => total + bits, 0);
    expect(evidence.weight).toBeCloseTo(sum, 9);
    expect(evidence.fields.map(({ field, level }) => [field, level])).toEqual(
      expect.arrayContaining([
        ['taxId', 'different'],
        ['email', 'same'],
        ['phone', null],
      ]),
    );
    await steward.confirm(partyId('erp', '1'), partyId('crm', '1'), how);
    await steward.reject(partyId('erp', '2'), partyId('crm', '2'), how);
    expect(await store.countQueue()).toBe(0);
    expect(await customerOf('erp', '1')).toBe(await customerOf('crm', '1'));
    expect(await customerOf('erp', '2')).not.toBe(await customerOf('crm', '2'));
  });

  it('tries an action without keeping anything', async () => {
    await put(named('erp', '1', 'Acme'), named('crm', '1', 'Zenith'));
    const before = await standing();
    const change = await steward.confirm(partyId('erp', '1'), partyId('crm', '1'), { ...how, dryRun: true });
    expect(change).toMatchObject({ id: null, dryRun: true, decided: [{ verdict: 'SAME' }] });
    expect(change.moves).toHaveLength(1);
    expect(await standing()).toEqual(before);
    expect(await createStewardStore(cache).actions(10)).toEqual([]);
  });

  it('undoes a wrong merge exactly, and it stays undone through the next ten syncs', async () => {
    await put(
      named('erp', '1', 'Acme Robotics', { email: 'acme@acme.example' }),
      named('crm', '1', 'Acme Robotics GmbH', { email: 'acme@acme.example' }),
    );
    await put(
      named('erp', '2', 'Zenith Holding', { email: 'zenith@zenith.example', birthDate: null }),
      named('crm', '2', 'Zenith Holding AG', { email: 'zenith@zenith.example' }),
    );
    const before = await standing();
    const [acme, zenith] = [await customerOf('erp', '1'), await customerOf('erp', '2')];
    const merged = await steward.merge(acme, zenith, { ...how, reason: 'on purpose' });
    expect(merged.moves).toHaveLength(2);
    expect(await customerOf('erp', '2')).toBe(acme);

    // it is found: the evidence is against it
    const queue = await createStewardStore(cache).queue({ first: 10, after: null });
    expect(queue.map(({ reason }) => reason)).toContain('SUSPECT');

    const undone = await steward.unmerge(zenith, [], how);
    expect(undone.moves.map(({ from, to }) => [from, to])).toEqual([
      [acme, zenith],
      [acme, zenith],
    ]);
    expect(await standing()).toEqual(before);
    for (let sync = 0; sync < 10; sync++) {
      // the two even come to share a mailbox
      await put(
        named('crm', '1', `Acme Robotics GmbH ${sync % 2 ? '' : 'i.L.'}`, { email: 'shared@acme.example' }),
        named('crm', '2', 'Zenith Holding AG', { email: 'shared@acme.example', phone: `+49 30 12345${sync}7` }),
      );
      expect(await customerOf('erp', '1')).not.toBe(await customerOf('erp', '2'));
      expect(await customerOf('crm', '2')).not.toBe(await customerOf('crm', '1'));
    }
    const actions = await createStewardStore(cache).actions(10);
    expect(actions.map(({ action, actor, reason }) => [action, actor, reason])).toEqual([
      ['UNMERGE', 'test', null],
      ['MERGE', 'test', 'on purpose'],
    ]);
  }, 120_000);

  it('undoes a merge that the records made', async () => {
    await put(named('erp', '1', 'Acme Robotics'));
    await new Promise((done) => setTimeout(done, 2));
    await put(named('crm', '1', 'Acme Robotics GmbH', { phone: '+49 30 1234567' }));
    const [first, second] = [await customerOf('erp', '1'), await customerOf('crm', '1')];
    await put(named('erp', '1', 'Acme Robotics', { phone: '+49 30 1234567' }));
    expect(await customerOf('crm', '1')).toBe(first);
    await steward.unmerge(second, [], how);
    expect(await customerOf('crm', '1')).toBe(second);
    expect(await customerOf('erp', '1')).toBe(first);
    await put(named('erp', '1', 'Acme Robotics', { phone: '+49 30 1234567', website: 'acme.example' }));
    expect(await customerOf('crm', '1')).toBe(second);
  });

  it('takes parties out of a customer for good', async () => {
    await put(...['1', '2', '3'].map((key) => named('crm', key, 'Acme Robotics', { email: 'acme@acme.example' })));
    const customer = await customerOf('crm', '1');
    expect(await customerOf('crm', '3')).toBe(customer);
    const change = await steward.unmerge(customer, [partyId('crm', '3')], how);
    expect(change.decided).toHaveLength(2);
    await put(named('crm', '3', 'Acme Robotics', { email: 'acme@acme.example', phone: '+49 30 7654321' }));
    expect(await customerOf('crm', '3')).not.toBe(customer);
    expect(await customerOf('crm', '2')).toBe(customer);
  });

  it('refuses what contradicts an earlier decision, and says which', async () => {
    await put(named('erp', '1', 'Acme'), named('crm', '1', 'Zenith'), named('scm', '1', 'Fox'));
    const [erp, crm, scm] = [partyId('erp', '1'), partyId('crm', '1'), partyId('scm', '1')];
    await steward.confirm(erp, crm, how);
    await steward.reject(crm, scm, how);
    await expect(steward.confirm(erp, scm, how)).rejects.toMatchObject({ code: 'IDENTITY_CONFLICT' });
    await expect(steward.merge(await customerOf('erp', '1'), await customerOf('scm', '1'), how)).rejects.toMatchObject({
      code: 'IDENTITY_CONFLICT',
      message: expect.stringContaining(scm),
    });
    await steward.confirm(crm, scm, how);
    await expect(steward.reject(erp, scm, how)).rejects.toMatchObject({ code: 'IDENTITY_CONFLICT' });
    await expect(steward.confirm(erp, partyId('erp', '9'), how)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(steward.unmerge(await customerOf('erp', '1'), [], how)).rejects.toMatchObject({
      code: 'IDENTITY_NOT_MERGED',
    });
  });

  it('takes a decision back, and lets the evidence speak again', async () => {
    await put(
      named('erp', '1', 'Acme Robotics', { email: 'acme@acme.example' }),
      named('crm', '1', 'Acme Robotics', { email: 'acme@acme.example' }),
      named('scm', '1', 'Zenith Holding'),
    );
    const [erp, crm, scm] = [partyId('erp', '1'), partyId('crm', '1'), partyId('scm', '1')];
    const before = await standing();
    await steward.reject(erp, crm, how);
    await steward.confirm(erp, scm, how);
    expect(await customerOf('scm', '1')).toBe(await customerOf('erp', '1'));

    const tried = await steward.withdraw(crm, erp, { ...how, dryRun: true });
    expect(tried).toMatchObject({ id: null, action: 'WITHDRAW', withdrawn: [{ verdict: 'APART' }], decided: [] });
    expect(tried.moves.length).toBeGreaterThan(0);
    expect(await customerOf('crm', '1')).not.toBe(await customerOf('erp', '1'));

    await steward.withdraw(crm, erp, { ...how, reason: 'one house after all' });
    await steward.withdraw(scm, erp, how);
    expect((await standing()).links.map(({ party_id }) => party_id)).toEqual(before.links.map((link) => link.party_id));
    expect(await customerOf('crm', '1')).toBe(await customerOf('erp', '1'));
    expect(await customerOf('scm', '1')).not.toBe(await customerOf('erp', '1'));
    expect((await createStewardStore(cache).actions(2)).map(({ action, reason }) => [action, reason])).toEqual([
      ['WITHDRAW', null],
      ['WITHDRAW', 'one house after all'],
    ]);
    await expect(steward.withdraw(erp, crm, how)).rejects.toMatchObject({ code: 'IDENTITY_NOT_DECIDED' });
  });

  it('takes back all that one action decided', async () => {
    await put(...['1', '2', '3'].map((key) => named('crm', key, 'Acme Robotics', { email: 'acme@acme.example' })));
    const customer = await customerOf('crm', '1');
    const { id, decided } = await steward.unmerge(customer, [partyId('crm', '3')], how);
    expect(decided).toHaveLength(2);
    const change = await steward.withdrawAction(id ?? '', how);
    expect(change.withdrawn).toEqual(decided);
    expect(await customerOf('crm', '3')).toBe(customer);
    await expect(steward.withdrawAction(id ?? '', how)).rejects.toMatchObject({ code: 'IDENTITY_NOT_DECIDED' });
  });

  it('merge and unmerge come to what was, whatever was merged in between; decisions always hold', async () => {
    const groups = fc.array(fc.nat(5), { minLength: 4, maxLength: 8 });
    const merges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(groups, merges, async (mailboxes, pairs) => {
        for (const table of tables) await cache.execute(`DELETE FROM ${table}`);
        await put(
          ...mailboxes.map((mailbox, i) =>
            named('crm', String(i), `Firm ${'abcdef'.charAt(mailbox).repeat(5)}`, {
              email: `m${mailbox}@firms.example`,
            }),
          ),
        );
        const history: { standing: Awaited<ReturnType<typeof standing>>; oldId: string }[] = [];
        for (const [i, j] of pairs) {
          const [a, b] = [
            await customerOf('crm', String(i % mailboxes.length)),
            await customerOf('crm', String(j % mailboxes.length)),
          ];
          if (a === b) continue;
          const before = await standing();
          await steward.merge(a, b, how);
          history.push({ standing: before, oldId: [a, b].sort()[1] ?? '' });
          expect(await customerOf('crm', String(i % mailboxes.length))).toBe([a, b].sort()[0]);
        }
        for (const { standing: before, oldId } of history.reverse()) {
          await steward.unmerge(oldId, [], how);
          expect(await standing()).toEqual(before);
        }
        // everybody changes, somebody goes: what was decided holds
        for (const [i, mailbox] of mailboxes.entries()) {
          await putParty(cache, named('crm', String(i), `Firm ${mailbox}`, { email: 'one@firms.example' }));
        }
        await removeParty(cache, partyId('crm', '0'));
        await resolve();
        const apart = await cache.query(
          `SELECT d.party_a FROM identity_decisions d JOIN customer_links a ON a.party_id = d.party_a
           JOIN customer_links b ON b.party_id = d.party_b AND b.customer_id = a.customer_id WHERE d.verdict = 'APART'`,
        );
        expect(apart).toEqual([]);
      }),
      { numRuns: cache.dialect === 'mysql' ? 2 : 12 },
    );
  }, 120_000);
});

const tables = [
  'parties',
  'source_records',
  'customers',
  'customer_links',
  'customer_forwards',
  'identity_keys',
  'identity_dirty',
  'identity_unjudged',
  'identity_profiles',
  'identity_pairs',
  'identity_decisions',
  'identity_actions',
  'identity_merges',
];
