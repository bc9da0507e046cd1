import { sourceSchema } from '../../../connectors/kinds.ts';
import { startTrytonServer, TRYTON_PASSWORD, trytonTime, type Values } from '../../connectors/tryton-server.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { fieldNames, type Landscape, type LandscapeOptions, recordsOf, type SourceOptions } from './landscape.ts';
import { type Kind, kinds, type TruthRow } from './truth.ts';

/** A server that speaks Tryton's JSON-RPC: rows in the order of their ids, stamped by creation and by last change. */
export async function startJsonRpcLandscape({ truth }: LandscapeOptions): Promise<Landscape> {
  const server = await startTrytonServer();
  const proxy = await startFaultyProxy({ target: server.origin, now: truth.now, nothing });
  const streamOf = (kind: Kind, { mapping, lookback }: SourceOptions) => ({
    resource: `test.${kind}`,
    cursor: { field: ['write_date', 'create_date'], ...(lookback ? { lookback } : {}) },
    fields: [...fieldNames[kind]],
    records: recordsOf(mapping)[kind],
  });

  async function publish(): Promise<void> {
    for (const kind of kinds) {
      const rows = [...truth.rows[kind].values()].map((row): [number, Values] => [Number(row.key), valuesOf(row)]);
      server.models.set(`test.${kind}`, new Map(rows));
    }
  }

  await publish();
  return {
    settings: (options) =>
      sourceSchema.parse({
        kind: 'json-rpc',
        dialect: 'tryton',
        url: proxy.origin,
        database: 'erp',
        username: 'hub',
        password: TRYTON_PASSWORD,
        timeout: options.timeout,
        pageSize: 5,
        streams: Object.fromEntries(kinds.map((kind) => [kind, streamOf(kind, options)])),
      }),
    publish,
    disturb: proxy.disturb,
    async stop() {
      await proxy.stop();
      await server.stop();
    },
  };
}

function valuesOf({ key, created, stamp, fields }: TruthRow): Values {
  const isEdited = stamp !== null && stamp !== created;
  return {
    id: Number(key),
    ...fields,
    create_date: trytonTime(created),
    write_date: isEdited ? trytonTime(stamp) : null,
  };
}

/** A search that finds nothing and counts nothing; anything else is answered as it should be. */
function nothing(_url: URL, body: string): string {
  const { id, method } = JSON.parse(body) as { id: number; method: string };
  if (method.endsWith('search_count')) return JSON.stringify({ id, result: 0 });
  if (method.endsWith('get_preferences')) return JSON.stringify({ id, result: { company: 1, language: 'en' } });
  return JSON.stringify({ id, result: [] });
}
