import type { JsonValue } from '../../schema/json.ts';
import type { Refusal } from '../http/http-client.ts';
import { askedWait } from '../http/retry-delay.ts';
import type { RawAnswer } from '../http/send.ts';
import { smallBody, throttling } from '../http/small-body.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compilePath } from '../mapping/path.ts';

/** What servers commonly call these. */
const outcomes: Record<string, Refusal['outcome']> = {
  UNAUTHENTICATED: 'refresh-auth',
  UNAUTHORIZED: 'refresh-auth',
  'invalid-jwt': 'refresh-auth',
  TOKEN_EXPIRED: 'refresh-auth',
  INVALID_TOKEN: 'refresh-auth',
  FORBIDDEN: 'forbidden',
  ACCESS_DENIED: 'forbidden',
};

/** Where servers put the name of an error, and the status it would have. */
const codePaths = ['extensions.code', 'type', 'extensions.type', 'extensions.classification', 'extensions.errorType'];
const statusPaths = ['extensions.http.status', 'extensions.status', 'extensions.statusCode', 'extensions.httpStatus'];
/** Where they say how long to wait, in seconds. */
const waitPaths = ['extensions.retry_in_seconds', 'extensions.retryAfter', 'extensions.retry_after'];

/** GraphQL answers 200 to whom it throttles or no longer knows: the errors say so. null where they say nothing of it. */
export function graphqlRefusal(answer: RawAnswer): Refusal | null {
  const body = smallBody(answer, '"errors"');
  const errors = body === null ? null : at(body, 'errors');
  if (body === null || !Array.isArray(errors)) return null;
  for (const error of errors.slice(0, 20)) {
    const message = textAt(error, 'message') ?? 'an error';
    const named = firstText(error, codePaths) ?? '';
    const status = firstText(error, statusPaths);
    if (status === '429' || throttling.test(named) || (named === '' && throttling.test(message))) {
      const retryAfter = waitOf(body, error) ?? askedWait(answer.headers, Date.now());
      return {
        outcome: 'rate-limited',
        message: named && named !== message ? `${named}: ${message}` : message,
        retryAfter,
      };
    }
    const outcome = outcomes[named] ?? (status === '401' ? 'refresh-auth' : undefined);
    if (outcome !== undefined) return { outcome, message, retryAfter: null };
  }
  return null;
}

/** How long until the query can be paid for, where the server counts costs as Shopify does; or as the error says. */
function waitOf(body: JsonValue, error: JsonValue): number | null {
  const told = firstText(error, waitPaths);
  if (told !== null && Number(told) >= 0) return Number(told) * 1_000;
  const cost = 'extensions.cost';
  const [needed, available, rate] = [
    `${cost}.requestedQueryCost`,
    `${cost}.throttleStatus.currentlyAvailable`,
    `${cost}.throttleStatus.restoreRate`,
  ].map((path) => Number(textAt(body, path) ?? Number.NaN)) as [number, number, number];
  const seconds = (needed - available) / rate;
  return Number.isFinite(seconds) && rate > 0 ? Math.max(0, Math.ceil(seconds * 1_000)) : null;
}

function firstText(value: JsonValue, paths: readonly string[]): string | null {
  for (const path of paths) {
    const text = textAt(value, path);
    if (text !== null) return text;
  }
  return null;
}

function textAt(value: JsonValue, path: string): string | null {
  const found = at(value, path);
  return typeof found === 'object' && found !== null && !('isLosslessNumber' in found) ? null : textOf(found);
}

function at(value: JsonValue, path: string): JsonValue | undefined {
  return compilePath(path)({ here: value, outer: null });
}
