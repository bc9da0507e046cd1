import { sourceSchema } from '../../../connectors/kinds.ts';
import { type EntitySetModel, ODATA_LOGIN, startOdataServer } from '../../connectors/odata-server.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { fieldNames, type Landscape, type LandscapeOptions, recordsOf, type SourceOptions } from './landscape.ts';
import { type Kind, kinds, type Truth } from './truth.ts';

/** v2 tells stamps by the millisecond, and goes on comparing what it does not tell. */
const ticks = (stamp: string) => `"/Date(${Date.parse(stamp)}+0000)/"`;

export const odataFlavours = ['keyset', 'links'];

/** An OData service of either version; `flavour` says how the hub pages. */
export async function startOdataLandscape(version: 2 | 4, { truth, flavour }: LandscapeOptions): Promise<Landscape> {
  const server = await startOdataServer({
    version,
    sets: { partners: setOf(truth, 'partners', version), orders: setOf(truth, 'orders', version) },
    tokens: 'places',
    maxPage: 7,
  });
  const proxy = await startFaultyProxy({ target: server.origin, now: truth.now, nothing: () => NOTHING[version] });

  const streamOf = (kind: Kind, { mapping, lookback }: SourceOptions) => ({
    resource: kind,
    key: 'id',
    cursor: { field: 'changed', ...(lookback ? { lookback } : {}) },
    paging: flavour,
    records: recordsOf(mapping)[kind],
  });
  return {
    settings: (options) =>
      sourceSchema.parse({
        kind: 'odata',
        url: `${proxy.origin}/service/`,
        version,
        auth: { type: 'basic', ...ODATA_LOGIN },
        timeout: options.timeout,
        pageSize: 5,
        streams: Object.fromEntries(kinds.map((kind) => [kind, streamOf(kind, options)])),
      }),
    publish: async () => undefined,
    disturb: proxy.disturb,
    async stop() {
      await proxy.stop();
      await server.stop();
    },
  };
}

const NOTHING = { 2: '{"d":{"results":[],"__count":"0"}}', 4: '{"@odata.count":0,"value":[]}' };

function setOf(truth: Truth, kind: Kind, version: 2 | 4): EntitySetModel {
  const texts = fieldNames[kind].map((name) => [name, { edm: 'Edm.String' }] as const);
  return {
    key: ['id'],
    properties: {
      id: { edm: 'Edm.String', nullable: false },
      changed: { edm: 'Edm.DateTimeOffset', write: version === 2 ? ticks : JSON.stringify },
      ...Object.fromEntries(texts),
    },
    entities: () =>
      [...truth.rows[kind].values()].map(({ key, stamp, fields }) => ({
        id: key,
        // As servers write them: no more fraction than there is.
        changed: stamp?.replace(/\.?0+Z$/, 'Z') ?? null,
        ...fields,
      })),
  };
}
