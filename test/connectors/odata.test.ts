import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { connectorContract, type Harness, type Row } from './contract.ts';
import { type EntitySetModel, ODATA_LOGIN, startOdataServer } from './odata-server.ts';

const bare = (value: string) => value;
/** v2 counts milliseconds, and calls what is finer nothing. */
const ticks = (value: string) => `"/Date(${Date.parse(value)}+0000)/"`;

connectorContract('odata v4, by delta links', {
  start: () => startHarness(4, 'links', { deltas: true }),
  faults: ['wrong-password', 'unreachable', 'hang', 'broken-json', 'login-page'],
  // A source that keeps track of changes is not asked for an order.
  inKeyOrder: true,
  secrets: [ODATA_LOGIN.password, 'wrong-Secret-9'],
});

for (const version of [2, 4] as const) {
  for (const paging of ['keyset', 'links'] as const) {
    connectorContract(`odata v${version}, paged by ${paging}`, {
      start: () => startHarness(version, paging),
      faults: ['wrong-password', 'unreachable', 'hang', 'broken-json', 'login-page'],
      secrets: [ODATA_LOGIN.password, 'wrong-Secret-9'],
    });
  }
}

async function startHarness(version: 2 | 4, paging: 'keyset' | 'links', options: object = {}): Promise<Harness> {
  const rows = new Map<string, Row>();
  const things: EntitySetModel = {
    key: ['id'],
    properties: {
      id: { edm: 'Edm.String', nullable: false },
      stamp: { edm: 'Edm.DateTimeOffset', write: version === 2 ? ticks : JSON.stringify },
      name: { edm: 'Edm.String' },
      amount: { edm: 'Edm.Decimal', write: version === 2 ? JSON.stringify : bare },
      big: { edm: 'Edm.Int64', write: bare },
    },
    changes: [],
    entities: () => [...rows.values()].map((row) => ({ ...row, stamp: shortest(row.stamp) })),
  };
  const server = await startOdataServer({ version, sets: { Things: things }, tokens: 'places' });
  return {
    connect: (fault) =>
      connect({
        system: 'erp',
        settings: sourceSchema.parse({
          kind: 'odata',
          url: fault === 'unreachable' ? 'http://127.0.0.1:9/odata' : `${server.origin}/odata/service/`,
          version,
          auth: {
            type: 'basic',
            ...ODATA_LOGIN,
            ...(fault === 'wrong-password' ? { password: 'wrong-Secret-9' } : {}),
          },
          timeout: fault === 'hang' ? '300ms' : '10s',
          streams: {
            things: {
              resource: 'Things',
              key: 'id',
              cursor: { field: 'stamp' },
              paging,
              ...options,
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

/** Stamps as servers write them: no more fraction than there is. */
function shortest(stamp: string): string {
  return stamp.replace(/\.?0+Z$/, 'Z');
}
