import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKeyStore } from '../../../cache/access/api-key-store.ts';
import type { Cache } from '../../../cache/database/database.ts';
import { createLog } from '../../../config/observability/log.ts';
import { scopes } from '../../../config/settings/access-settings.ts';
import { hubSettings, type Settings, sourceSettings } from '../../../config/settings/settings.ts';
import { createViewer, type Viewer } from '../../../gateway/access/viewer.ts';
import { type CustomerGraph, createGraph } from '../../../gateway/create-graph.ts';
import type { Graph } from '../../../gateway/graph.ts';
import { createGateway, type Gateway } from '../../../gateway/server.ts';
import { databases } from '../../setup/databases.ts';
import { createCacheBuilder } from '../cache-builder.ts';
import { generateOperation } from '../generated-operations.ts';
import { dice, type SampleCompany, sampleCompany } from '../sample-company.ts';

const CLOCK = Date.parse('2026-03-01T12:00:00Z');
const settings = {
  ...hubSettings.parse({
    gateway: { port: 0, maxTokens: 20_000 },
    access: {
      rows: [
        { field: 'country', claim: 'countries', unless: 'everywhere' },
        { field: 'kind', claim: 'kinds', unless: 'everywhere' },
      ],
    },
  }),
  sources: { erp: { ...sourceSettings.parse({ kind: 'rest' }), streams: {} } },
} as unknown as Settings;

interface User {
  key: string;
  viewer: Viewer;
}

/** What is asked again and again by everybody, so that one's answers are there when another asks. */
const usual = [
  'query ($id: ID!) { customer(id: $id) { displayName email parties { displayName } } }',
  'query ($id: ID!) { customer(id: $id) { kind orders(first: 3) { totalCount nodes { orderNumber customer { displayName } } } } }',
  'query ($id: ID!) { customer(id: $id) { contacts { name email phone } cases { nodes { subject } } } }',
  '{ customers(first: 50) { totalCount nodes { displayName taxId } } }',
  '{ orders(first: 5) { totalCount nodes { orderNumber customer { email } } } }',
  '{ invoices(first: 5) { totalCount nodes { invoiceNumber orders { orderNumber customer { displayName } } } } }',
];

describe.each(databases)('users side by side on $name', (database) => {
  let cache: Cache;
  let company: SampleCompany;
  let graph: CustomerGraph;
  let gateway: Gateway;
  let url: string;
  /** Keeps nothing and knows no other user. */
  let alone: CustomerGraph;
  const seed = Number(process.env.TEST_SEED ?? 362);
  const roll = dice(seed);

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder);
    await builder.save(cache);
    graph = createGraph({ cache, settings, now: () => CLOCK });
    gateway = await createGateway({ cache, settings, log: createLog({ level: 'silent' }), graph: graph as Graph });
    url = await gateway.listen();
    alone = createGraph({ cache, settings, now: () => CLOCK });
  });
  afterAll(async () => {
    await gateway.close();
    await database.drop();
  });

  /** Somebody with rights as the dice say: some scopes, some countries, some kinds of customers. */
  async function somebody(n: number): Promise<User> {
    const most = roll(2) === 0;
    const held = scopes.filter(() => roll(most ? 10 : 2) !== 0);
    const granted = [...held, ...(roll(6) === 0 ? ['everywhere'] : [])];
    const some = (values: string[]) => values.filter(() => roll(3) !== 0);
    const claims = { countries: some(['DE', 'KR']), kinds: some(['PERSON', 'ORGANIZATION']) };
    const name = `user ${n}`;
    const times = { now: '2026-01-01T00:00:00.000000Z', expiresAt: '2099-01-01T00:00:00.000000Z' };
    const { key } = await createApiKeyStore(cache).create({ name, scopes: granted, claims, ...times });
    return { key, viewer: createViewer({ name, scopes: granted, claims }) };
  }

  async function ask({ key }: User, query: string, variables: object) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await answer.json()) as { data?: unknown; errors?: { path?: unknown }[] };
    return { data, paths: errors.map(({ path }) => JSON.stringify(path)).sort() };
  }

  async function askAlone({ viewer }: User, query: string, variables: Record<string, unknown>) {
    const context = alone.createContext(viewer);
    const { data, errors = [] } = JSON.parse(JSON.stringify(await alone.execute({ query, variables, context })));
    return { data, paths: errors.map(({ path }: { path?: unknown }) => JSON.stringify(path)).sort() };
  }

  it('get what each would get alone, through both caches, whatever they may see and ask', async () => {
    const users = await Promise.all(Array.from({ length: 8 }, (_, n) => somebody(n)));
    const ids = { customerIds: company.customerIds, recordIds: company.orders.map(({ id }) => id) };
    const different = new Set<string>();
    let answered = 0;
    for (let n = 0; n < 45; n += 1) {
      const generated = n % 3 === 0;
      const query = generated ? generateOperation(graph.localSchema, roll, ids) : (usual[roll(usual.length)] ?? '');
      const variables = query.includes('$id') ? { id: company.customerIds[roll(company.customerIds.length)] } : {};
      const asking = [0, 1, 2].map(() => users[roll(users.length)] as User);
      const wanted = await Promise.all(asking.map((user) => askAlone(user, query, variables)));
      // at once, and again when each has left its answer behind
      for (const round of [1, 2]) {
        const got = await Promise.all(asking.map((user) => ask(user, query, variables)));
        for (const [index, user] of asking.entries()) {
          const which = { seed, n, round, user: user.viewer.name, query, variables };
          expect({ ...which, ...got[index] }).toEqual({ ...which, ...wanted[index] });
          if (got[index]?.data) answered += 1;
        }
        different.add(JSON.stringify(new Set(got.map(({ data }) => JSON.stringify(data))).size));
      }
    }
    // otherwise it would show nothing: answers were given, kept, and differed between those who asked at once
    expect(answered).toBeGreaterThan(60);
    expect(graph.memory.answers?.size().entries).toBeGreaterThan(10);
    expect(graph.memory.records?.size().entries).toBeGreaterThan(10);
    expect(different.size).toBeGreaterThan(1);
  }, 120_000);
});
