import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { Refusal } from '../http/http-client.ts';
import { askedWait } from '../http/retry-delay.ts';
import type { RawAnswer } from '../http/send.ts';
import { smallBody, throttling } from '../http/small-body.ts';

/** Gateways turn an error of the service behind them into an answer of status 200. null where it is no "later". */
export function odataRefusal(answer: RawAnswer): Refusal | null {
  const error = objectOf(objectOf(smallBody(answer, '"error"'))?.error);
  if (error === null) return null;
  // Version 2 puts the text of the message into `value`.
  const message = objectOf(error.message)?.value ?? error.message ?? '';
  const words = [error.code ?? '', message].map(String).filter(Boolean).join(': ');
  if (!throttling.test(words)) return null;
  return { outcome: 'rate-limited', message: words, retryAfter: askedWait(answer.headers, Date.now()) };
}

function objectOf(value: JsonValue | undefined): JsonObject | null {
  const isObject =
    value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
  return isObject ? (value as JsonObject) : null;
}
