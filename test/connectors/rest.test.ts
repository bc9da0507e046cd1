import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { connectorContract, type Harness, type Row } from './contract.ts';
import { REST_TOKEN, startRestServer } from './rest-server.ts';

const pagings = {
  cursor: { type: 'cursor', cursorParam: 'cursor', nextPath: 'meta.next', sizeParam: 'limit' },
  page: { type: 'page', pageParam: 'page', sizeParam: 'limit', totalPath: 'pages' },
  offset: { type: 'offset', offsetParam: 'offset', sizeParam: 'limit' },
  link: { type: 'link', sizeParam: 'limit' },
};

const byKeys = {
  cursor: { path: '/cursor/{key}', itemPath: 'item' },
  page: { param: 'ids', separator: '~' },
  offset: undefined,
  link: { path: '/link/{key}', itemPath: 'item' },
};

for (const type of ['cursor', 'page', 'offset', 'link'] as const) {
  connectorContract(`rest, paged by ${type}`, {
    start: () => startHarness(type),
    faults: ['wrong-password', 'unreachable', 'hang', 'broken-json', 'login-page'],
    secrets: [REST_TOKEN, 'wrong-Token-9'],
  });
}

async function startHarness(type: keyof typeof pagings): Promise<Harness> {
  const rows = new Map<string, Row>();
  const server = await startRestServer(rows);
  return {
    connect: (fault) =>
      connect({
        system: 'api',
        settings: sourceSchema.parse({
          kind: 'rest',
          url: fault === 'unreachable' ? 'http://127.0.0.1:9' : server.origin,
          auth: { type: 'bearer', token: fault === 'wrong-password' ? 'wrong-Token-9' : REST_TOKEN },
          timeout: fault === 'hang' ? '300ms' : '10s',
          paging: pagings[type],
          itemsPath: 'data',
          streams: {
            things: {
              resource: `/${type}`,
              key: 'id',
              cursor: { field: 'modified' },
              since: { param: 'modified_since' },
              byKey: byKeys[type],
              pageSize: 3,
              records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }],
            },
          },
        }),
      }),
    async put(changed) {
      for (const row of changed) rows.set(row.id, row);
    },
    async remove(id) {
      rows.delete(id);
    },
    async clear() {
      rows.clear();
    },
    fail: server.fail,
    stop: server.stop,
  };
}
