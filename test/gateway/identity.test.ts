import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { hubSettings, sourceSettings } from '../../config/settings/settings.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { createViewer } from '../../gateway/access/viewer.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import { party, partyId } from '../customer-360/party-facts.ts';
import { putParty } from '../customer-360/party-table.ts';
import { databases } from '../setup/databases.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';

const { identity } = hubSettings.parse({});

describe.each(databases)('identity in the graph on $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;
  const resolve = () => resolveDirty({ cache, identity, priorities: { erp: 10 } });
  const customerOf = async (system: string, key: string) =>
    (await graph.data(`{ customerBySource(system: "${system}", key: "${key}") { id } }`)).customerBySource.id;

  beforeAll(async () => {
    cache = await database.open();
    graph = graphUnderTest(cache);
    const phone = '+49 30 1234567';
    await putParty(
      cache,
      party('erp', '1', { displayName: 'Fox Textiles', phone, email: 'fox@fox.example', taxId: 'X1234' }),
    );
    await putParty(cache, party('crm', '1', { displayName: 'Zenith Holding', phone, taxId: 'X1234' }));
    await putParty(cache, party('crm', '2', { displayName: 'FOX TEXTILES', email: 'fox@fox.example', website: 'fox' }));
    await resolve();
  });
  afterAll(() => database.drop());

  it('says of each field of a customer where it comes from', async () => {
    const { customer } = await graph.data(
      `query ($id: ID!) { customer(id: $id) {
         provenance { field value sourceRef observedAt rule confidence party { system } } parties { linkedBy confidence }
       } }`,
      { id: await customerOf('erp', '1') },
    );
    const fields = Object.fromEntries(customer.provenance.map((each: { field: string }) => [each.field, each]));
    expect(Object.keys(fields)).toEqual(['displayName', 'taxId', 'email', 'phone', 'website']);
    expect(fields.website).toEqual({
      field: 'website',
      value: 'fox',
      sourceRef: `crm:party:${partyId('crm', '2')}`,
      observedAt: '2026-06-15T12:00:00.000000Z',
      rule: 'PRIORITY',
      confidence: expect.any(Number),
      party: { system: 'crm' },
    });
    expect(fields.website.confidence).toBeGreaterThan(0.95);
    expect(customer.parties).toEqual([
      { linkedBy: 'EMAIL', confidence: expect.any(Number) },
      { linkedBy: 'EMAIL', confidence: expect.any(Number) },
    ]);
  });

  it('shows what waits with its evidence, and lets stewards settle it, on both lanes', async () => {
    const QUEUE = `{ identityQueue { totalCount nodes { weight reason a { displayName } b { displayName }
      evidence { prior rarity weight probability isDoubtful decision model fields { field level bits } } } } }`;
    for (const lane of ['local', 'stitched'] as const) {
      const answer = await graph.ask(QUEUE, {}, lane);
      expect(answer.errors).toBeUndefined();
      const { nodes, totalCount } = (answer.data as { identityQueue: { nodes: object[]; totalCount: number } })
        .identityQueue;
      expect(totalCount).toBe(1);
      expect(nodes).toMatchObject([
        { reason: 'DOUBTFUL', evidence: { isDoubtful: true, decision: null, model: 0, fields: { length: 7 } } },
      ]);
    }
    const [a, b] = [partyId('erp', '1'), partyId('crm', '1')];
    const before = await customerOf('crm', '1');
    const CONFIRM = `mutation ($a: ID!, $b: ID!, $dryRun: Boolean) {
      confirmIdentity(a: $a, b: $b, dryRun: $dryRun, reason: "one house") {
        id dryRun moves { from to party { displayName } } decided { verdict a { system } b { system } }
      } }`;
    const tried = await graph.data(CONFIRM, { a, b, dryRun: true });
    expect(tried.confirmIdentity).toMatchObject({ id: null, dryRun: true });
    expect(await customerOf('crm', '1')).toBe(before);
    const done = (await graph.ask(CONFIRM, { a, b }, 'stitched')).data as { confirmIdentity: { id: string } };
    expect(done.confirmIdentity.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await customerOf('crm', '1')).toBe(await customerOf('erp', '1'));
    const { identityActions } = await graph.data('{ identityActions { action actor reason moves { from } } }');
    expect(identityActions).toMatchObject([{ action: 'CONFIRM', actor: 'anybody', reason: 'one house' }]);
  });

  it('takes a merge back', async () => {
    await putParty(cache, party('scm', '9', { displayName: 'Acme Works' }));
    await resolve();
    const [a, b] = [await customerOf('erp', '1'), await customerOf('scm', '9')];
    await graph.data('mutation ($a: ID!, $b: ID!) { mergeCustomers(a: $a, b: $b) { id } }', { a, b });
    expect(await customerOf('scm', '9')).toBe(a);
    const UNMERGE = 'mutation ($id: ID!) { unmergeCustomer(id: $id) { moves { from to } } }';
    expect((await graph.data(UNMERGE, { id: b })).unmergeCustomer.moves).toEqual([{ from: a, to: b }]);
    expect(await customerOf('scm', '9')).toBe(b);
    expect((await graph.ask(UNMERGE, { id: b })).errors?.[0]?.extensions?.code).toBe('IDENTITY_NOT_MERGED');
  });

  it('takes a decision back, and all that an action decided', async () => {
    const [a, b] = [partyId('erp', '1'), partyId('crm', '1')];
    const WITHDRAW = `mutation ($a: ID!, $b: ID!, $dryRun: Boolean) {
      withdrawIdentity(a: $a, b: $b, dryRun: $dryRun) { id action withdrawn { verdict } moves { from } } }`;
    const tried = await graph.data(WITHDRAW, { a, b, dryRun: true });
    expect(tried.withdrawIdentity).toMatchObject({ id: null, action: 'WITHDRAW', withdrawn: [{ verdict: 'SAME' }] });
    const REJECT = 'mutation ($a: ID!, $b: ID!) { rejectIdentity(a: $a, b: $b) { id } }';
    const ofAction = 'mutation ($id: ID!) { withdrawIdentityAction(id: $id) { withdrawn { verdict } } }';
    const { id } = (await graph.data(REJECT, { a, b })).rejectIdentity;
    expect((await graph.data(ofAction, { id })).withdrawIdentityAction.withdrawn).toEqual([{ verdict: 'APART' }]);
    const codes = [await graph.ask(WITHDRAW, { a, b }), await graph.ask(ofAction, { id: 'x' })].map(
      ({ errors }) => errors?.[0]?.extensions?.code,
    );
    expect(codes).toEqual(['IDENTITY_NOT_DECIDED', 'BAD_USER_INPUT']);
  });

  it('is for stewards only, and values of people only for those who may read them', async () => {
    const settings = {
      ...hubSettings.parse({}),
      sources: { erp: { ...sourceSettings.parse({ kind: 'rest' }), streams: {} } },
    };
    const asked = createGraph({ cache, settings });
    const ask = async (scopes: string[], query: string) => {
      const viewer = createViewer({ name: 'user ann', scopes, claims: {} });
      return JSON.parse(JSON.stringify(await asked.execute({ query, context: asked.createContext(viewer) })));
    };
    const ids = `a: "${partyId('erp', '1')}", b: "${partyId('crm', '1')}"`;
    const refused = await ask(['crm:read', 'pii:read'], `mutation { rejectIdentity(${ids}) { id } }`);
    expect(refused.errors[0].extensions.code).toBe('FORBIDDEN');
    const evidence = `{ identityEvidence(${ids}) { fields { field a } } }`;
    const masked = await ask(['identity:steward'], evidence);
    expect(masked.data.identityEvidence.fields[0]).toEqual({ field: 'name', a: null });
    const shown = await ask(['identity:steward', 'pii:read'], evidence);
    expect(shown.data.identityEvidence.fields[0]).toEqual({ field: 'name', a: [expect.any(String)] });
  });
});
