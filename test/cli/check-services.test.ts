import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type GraphqlServer, startGraphqlServer } from '../gateway/federation/graphql-server.ts';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'c360-services-'));
const file = join(folder, 'customer360.yaml');
let loyalty: GraphqlServer;

beforeAll(async () => {
  loyalty = await startGraphqlServer(
    'type Query { customersByIds(ids: [ID!]!): [Customer]! } type Customer { id: ID! points: Int }',
    {},
  );
  const service = { kind: 'graphql', url: loyalty.url, extends: { Customer: { entry: 'customersByIds(ids)' } } };
  const services = {
    loyalty: service,
    gone: { ...service, url: 'http://127.0.0.1:1/graphql' },
    unfit: { ...service, extends: { Customer: { entry: 'customersByNames(names)' } } },
  };
  writeFileSync(file, stringify({ database: { url: 'sqlite::memory:' }, sources: {}, services }));
});
afterAll(async () => {
  await loyalty.close();
  rmSync(folder, { recursive: true, force: true });
});

it('customer360 check says which services are there and fit into the graph', async () => {
  const { code, out } = await runCli('check', '--settings', file);
  expect(out).toMatch(/^ok {5}loyalty: schema: in the graph/m);
  expect(out).toMatch(/^FAILED gone: schema: .*the connection was refused/m);
  expect(out).toMatch(/^FAILED unfit: schema: .*customersByNames\(names\)/m);
  expect(code).toBe(1);
  const one = await runCli('check', 'loyalty', '--settings', file);
  expect([one.code, one.out.trim().split('\n')]).toEqual([0, [expect.stringContaining('loyalty')]]);
}, 120_000);
