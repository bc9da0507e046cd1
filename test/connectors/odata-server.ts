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
  /** Every change so far, in order: the key of the entity. With it, the server keeps track of changes when asked to. */
  changes?: readonly string[];
  /** Delta tokens before this one are no longer good. */
  oldestDelta?(): number;
  /** How what is gone is told: by `@removed` (4.01), by `$deletedEntity` and its address (4.0), or with its bare key. */
  removedAs?: 'removed' | 'deleted entity' | 'bare key';
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
  /** Answers given instead of the server's own, where not null. */
  instead?(url: URL): Answer | null;
}

/** A small OData server: filters, orders, counts and pages as S/4-shaped services do on the wire. */
export async function startOdataServer(options: OdataServerOptions): Promise<Loopback> {
  const { version, sets, maxPage = 1_000, hasMetadata = true, tokens = 'counts' } = options;
  const login = Buffer.from(`${ODATA_LOGIN.username}:${ODATA_LOGIN.password}`).toString('base64');
  return startLoopback(`Basic ${login}`, (url, request): Answer => {
    if (url.search.includes('+')) return { status: 400, body: { error: { message: 'a + is not a space' } } };
    const other = options.instead?.(url);
    if (other) return other;
    const name = url.pathname.split('/').at(-1) ?? '';
    if (name === '$metadata') {
      return hasMetadata
        ? { headers: { 'content-type': 'application/xml' }, body: metadataOf(sets) }
        : { status: 404, body: {} };
    }
    const set = sets[name];
    if (!set) return { status: 404, body: { error: { code: '404', message: `Resource not found: ${name}` } } };
    const size = Number(/maxpagesize=(\d+)/.exec(String(request.headers.prefer))?.[1] ?? maxPage);
    const { changes } = set;
    if (changes && url.searchParams.has('$deltatoken')) return changesOf(set, changes, url, size);
    const answer = answerOf(set, url, size);
    const tracks = changes && String(request.headers.prefer).includes('odata.track-changes');
    return tracks ? tracked(answer, url, changes.length) : answer;
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

  /** The pages of a full read carry where it began, and the last one ends with the link to what changed since. */
  function tracked(answer: Answer, url: URL, now: number): Answer {
    const from = url.searchParams.get('tracked') ?? String(now);
    const body = String(answer.body);
    const next = /"@odata.nextLink":"([^"]*)"/;
    const traced = next.test(body)
      ? body.replace(next, (link) => (link.includes('tracked=') ? link : `${link.slice(0, -1)}&tracked=${from}"`))
      : `${body.slice(0, -1)},"@odata.deltaLink":"${url.pathname.split('/').at(-1)}?$deltatoken=${from}"}`;
    return { ...answer, headers: { ...answer.headers, 'preference-applied': 'odata.track-changes' }, body: traced };
  }

  function changesOf(set: EntitySetModel, changes: readonly string[], url: URL, size: number): Answer {
    const token = Number(url.searchParams.get('$deltatoken'));
    if (token < (set.oldestDelta?.() ?? 0)) return { status: 410, body: { error: { code: 'resyncRequired' } } };
    const skip = Number(url.searchParams.get('$skiptoken') ?? '0');
    const keys = [...new Set(changes.slice(token))];
    const [keyField = ''] = set.key;
    const byKey = new Map([...set.entities()].map((entity) => [entity[keyField] ?? '', entity]));
    const told = keys.slice(skip, skip + size).map((key) => {
      const entity = byKey.get(key);
      return entity ? entityJson(set, entity, null, null) : removedJson(set, keyField, key);
    });
    const name = url.pathname.split('/').at(-1);
    const link =
      skip + size < keys.length
        ? `"@odata.nextLink":"${name}?$deltatoken=${token}&$skiptoken=${skip + size}"`
        : `"@odata.deltaLink":"${name}?$deltatoken=${changes.length}"`;
    return { body: `{"@odata.context":"$metadata#x/$delta","value":[${told.join(',')}],${link}}` };
  }

  function removedJson({ removedAs = 'removed' }: EntitySetModel, keyField: string, key: string): string {
    if (removedAs === 'removed') return `{"@removed":{"reason":"deleted"},"${keyField}":${JSON.stringify(key)}}`;
    const address = `http://elsewhere/odata/Things('${encodeURIComponent(key.replaceAll("'", "''"))}')`;
    const id = JSON.stringify(removedAs === 'bare key' ? key : address);
    return `{"@odata.context":"$metadata#Things/$deletedEntity","id":${id},"reason":"deleted"}`;
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
