import type { HubError } from '../../config/errors.ts';
import { isSecretKey } from '../../config/observability/redact.ts';
import type { JsonValue } from '../../schema/json.ts';
import { addressBelow, nextAddress, wholeAddress } from '../http/address.ts';
import { createHttpClient, type HttpAnswer } from '../http/http-client.ts';
import type { ListPlace } from '../json/list-place.ts';
import type { SourceNotices } from '../source-notices.ts';
import { compileRestRefusal } from './refusal.ts';
import type { RestSettings } from './settings.ts';

export type Parameters = readonly (readonly [string, string])[];

interface RestRequest {
  stream: string;
  /** What is asked for: a path and its parameters, or a whole address that an answer named. */
  asked: { path: string; query: Parameters } | { link: string };
  /** Where the answer holds its records. */
  records: ListPlace;
  /** Statuses besides 2xx that are an answer. */
  answers?: readonly number[] | undefined;
}

/** The API of one source: addresses, headers, and answers that hold lists. */
export interface RestApi {
  get(request: RestRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** A link found in an answer to a path, made whole. Throws SOURCE_PROTOCOL for what is no address. */
  linkFrom(path: string, link: string, stream: string): string;
  /** Reads a part of an answer; what is not there is a SOURCE_PROTOCOL error. */
  read<T>(answer: HttpAnswer, stream: string, part: (body: JsonValue) => T): T;
  protocolError(message: string, stream: string): HubError;
  close(): void;
}

export function createRestApi(system: string, settings: RestSettings, notices?: SourceNotices): RestApi {
  const { url, auth, timeout, headers, rateLimit, rewriteLinks, maxRecordBytes } = settings;
  const http = createHttpClient({
    system,
    auth,
    timeout,
    rateLimit,
    maxRecordBytes,
    notices,
    secrets: secretsOf(settings),
  });
  const refusal = compileRestRefusal(settings.throttled);
  return {
    async get({ stream, asked, records, answers }, signal) {
      const how = { headers, stream, records, answers, refusal };
      if (!('link' in asked)) return http.request({ url: addressBelow(url, asked.path, asked.query), ...how }, signal);
      const { link } = asked;
      return http.request({ url: nextAddress(url, url, link, rewriteLinks), ...how, link }, signal);
    },
    linkFrom(path, link, stream) {
      try {
        return wholeAddress(addressBelow(url, path), link);
      } catch (error) {
        throw http.protocolError(`${stream}: ${error instanceof Error ? error.message : 'unreadable link'}`, stream);
      }
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
