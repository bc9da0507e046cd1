import type { HubError } from '../../config/errors.ts';
import { isSecretKey } from '../../config/redact.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { SourceRecord } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import { addressBelow, nextAddress } from '../http/address.ts';
import { createHttpClient, type HttpAnswer } from '../http/http-client.ts';
import type { ListPlace } from '../json/list-place.ts';
import type { SourceNotices } from '../source-notices.ts';
import { compileRestRefusal } from './refusal.ts';
import type { RestSettings } from './settings.ts';
import { readItems } from './wire.ts';

export type Parameters = readonly (readonly [string, string])[];

interface RestRequest {
  stream: string;
  /** What is asked for: a path and its parameters, or a whole address that an answer named. */
  asked: { path: string; query: Parameters } | { link: string };
  /** Where the answer holds its records. */
  records: ListPlace;
}

/** The API of one source: addresses, headers, and answers that hold lists. */
export interface RestApi {
  get(request: RestRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Reads a part of an answer; what is not there is a SOURCE_PROTOCOL error. */
  read<T>(answer: HttpAnswer, stream: string, part: (body: JsonValue) => T): T;
  protocolError(message: string, stream: string): HubError;
  close(): void;
}

export function createRestApi(system: string, settings: RestSettings, notices?: SourceNotices): RestApi {
  const { url, auth, timeout, headers, rateLimit, rewriteLinks } = settings;
  const http = createHttpClient({ system, auth, timeout, rateLimit, notices, secrets: secretsOf(settings) });
  const refusal = compileRestRefusal(settings.throttled);
  return {
    async get({ stream, asked, records }, signal) {
      if (!('link' in asked)) {
        return http.request(
          { url: addressBelow(url, asked.path, asked.query), headers, stream, records, refusal },
          signal,
        );
      }
      const { link } = asked;
      return http.request(
        { url: nextAddress(url, url, link, rewriteLinks), headers, stream, records, link, refusal },
        signal,
      );
    },
    read(answer, stream, part) {
      const body = answer.json();
      try {
        return part(body);
      } catch (error) {
        throw http.protocolError(`${stream}: ${error instanceof Error ? error.message : 'unreadable answer'}`, stream);
      }
    },
    protocolError: http.protocolError,
    close: http.close,
  };
}

/** Some sources take their key as a parameter; addresses are shown in errors. */
function secretsOf({ url, headers, streams }: RestSettings): string[] {
  const parameters = [
    ...new URL(url).searchParams,
    ...Object.values(streams).flatMap(({ params }) => Object.entries(params)),
  ];
  const secret = parameters.filter(([name]) => isSecretKey(name)).map(([, value]) => String(value));
  return [...Object.values(headers), ...secret];
}

/** One list, and how its records are told apart. */
export interface RestList {
  api: RestApi;
  stream: string;
  path: string;
  /** What is sent besides the paging's own parameters. */
  query: Parameters;
  itemsPath: string;
  pageSize: number;
  recordOf(data: JsonObject): SourceRecord;
}

export interface ListAnswer {
  records: SourceRecord[];
  answer: HttpAnswer;
}

/** One answer of a list: asked for by parameters, or by the link that the answer before named. */
export async function readList(
  list: RestList,
  by: Parameters | { link: string },
  signal: AbortSignal,
): Promise<ListAnswer> {
  const { api, stream, path, itemsPath, recordOf } = list;
  const asked = 'link' in by ? by : { path, query: by };
  const answer = await api.get({ stream, asked, records: { lists: [itemsPath] } }, signal);
  const records = api.read(answer, stream, (body) =>
    recordsOfItems(readItems(answer.list(), body, itemsPath), recordOf),
  );
  return { records, answer };
}
