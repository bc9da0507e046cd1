import { HubError } from '../../config/errors.ts';
import type { JsonValue } from '../../schema/json.ts';
import { addressBelow, nextAddress } from '../http/address.ts';
import { createHttpClient, type HttpAnswer } from '../http/http-client.ts';
import type { FoundList } from '../json/list-place.ts';
import type { SourceNotices } from '../source-notices.ts';
import { type EntitySet, readMetadata } from './metadata.ts';
import { acceptedFormats, countOption, type OdataVersion, versionHeaders } from './odata-version.ts';
import { odataRefusal } from './refusal.ts';
import type { OdataSettings } from './settings.ts';
import { type ElementPage, type EntityPage, entityPlaces, readElementPage, readEntityPage } from './wire.ts';

/** Query options by their OData names (`$filter`, …); undefined ones are left out. */
type Query = Record<string, string | undefined>;

/** One OData service: addresses, headers, envelopes and `$metadata`, whatever the version. */
export interface OdataService {
  readonly version: OdataVersion;
  page(request: PageRequest, signal: AbortSignal): Promise<ServicePage>;
  /** More of a list inside an entity, by the link to it; `path` is where the list is. */
  elements(request: ElementRequest, signal: AbortSignal): Promise<ElementPage>;
  /** The entity sets `$metadata` tells of; empty where the service does not offer it. */
  entitySets(signal: AbortSignal): Promise<Map<string, EntitySet>>;
  protocolError(message: string, stream?: string): HubError;
  close(): void;
}

interface PageRequest {
  stream: string;
  resource: string;
  query: Query;
  pageSize: number;
  /** Follows this next or delta link instead of asking by `query`. */
  link?: string | null;
  /** Asks the source to keep track of changes from here on, so that the last page has a delta link. */
  trackChanges?: boolean;
  /** Asks for the number of entities along with them. Where a service refuses that, it is asked without. */
  counted?: boolean;
}

interface ElementRequest {
  stream: string;
  resource: string;
  path: string;
  link: string;
  pageSize: number;
}

interface Asked {
  stream: string;
  asked: string;
  link: string | null | undefined;
  preference: string;
}

/** After so many refusals of a count the service is not asked for one any more. */
const MAX_REFUSALS = 3;

export interface ServicePage extends EntityPage {
  /** The source's clock when it answered. */
  date: string | null;
  /** Whether it said that it keeps track of changes. */
  tracksChanges: boolean;
}

export function createOdataService(system: string, settings: OdataSettings, notices?: SourceNotices): OdataService {
  const { url, version, rewriteLinks } = settings;
  const headers = { ...versionHeaders(version), ...lowerCased(settings.headers) };
  const http = createHttpClient({
    system,
    auth: settings.auth,
    timeout: settings.timeout,
    rateLimit: settings.rateLimit,
    maxRecordBytes: settings.maxRecordBytes,
    notices,
    secrets: Object.values(settings.headers),
  });
  let metadata: Promise<Map<string, EntitySet>> | null = null;

  async function readSets(signal: AbortSignal): Promise<Map<string, EntitySet>> {
    try {
      const request = { url: addressBelow(url, '$metadata'), headers: { ...headers, accept: 'application/xml' } };
      return readMetadata((await http.request(request, signal)).text);
    } catch (error) {
      // Reading works without: types are then told from the settings and the values.
      if (error instanceof HubError && withoutMetadata.has(error.code)) return new Map();
      throw error;
    }
  }

  function addressOf(link: string, current: string, stream: string): string {
    try {
      return nextAddress(url, current, link, rewriteLinks);
    } catch (error) {
      throw http.protocolError(`${stream}: ${error instanceof Error ? error.message : 'unreadable link'}`, stream);
    }
  }

  function read<T>(answer: HttpAnswer, stream: string, reader: (list: FoundList | null, body: JsonValue) => T): T {
    const body = answer.json();
    try {
      return reader(answer.list(), body);
    } catch (error) {
      throw http.protocolError(error instanceof Error ? error.message : 'expected entities', stream);
    }
  }

  /** Asks by the link, or where there is none by the address. */
  function ask({ stream, asked, link, preference }: Asked, signal: AbortSignal): Promise<HttpAnswer> {
    const prefer = [preference, headers.prefer].filter(Boolean).join(',');
    const own = { ...headers, accept: acceptedFormats[version], prefer };
    const address = link ? addressOf(link, asked, stream) : asked;
    const records = entityPlaces[version];
    const exchange = { url: address, headers: own, stream, records, link: link ?? undefined };
    return http.request({ ...exchange, refusal: odataRefusal }, signal);
  }

  async function readPage(request: PageRequest, counted: boolean, signal: AbortSignal): Promise<ServicePage> {
    const { stream, resource, query, pageSize, link, trackChanges = false } = request;
    const asked = addressBelow(url, resource, queryOf({ ...query, ...(counted ? countOption(version) : {}) }, version));
    const answer = await ask({ stream, asked, link, preference: preferences(pageSize, trackChanges) }, signal);
    const tracksChanges = /track-changes/i.test(answer.headers['preference-applied'] ?? '');
    const page = read(answer, stream, (list, body) => readEntityPage(list, body, version));
    return { ...page, date: answer.date, tracksChanges };
  }

  /** How often an entity set was refused with its count and given without. */
  const refusals = new Map<string, number>();

  return {
    version,
    async page(request, signal) {
      const { resource, link, counted = false } = request;
      const refused = refusals.get(resource) ?? 0;
      if (!counted || link || refused >= MAX_REFUSALS) return readPage(request, false, signal);
      try {
        return await readPage(request, true, signal);
      } catch (error) {
        if (!(error instanceof HubError) || error.code !== 'SOURCE_PROTOCOL') throw error;
        const page = await readPage(request, false, signal);
        refusals.set(resource, refused + 1);
        return page;
      }
    },
    async elements({ stream, resource, path, link, pageSize }, signal) {
      const asked = addressBelow(url, resource);
      const answer = await ask({ stream, asked, link, preference: preferences(pageSize, false) }, signal);
      return read(answer, stream, (list, body) => readElementPage(list, body, version, path));
    },
    async entitySets(signal) {
      metadata ??= readSets(signal).catch((error) => {
        metadata = null;
        throw error;
      });
      return metadata;
    },
    protocolError: http.protocolError,
    close: http.close,
  };
}

function preferences(pageSize: number, trackChanges: boolean): string {
  return `odata.maxpagesize=${pageSize}${trackChanges ? ',odata.track-changes' : ''}`;
}

const withoutMetadata = new Set(['SOURCE_NOT_FOUND', 'SOURCE_FORBIDDEN', 'SOURCE_PROTOCOL']);

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function queryOf(query: Query, version: OdataVersion): [string, string][] {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
  return version === 2 ? [...given, ['$format', 'json']] : given;
}
