import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { type Loopback, startLoopback } from '../connectors/loopback.ts';
import { withoutDefence } from './without-defence.ts';

let server: Loopback;
afterEach(() => server.stop());

const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
const items = [
  { id: '1', name: 'Ada' },
  { id: '2', name: 'Bob' },
];

/** After so many requests the source relents, so that a hub without its defence comes to an end, too. */
const PATIENCE = 120;

const loops: Record<
  string,
  { settings: object; next(origin: string): { headers?: Record<string, string>; body: object } }
> = {
  'REST by cursor': {
    settings: { kind: 'rest', paging: { type: 'cursor', cursorParam: 'c', nextPath: 'next' }, itemsPath: 'data' },
    next: () => ({ body: { data: items, next: 'again' } }),
  },
  'REST by link': {
    settings: { kind: 'rest', paging: { type: 'link' }, itemsPath: 'data' },
    next: (origin) => ({ headers: { link: `<${origin}/things?again=1>; rel="next"` }, body: { data: items } }),
  },
  'REST by page number': {
    settings: { kind: 'rest', paging: { type: 'page', pageParam: 'page' }, itemsPath: 'data' },
    next: () => ({ body: { data: items } }),
  },
  'REST by offset': {
    settings: {
      kind: 'rest',
      paging: { type: 'offset', offsetParam: 'from', sizeParam: 'size' },
      itemsPath: 'data',
      pageSize: 2,
    },
    next: () => ({ body: { data: items } }),
  },
  'GraphQL by cursor': {
    settings: {
      kind: 'graphql',
      stream: {
        query: 'query ($after: ID) { things(after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }',
      },
    },
    next: () => ({ body: { data: { things: { nodes: items, pageInfo: { hasNextPage: true, endCursor: 'x' } } } } }),
  },
  'OData v2 by next links': {
    settings: { kind: 'odata', version: 2, stream: { paging: 'links' } },
    next: (origin) => ({ body: { d: { results: items, __next: `${origin}/things?$skiptoken=2` } } }),
  },
  'OData v4 by next links': {
    settings: { kind: 'odata', stream: { paging: 'links' } },
    next: () => ({ body: { value: items, '@odata.nextLink': 'things?$skiptoken=2' } }),
  },
  'OData v4 by delta links': {
    settings: { kind: 'odata', stream: { deltas: true } },
    next: () => ({ body: { value: items, '@odata.nextLink': 'things?$skiptoken=2' } }),
  },
  'OData v4 by keys': {
    settings: { kind: 'odata', pageSize: 2 },
    next: () => ({ body: { value: items } }),
  },
};

async function pull(name: string): Promise<{ pages: number; requests: number }> {
  const loop = loops[name];
  if (!loop) throw new Error(`Expected a loop, got ${name}.`);
  let origin = '';
  let asked = 0;
  server = await startLoopback(null, (url) => {
    if (url.pathname.endsWith('$metadata')) return { status: 404, body: {} };
    asked += 1;
    if (asked <= PATIENCE) return loop.next(origin);
    if ('kind' in loop.settings && loop.settings.kind === 'graphql') return { body: { data: { things: [] } } };
    return { body: 'value' in loop.next(origin).body ? { value: [] } : { data: [], d: { results: [] } } };
  });
  origin = server.origin;
  const { stream = {}, ...settings } = loop.settings as { stream?: object };
  const connector = connect({
    system: 'loop',
    settings: sourceSchema.parse({
      ...settings,
      url: origin,
      streams: { things: { resource: 'things', key: 'id', records, ...stream } },
    }),
  });
  let pages = 0;
  try {
    for await (const _ of connector.pull('things', { since: null, resume: null }, AbortSignal.timeout(20_000)))
      pages += 1;
  } finally {
    await connector.close();
  }
  return { pages, requests: asked };
}

describe('FAULTS 18: a source that leads to the same page again', () => {
  it.each(Object.keys(loops))('is noticed: %s', async (name) => {
    await expect(pull(name)).rejects.toMatchObject({ code: 'SOURCE_PROTOCOL' });
  });

  it.each(Object.keys(loops).filter((name) => name !== 'REST by offset'))(
    'goes red without: loop detection, %s',
    async (name) => {
      expect((await withoutDefence('loop detection', () => pull(name))).requests).toBeGreaterThanOrEqual(PATIENCE);
    },
  );
});
