import { redactText } from '../../../config/observability/redact.ts';
import type { JsonValue } from '../../../schema/json.ts';
import { readJson } from '../read-json.ts';
import { retryAfterOf } from '../retry-delay.ts';
import type { RawAnswer, Send } from '../send.ts';
import { LoginBusy, TokenRefused } from './renewed-login.ts';

export interface LoginRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Words of a provider that are repeated. */
const LONGEST_WORDS = 300;

/** A login is waited for whatever becomes of the caller; the limits of `send` end it. */
const ofNobody = new AbortController().signal;

/**
 * Asks for a login where logins are given out. The answer is a refusal or a success, as its status says; rejects with
 * LoginBusy, and with Error where another try may help. `what` names the address in messages, such as "the token address".
 */
export async function exchangeLogin(
  send: Send,
  what: string,
  { url, headers, body }: LoginRequest,
): Promise<RawAnswer> {
  const all = { accept: 'application/json', ...headers };
  const answer = await send({ method: 'POST', url, headers: all, body }, ofNobody).catch((error: unknown) => {
    // What is wrong with the answer for good keeps its type: it is not worth another try.
    if (error instanceof Error) error.message = `${at(what, url)}: ${error.message}`;
    throw error;
  });
  const { status } = answer;
  const retryAfter = retryAfterOf(answer.headers['retry-after'], Date.now());
  if (status === 429 || (status === 503 && retryAfter !== null))
    throw new LoginBusy(said(what, url, answer), retryAfter);
  if (status >= 500) throw new Error(said(what, url, answer));
  return answer;
}

/** A form as it is sent. */
export function formText(form: readonly (readonly [string, string])[]): string {
  const text = new URLSearchParams();
  for (const [name, value] of form) text.append(name, value);
  return text.toString();
}

export function isSuccess({ status }: RawAnswer): boolean {
  return status >= 200 && status < 300;
}

/** The error for a login that was refused, in the provider's own words. */
export function refusedLogin(what: string, url: string, answer: RawAnswer, more = ''): TokenRefused {
  return new TokenRefused(`${said(what, url, answer)}${more}`);
}

/** The answer as JSON; null where it is none. */
export function jsonOf({ text, headers }: RawAnswer): JsonValue | null {
  try {
    return readJson(text, headers['content-type']);
  } catch {
    return null;
  }
}

function at(what: string, url: string): string {
  const { origin, pathname } = new URL(url);
  return `${what} ${redactText(`${origin}${pathname}`)}`;
}

function said(what: string, url: string, answer: RawAnswer): string {
  const words = wordsOf(answer);
  return `${at(what, url)} answered ${answer.status}${words && `: ${words}`}`;
}

/** What a provider says about a refusal: the fields where such things stand, or the text as it is. */
function wordsOf(answer: RawAnswer): string {
  const body = jsonOf(answer);
  const found = body === null ? [] : [...new Set(messagesIn('', body, 0))];
  // The text of a success may hold the login itself.
  const rest = isSuccess(answer) ? '' : answer.text.replace(/<[^>]*>/g, ' ');
  const text = found.length > 0 ? found.join(': ') : rest;
  return text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_WORDS);
}

const telling = /^(error|error_description|error_?message|message|detail|title|reason|code|error_?code|__typename)$/i;
const containing = /^(error|errors|message|data|fault|extensions)$/i;

function messagesIn(name: string, value: JsonValue, depth: number): string[] {
  if (typeof value === 'string') return telling.test(name) ? [value] : [];
  if (depth > 4 || value === null || typeof value !== 'object' || 'isLosslessNumber' in value) return [];
  if (Array.isArray(value)) return value.slice(0, 3).flatMap((item) => messagesIn('', item, depth + 1));
  return Object.entries(value).flatMap(([inner, one]) => {
    // OData 2 puts the text of its message into `value`; the result of a mutation stands under its own name in `data`.
    const isText = inner === 'value' && name === 'message';
    if (depth > 0 || typeof one === 'string' || containing.test(inner))
      return messagesIn(isText ? 'message' : inner, one, depth + 1);
    return [];
  });
}
