import { type Answer, type Loopback, startLoopback } from './loopback.ts';

type Json = Record<string, unknown>;

/** What is said about a list: where more of it is, and how many there are. */
interface Said {
  next: string | null;
  count: number | null;
}

/** How one version of the protocol writes a list of entities and a list inside an entity. */
export interface Spelling {
  version: 2 | 3 | 4;
  page(items: Json[], said: Said): Json;
  /** The members of an entity that hold the list and what is said about it. */
  list(name: string, items: Json[], said: Said): Json;
  /** Control information that must not be taken for a property. */
  noise: Json;
}

const given = (members: Json) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined));
const text = (count: number | null) => (count === null ? null : String(count));

const verbose = (items: Json[], { next, count }: Said) => ({
  results: items,
  ...given({ __next: next, __count: text(count) }),
});

const written = {
  'version 2': {
    version: 2,
    page: (items, said) => ({ d: verbose(items, said) }),
    list: (name, items, said) => ({ [name]: verbose(items, said) }),
    noise: { __metadata: { uri: 'x' }, Customer: { __deferred: { uri: 'x' } } },
  },
  'version 3, verbose': {
    version: 3,
    page: (items, said) => ({ d: verbose(items, said) }),
    list: (name, items, said) => ({ [name]: verbose(items, said) }),
    noise: { __metadata: { uri: 'x' } },
  },
  'version 3, light': {
    version: 3,
    page: (value, { next, count }) => ({
      'odata.metadata': 'x#Orders',
      value,
      ...given({ 'odata.nextLink': next, 'odata.count': text(count) }),
    }),
    list: (name, items, { next, count }) => ({
      [name]: items,
      ...given({ [`${name}@odata.nextLink`]: next, [`${name}@odata.count`]: text(count) }),
    }),
    noise: { 'odata.type': 'x', 'odata.etag': 'x', 'Customer@odata.navigationLinkUrl': 'x' },
  },
  'version 4.0': {
    version: 4,
    page: (value, { next, count }) => ({
      '@odata.context': '$metadata#Orders',
      value,
      ...given({ '@odata.nextLink': next, '@odata.count': count }),
    }),
    list: (name, items, { next, count }) => ({
      [name]: items,
      ...given({ [`${name}@odata.nextLink`]: next, [`${name}@odata.count`]: count }),
    }),
    noise: { '@odata.etag': 'x', '@odata.id': 'x', 'Customer@odata.navigationLink': 'x' },
  },
  'version 4.01': {
    version: 4,
    page: (value, { next, count }) => ({
      '@context': '$metadata#Orders',
      value,
      ...given({ '@nextLink': next, '@count': count }),
    }),
    list: (name, items, { next, count }) => ({
      [name]: items,
      ...given({ [`${name}@nextLink`]: next, [`${name}@count`]: count }),
    }),
    noise: { '@etag': 'x', '@id': 'x', 'Customer@navigationLink': 'x', 'Id@type': '#String' },
  },
} satisfies Record<string, Spelling>;

export type SpellingName = keyof typeof written;
export const spellings: Record<SpellingName, Spelling> = written;
export const spellingNames = Object.keys(written) as SpellingName[];

export interface PagedOrdersOptions {
  spelling: Spelling;
  orders: number;
  lines: number;
  /** Of the server, whatever is asked for. */
  pageSize: number;
  /** How many lines come with an order. */
  linesAtFirst?: number;
  /** Does not tell how many orders there are. */
  uncounted?: boolean;
  /** Cuts without a next link. */
  unlinked?: boolean;
  /** How many lines it says an order has. */
  linesCounted?: number | null;
  /** What becomes of a link before it is written down. */
  link?(link: string): string;
  /** Answers given instead of the server's own, where not null. */
  instead?(url: URL): Answer | null;
}

const idOf = (n: number) => `SO${String(n).padStart(3, '0')}`;

/** A service that pages its orders, and the lines of each order, and knows just the filters that are needed for it. */
export async function startPagedOrders(options: PagedOrdersOptions): Promise<Loopback> {
  const { spelling, lines, pageSize, linesAtFirst = pageSize, link = (same) => same } = options;
  const ids = () => Array.from({ length: options.orders }, (_, i) => idOf(i + 1));
  const linesOf = (id: string) => Array.from({ length: lines }, (_, i) => ({ Order: id, No: i + 1, Qty: '1' }));

  function part(all: Json[], skip: number, path: string, count: number | null, size = pageSize): Json {
    const isMore = skip + size < all.length && !options.unlinked;
    return spelling.page(all.slice(skip, skip + size), {
      next: isMore ? link(`${path}$skip=${skip + size}`) : null,
      count,
    });
  }

  function orderOf(id: string): Json {
    const all = linesOf(id);
    const next = linesAtFirst < all.length ? link(`Orders('${id}')/Lines?$skip=${linesAtFirst}`) : null;
    const said = { next: options.unlinked ? null : next, count: options.linesCounted ?? null };
    return {
      Id: id,
      Changed: '2025-01-01T00:00:00Z',
      ...spelling.noise,
      ...spelling.list('Lines', all.slice(0, linesAtFirst), said),
    };
  }

  return startLoopback(null, (url): Answer => {
    const other = options.instead?.(url);
    if (other) return other;
    const path = decodeURIComponent(url.pathname);
    const skip = Number(url.searchParams.get('$skip') ?? 0);
    const nested = /^\/svc\/Orders\('(\w+)'\)\/Lines$/.exec(path)?.[1];
    if (nested) return { body: part(linesOf(nested), skip, `Orders('${nested}')/Lines?`, null) };
    if (path !== '/svc/Orders') return { status: 404, body: { error: { message: 'no such resource' } } };
    const filter = url.searchParams.get('$filter') ?? '';
    const after = /Id gt '(\w+)'/.exec(filter)?.[1] ?? '';
    const wanted = [...filter.matchAll(/Id eq '(\w+)'/g)].map(([, id]) => id ?? '');
    const isByKey = wanted.length > 0 && after === '';
    const found = ids().filter((id) => (isByKey ? wanted.includes(id) : id > after));
    const isCounted = url.searchParams.has('$count') || url.searchParams.has('$inlinecount');
    const count = isCounted && !options.uncounted ? found.length : null;
    const own = filter === '' ? '' : `$filter=${encodeURIComponent(filter)}&`;
    return { body: part(found.map(orderOf), skip, `Orders?${own}`, count) };
  });
}

/** The settings of a source that reads them. */
export function pagedOrdersSettings(origin: string, spelling: Spelling, stream: object = {}): object {
  return {
    kind: 'odata',
    url: `${origin}/svc`,
    version: spelling.version,
    streams: {
      things: {
        resource: 'Orders',
        key: 'Id',
        expand: ['Lines'],
        quarantineThreshold: 1,
        records: [
          { entity: 'order', fields: { orderNumber: 'Id', status: { const: 'CONFIRMED' } } },
          {
            entity: 'orderLine',
            each: 'Lines',
            key: ['^.Id', 'No'],
            fields: { orderId: '^.Id', lineNo: 'No', orderedQty: 'Qty' },
          },
        ],
        ...stream,
      },
    },
  };
}
