import { HubError } from '../../config/errors.ts';
import { addressBelow, nextAddress } from '../http/address.ts';
import { createHttpClient, type HttpAnswer } from '../http/http-client.ts';
import type { SourceNotices } from '../source-notices.ts';
import { type EntitySet, readMetadata } from './metadata.ts';
import { odataRefusal } from './refusal.ts';
import type { OdataSettings } from './settings.ts';
import { type EntityPage, entityPlaces, readEntityPage } from './wire.ts';

/** Query options by their OData names (`$filter`, …); undefined ones are left out. */
type Query = Record<string, string | undefined>;

/** One OData service: addresses, headers, envelopes and `$metadata`, whatever the version. */
export interface OdataService {
  readonly version: 2 | 4;
  page(request: PageRequest, signal: AbortSignal): Promise<ServicePage>;
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
}

export interface ServicePage extends EntityPage {
  /** The source's clock when it answered. */
  date: string | null;
  /** Whether it said that it keeps track of changes. */
  tracksChanges: boolean;
}

const accept = {
  2: 'application/json',
  4: 'application/json;odata.metadata=minimal;IEEE754Compatible=true',
};

export function createOdataService(system: string, settings: OdataSettings, notices?: SourceNotices): OdataService {
  const { url, version, headers, rewriteLinks } = settings;
  const http = createHttpClient({
    system,
    auth: settings.auth,
    timeout: settings.timeout,
    rateLimit: settings.rateLimit,
    maxRecordBytes: settings.maxRecordBytes,
    notices,
    secrets: Object.values(headers),
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

  function read(answer: HttpAnswer, stream: string): EntityPage {
    const body = answer.json();
    try {
      return readEntityPage(answer.list(), body, version);
    } catch (error) {
      throw http.protocolError(error instanceof Error ? error.message : 'expected entities', stream);
    }
  }

  return {
    version,
    async page({ stream, resource, query, pageSize, link, trackChanges = false }, signal) {
      const asked = addressBelow(url, resource, queryOf(query, version));
      const request = {
        url: link ? addressOf(link, asked, stream) : asked,
        headers: { ...headers, accept: accept[version], prefer: preferences(pageSize, trackChanges) },
        stream,
        records: entityPlaces[version],
        link: link ?? undefined,
        refusal: odataRefusal,
      };
      const answer = await http.request(request, signal);
      const tracksChanges = /track-changes/i.test(answer.headers['preference-applied'] ?? '');
      return { ...read(answer, stream), date: answer.date, tracksChanges };
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

function queryOf(query: Query, version: 2 | 4): [string, string][] {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
  return version === 2 ? [...given, ['$format', 'json']] : given;
}
