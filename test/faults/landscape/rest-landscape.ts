import { sourceSchema } from '../../../connectors/kinds.ts';
import { type Answer, startLoopback } from '../../connectors/loopback.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { type Landscape, type LandscapeOptions, recordsOf, type SourceOptions } from './landscape.ts';
import { type Kind, kinds, type Truth, type TruthRow } from './truth.ts';

const TOKEN = 'rest-Token-9';

const pagings = {
  cursor: { type: 'cursor', cursorParam: 'cursor', nextPath: 'next', sizeParam: 'limit' },
  link: { type: 'link', sizeParam: 'limit' },
  page: { type: 'page', pageParam: 'page', sizeParam: 'limit', totalPath: 'pages' },
  offset: { type: 'offset', offsetParam: 'offset', sizeParam: 'limit' },
} as const;
type Paging = keyof typeof pagings;

export const restFlavours = Object.keys(pagings);

/** A JSON API, oldest change first; `flavour` says how it pages. */
export async function startRestLandscape({ truth, flavour }: LandscapeOptions): Promise<Landscape> {
  const paging = flavour as Paging;
  const server = await startLoopback(`Bearer ${TOKEN}`, (url) => answerOf(truth, paging, url));
  const proxy = await startFaultyProxy({
    target: server.origin,
    now: truth.now,
    nothing: () => '{"data":[],"next":null,"pages":0}',
  });
  const streamOf = (kind: Kind, { mapping, lookback }: SourceOptions) => ({
    resource: `/${kind}`,
    key: 'id',
    cursor: { field: 'changed', ...(lookback ? { lookback } : {}) },
    since: { param: 'since' },
    byKey: { path: `/${kind}/{key}`, itemPath: 'item' },
    records: recordsOf(mapping)[kind],
  });
  return {
    settings: (options) =>
      sourceSchema.parse({
        kind: 'rest',
        url: proxy.origin,
        auth: { type: 'bearer', token: TOKEN },
        timeout: options.timeout,
        paging: pagings[paging],
        itemsPath: 'data',
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

function answerOf(truth: Truth, paging: Paging, url: URL): Answer {
  const [, kind = '', key] = url.pathname.split('/');
  const rows = truth.rows[kind as Kind];
  if (!rows) return { status: 404, body: { error: 'no such list' } };
  if (key !== undefined) {
    const row = rows.get(decodeURIComponent(key));
    return row ? { body: { item: itemOf(row) } } : { status: 404, body: { error: 'no such record' } };
  }
  const parameter = (name: string) => url.searchParams.get(name);
  const size = Number(parameter('limit') ?? '5');
  const since = parameter('since');
  const found = [...rows.values()]
    .filter(({ stamp }) => since === null || (stamp !== null && stamp >= since.replace(/Z$/, '')))
    .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));

  if (paging === 'page' || paging === 'offset') {
    const from = paging === 'page' ? (Number(parameter('page') ?? '1') - 1) * size : Number(parameter('offset') ?? '0');
    return { body: { data: found.slice(from, from + size).map(itemOf), pages: Math.ceil(found.length / size) } };
  }
  const after = parameter(paging === 'cursor' ? 'cursor' : 'after');
  const rest = found.filter((row) => after === null || placeOf(row) > after);
  const last = rest.length > size ? rest[size - 1] : undefined;
  const data = rest.slice(0, size).map(itemOf);
  if (paging === 'cursor') return { body: { data, next: last ? placeOf(last) : null } };
  const next = new URL(url);
  if (last) next.searchParams.set('after', placeOf(last));
  return { headers: last ? { link: `<${next.href}>; rel="next"` } : {}, body: { data } };
}

function placeOf({ stamp, key }: TruthRow): string {
  return `${stamp ?? ''}|${key}`;
}

function itemOf({ key, stamp, fields }: TruthRow) {
  return { id: key, changed: stamp, ...fields };
}
