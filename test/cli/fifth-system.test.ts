import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { openCache } from '../../cache/database/open-cache.ts';
import { readSettings } from '../../cli/read-settings.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import { runCli } from './run-cli.ts';
import { type SmallCompany, startSmallCompany } from './small-company.ts';

jest.setTimeout(120_000);

let company: SmallCompany;
let loyalty: Server;
let members: { no: string; name: string; mail: string; joined: string; changed: string }[] = [];

beforeAll(async () => {
  company = await startSmallCompany();
  loyalty = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ members }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => loyalty.once('listening', resolve));
});
afterAll(async () => {
  loyalty.close();
  loyalty.closeAllConnections();
  await company.stop();
});

/** What somebody adds to a running installation's settings: no code. */
const fifthSystem = (port: number) => `
  loyalty:
    kind: rest
    url: http://127.0.0.1:${port}
    paging: { type: none }
    streams:
      members:
        resource: /members
        itemsPath: members
        key: no
        cursor: { field: changed }
        records:
          - entity: party
            fields:
              kind: { const: PERSON }
              displayName: name
              email: mail
          - entity: consent
            fields:
              partyId: no
              purpose: { const: LOYALTY_PROGRAMME }
              status: { const: GRANTED }
              decidedAt: joined
`;

/** Asks the graph of an installation. */
async function ask(settingsFile: string, query: string): Promise<ExecutionResult> {
  const settings = readSettings(settingsFile, {});
  const cache = await openCache(settings.database);
  try {
    const graph = createGraph({ cache, settings });
    return await graph.execute({ query, context: graph.createContext() });
  } finally {
    await cache.close();
  }
}

describe('a fifth system', () => {
  it('joins a running installation by YAML alone: its people become the customers they are', async () => {
    const { settingsFile } = company;
    expect(await runCli('sync', 'erp/partners', '--settings', settingsFile)).toMatchObject({ code: 0 });
    const before = await ask(
      settingsFile,
      '{ parties(first: 200) { nodes { sourceKey displayName email customer { id } } } }',
    );
    const parties = before.data?.parties as {
      nodes: { sourceKey: string; displayName: string; email: string | null }[];
    };
    const known = parties.nodes.find(({ email }) => email !== null && email !== '');
    const stamp = '2026-06-14T10:00:00Z';
    members = [
      {
        no: 'M-1',
        name: known?.displayName ?? '',
        mail: known?.email?.toUpperCase() ?? '',
        joined: stamp,
        changed: stamp,
      },
      { no: 'M-2', name: 'B. Nobody', mail: 'nobody-else@members.example', joined: 'last year', changed: stamp },
      { no: 'M-3', name: 'C. Newcomer', mail: 'new@members.example', joined: stamp, changed: stamp },
    ];

    const { port } = loyalty.address() as AddressInfo;
    const text = readFileSync(settingsFile, 'utf8');
    writeFileSync(
      settingsFile,
      text
        .replace('\nsources:\n', `\nsources:${fifthSystem(port)}`)
        .replace(/^sources:\n/, `sources:${fifthSystem(port)}`),
    );
    const checked = await runCli('check', 'loyalty', '--settings', settingsFile);
    expect([checked.code, checked.out]).toEqual([0, expect.stringMatching(/^ok {5}loyalty: /m)]);
    expect(await runCli('sync', 'loyalty', '--settings', settingsFile)).toMatchObject({ code: 0 });

    const answer = await ask(
      settingsFile,
      `{ customerBySource(system: "loyalty", key: "M-1") { consents { purpose } sourceRecords { system key } }
         newcomer: customerBySource(system: "loyalty", key: "M-3") { displayName sourceRecords { system } }
         quarantine(system: "loyalty") { nodes { key message } } }`,
    );
    expect(answer.errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(answer.data))).toEqual({
      customerBySource: {
        consents: [{ purpose: 'LOYALTY_PROGRAMME' }],
        sourceRecords: expect.arrayContaining([
          { system: 'erp', key: known?.sourceKey },
          { system: 'loyalty', key: 'M-1' },
        ]),
      },
      newcomer: { displayName: 'C. Newcomer', sourceRecords: [{ system: 'loyalty' }] },
      quarantine: { nodes: [{ key: 'M-2', message: expect.stringContaining('last year') }] },
    });
    expect(await runCli('verify', 'loyalty', '--settings', settingsFile)).toMatchObject({ code: 0 });
  });
});
