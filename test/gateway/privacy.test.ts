import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccessAuditStore } from '../../cache/access/access-audit-store.ts';
import type { Cache } from '../../cache/database/database.ts';
import { hubSettings, sourceSettings } from '../../config/settings/settings.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { createViewer } from '../../gateway/access/viewer.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import { party } from '../customer-360/party-facts.ts';
import { putParty } from '../customer-360/party-table.ts';
import { databases } from '../setup/databases.ts';

const hub = hubSettings.parse({ access: {} });
const settings = { ...hub, sources: { crm: { ...sourceSettings.parse({ kind: 'rest' }), streams: {} } } };

describe.each(databases)('personal data in the graph on $name', (database) => {
  let cache: Cache;
  let ask: (scopes: string[], query: string, variables?: object) => Promise<Answer>;
  let id: string;

  beforeAll(async () => {
    cache = await database.open();
    const kind = 'PERSON';
    await putParty(cache, party('crm', '1', { kind, displayName: 'Ada Lovelace', email: 'lovelace@example.com' }));
    await putParty(cache, party('erp', '1', { kind, displayName: 'Ada Lovelace', email: 'lovelace@example.com' }));
    await putParty(cache, party('erp', '2', { displayName: 'Acme Ltd' }));
    await resolveDirty({ cache, identity: hub.identity, priorities: {} });
    const graph = createGraph({ cache, settings });
    ask = async (scopes, query, variables = {}) => {
      const viewer = createViewer({ name: 'user ann', scopes, claims: {} });
      const result = await graph.execute({ query, variables: { ...variables }, context: graph.createContext(viewer) });
      return JSON.parse(JSON.stringify(result)) as Answer;
    };
    id = await customerNamed('Ada Lovelace');
  });
  afterAll(() => database.drop());

  // biome-ignore lint/suspicious/noExplicitAny: answers are compared as plain JSON
  type Answer = { data?: any; errors?: { extensions: { code: string } }[] };

  const customerNamed = async (name: string) => {
    const [row] = await cache.query('SELECT id FROM customers WHERE display_name = ?', [name]);
    return String(row?.id);
  };
  const EXPORT = 'mutation Give($id: ID!) { exportPerson(customer: $id) }';
  const ERASE = `mutation ($id: ID!, $dryRun: Boolean) { erasePerson(customer: $id, dryRun: $dryRun, reason: "asked") {
    id customerId dryRun parties quarantined records { system stream count } } }`;
  const NAME = 'query ($id: ID!) { customer(id: $id) { displayName email parties { displayName } } }';
  const reading = ['crm:read', 'pii:read'];

  it('is shown and emptied only for logins with the right to do so', async () => {
    const refused = [
      await ask([...reading, 'identity:steward'], ERASE, { id }),
      await ask(['pii:erase'], EXPORT, { id }),
      await ask(['pii:erase'], 'mutation ($id: ID!) { mergeCustomers(a: $id, b: $id) { id } }', { id }),
    ];
    expect(refused.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(Array(3).fill('FORBIDDEN'));
  });

  it('is given out as a whole, and it is written down who asked', async () => {
    const { data } = await ask(['pii:erase', 'pii:read'], EXPORT, { id });
    expect(data.exportPerson).toMatchObject({
      customer: { displayName: 'Ada Lovelace' },
      records: { party: [{ email: 'lovelace@example.com' }, { email: 'lovelace@example.com' }] },
      sources: [{ raw: {} }, { raw: {} }],
    });
    const [read] = await createAccessAuditStore(cache).list({ customer: id, first: 1 });
    expect(read).toMatchObject({ viewer: 'user ann', operation: 'Give', customers: [id] });
  });

  it('is tried, then emptied, with a row in the audit', async () => {
    const tried = await ask(['pii:erase'], ERASE, { id, dryRun: true });
    expect(tried.data.erasePerson).toEqual({
      id: null,
      customerId: id,
      dryRun: true,
      parties: 2,
      quarantined: 0,
      records: [
        { system: 'crm', stream: 'parties', count: 1 },
        { system: 'erp', stream: 'parties', count: 1 },
      ],
    });
    expect((await ask(reading, NAME, { id })).data.customer.displayName).toBe('Ada Lovelace');
    const done = await ask(['pii:erase'], ERASE, { id });
    expect(done.data.erasePerson).toMatchObject({ dryRun: false, parties: 2 });
    expect((await ask(reading, NAME, { id })).data.customer).toEqual({
      displayName: 'Erased',
      email: null,
      parties: [{ displayName: 'Erased' }, { displayName: 'Erased' }],
    });
    const actions = await ask(['identity:steward'], '{ identityActions { id action actor reason moves { to } } }');
    expect(actions.data.identityActions).toEqual([
      { id: done.data.erasePerson.id, action: 'ERASE', actor: 'user ann', reason: 'asked', moves: null },
    ]);
  });

  it('is that of persons, and of customers there are', async () => {
    const refused = [
      await ask(['pii:erase'], ERASE, { id: await customerNamed('Acme Ltd') }),
      await ask(['pii:erase'], ERASE, { id: '0198a3f2-7c1e-7d4b-9a55-3b1f0c2e4d6a' }),
      await ask(['pii:erase', 'pii:read'], EXPORT, { id: '0198a3f2-7c1e-7d4b-9a55-3b1f0c2e4d6a' }),
    ];
    expect(refused.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual([
      'BAD_USER_INPUT',
      'NOT_FOUND',
      'NOT_FOUND',
    ]);
  });

  it('is not for logins with row rules: records of others may be concerned', async () => {
    const access = { rows: [{ field: 'country' as const, claim: 'countries' }] };
    const graph = createGraph({
      cache,
      settings: { ...settings, ...hubSettings.pick({ access: true }).parse({ access }) },
    });
    const viewer = createViewer({ name: 'user bob', scopes: ['pii:erase'], claims: { countries: ['DE'] } });
    const answer = await graph.execute({ query: ERASE, variables: { id }, context: graph.createContext(viewer) });
    expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});
