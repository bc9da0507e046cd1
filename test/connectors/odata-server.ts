import { type Answer, type Loopback, startLoopback } from './loopback.ts';
import { compileFilter, order } from './odata-filter.ts';

export const ODATA_LOGIN = { username: 'reader', password: 'odata-Secret-1' };

/** A property as the server keeps it: comparable text or number, and how it is written in JSON. */
interface PropertyType {
  edm: string;
  nullable?: boolean;
  /** The JSON text of a value; a quoted string when left out. */
  write?(value: string): string;
}

export interface EntitySetModel {
  key: string[];
  properties: Record<string, PropertyType>;
  entities(): Iterable<Record<string, string | null>>;
  /** Extra JSON members of an entity, e.g. expanded items. */
  more?(entity: Record<string, string | null>, expand: string | null): string;
}

export interface OdataServerOptions {
  version: 2 | 4;
  sets: Record<string, EntitySetModel>;
  /** The server's own page size; requests may ask for less. */
  maxPage?: number;
  hasMetadata?: boolean;
  /** What skip tokens are: how many were read, or where the last one stands. */
  tokens?: 'counts' | 'places';
}

/** A small OData server: filters, orders, counts and pages as S/4-shaped services do on the wire. */
export async function startOdataServer(options: OdataServerOptions): Promise<Loopback> {
  const { version, sets, maxPage = 1_000, hasMetadata = true, tokens = 'counts' } = options;
  const login = Buffer.from(`${ODATA_LOGIN.username}:${ODATA_LOGIN.password}`).toString('base64');
  return startLoopback(`Basic ${login}`, (url, request): Answer => {
    if (url.search.includes('+')) return { status: 400, body: { error: { message: 'a + is not a space' } } };
    const name = url.pathname.split('/').at(-1) ?? '';
    if (name === '$metadata') {
      return hasMetadata
        ? { headers: { 'content-type': 'application/xml' }, body: metadataOf(sets) }
        : { status: 404, body: {} };
    }
    const set = sets[name];
    if (!set) return { status: 404, body: { error: { code: '404', message: `Resource not found: ${name}` } } };
    return answerOf(set, url, Number(/maxpagesize=(\d+)/.exec(String(request.headers.prefer))?.[1] ?? maxPage));
  });

  function answerOf(set: EntitySetModel, url: URL, preferred: number): Answer {
    const option = (name: string) => url.searchParams.get(name);
    const filter = option('$filter');
    const matches = filter === null ? () => true : compileFilter(filter);
    const orderBy = (option('$orderby') ?? set.key.join(',')).split(',');
    const found = [...set.entities()].filter((entity) => matches((property) => entity[property] ?? null));
    found.sort((a, b) => orderBy.map((p) => order(a[p] ?? null, b[p] ?? null)).find((sign) => sign !== 0) ?? 0);
    const top = Number(option('$top') ?? '1000000');
    const places = found.map((entity) => JSON.stringify(orderBy.map((property) => entity[property] ?? null)));
    const token = option('$skiptoken');
    const skip =
      token === null ? Number(option('$skip') ?? '0') : tokens === 'counts' ? Number(token) : firstAfter(places, token);
    const size = Math.min(top, preferred, maxPage);
    const page = found
      .slice(skip, skip + size)
      .map((entity) => entityJson(set, entity, option('$select'), option('$expand')));
    const isMore = skip + size < found.length && size < top;
    const next = new URL(url);
    next.searchParams.set('$skiptoken', tokens === 'counts' ? String(skip + size) : (places[skip + size - 1] ?? ''));
    const isCounted = option('$count') === 'true' || option('$inlinecount') === 'allpages';
    return version === 4
      ? v4(page, found.length, isCounted, isMore ? next : null)
      : v2(page, found.length, isCounted, isMore ? next : null);
  }

  function v4(page: string[], count: number, isCounted: boolean, next: URL | null): Answer {
    const counted = isCounted ? `"@odata.count":${count},` : '';
    const link = next
      ? `,"@odata.nextLink":${JSON.stringify(`${next.pathname.split('/').at(-1)}${next.search.replaceAll('+', '%20')}`)}`
      : '';
    return { body: `{"@odata.context":"$metadata#x",${counted}"value":[${page.join(',')}]${link}}` };
  }

  function v2(page: string[], count: number, isCounted: boolean, next: URL | null): Answer {
    if (next) next.hostname = 'localhost.invalid';
    const counted = isCounted ? `,"__count":"${count}"` : '';
    const link = next ? `,"__next":${JSON.stringify(next.href.replaceAll('+', '%20'))}` : '';
    return { body: `{"d":{"results":[${page.join(',')}]${counted}${link}}}` };
  }

  function entityJson(
    set: EntitySetModel,
    entity: Record<string, string | null>,
    select: string | null,
    expand: string | null,
  ) {
    const selected = select === null ? null : new Set([...select.split(','), ...set.key]);
    const members = Object.entries(set.properties)
      .filter(([name]) => selected === null || selected.has(name))
      .map(([name, { write = JSON.stringify }]) => {
        const value = entity[name] ?? null;
        return `${JSON.stringify(name)}:${value === null ? 'null' : write(value)}`;
      });
    const control = version === 2 ? '"__metadata":{"uri":"x","etag":"1"}' : '"@odata.etag":"W/1"';
    return `{${[control, ...members, set.more?.(entity, expand)].filter(Boolean).join(',')}}`;
  }
}

/** The number of places at or before a token's; its row may be gone. */
function firstAfter(places: string[], token: string): number {
  const reached: (string | null)[] = JSON.parse(token);
  return places.filter((place) => {
    const here: (string | null)[] = JSON.parse(place);
    return (here.map((value, i) => order(value, reached[i] ?? null)).find((sign) => sign !== 0) ?? 0) <= 0;
  }).length;
}

function metadataOf(sets: Record<string, EntitySetModel>): string {
  const types = Object.entries(sets).map(([name, { key, properties }]) => {
    const refs = key.map((property) => `<PropertyRef Name="${property}"/>`).join('');
    const own = Object.entries(properties).map(([property, { edm, nullable = true }]) =>
      `<Property Name="${property}" Type="${edm}"${nullable ? '' : ' Nullable="false"'} sap:label="x > y"/>`.replace(
        ' > ',
        ' ',
      ),
    );
    return `<EntityType Name="${name}Type"><Key>${refs}</Key>${own.join('')}</EntityType>`;
  });
  const entitySets = Object.keys(sets).map((name) => `<EntitySet Name="${name}" EntityType="test.${name}Type"/>`);
  return `<edmx:Edmx xmlns:edmx="x"><Schema Namespace="test">${types.join('')}<EntityContainer>${entitySets.join('')}</EntityContainer></Schema></edmx:Edmx>`;
}
