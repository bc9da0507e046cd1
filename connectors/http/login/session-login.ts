import type { HttpAuth } from '../../../config/settings/http-settings.ts';
import type { JsonValue } from '../../../schema/json.ts';
import { textOf } from '../../mapping/mismatch.ts';
import { compilePath } from '../../mapping/path.ts';
import type { RawAnswer, Send } from '../send.ts';
import type { Authorization } from './authorization.ts';
import { exchangeLogin, formText, isSuccess, jsonOf, type LoginRequest, refusedLogin } from './login-exchange.ts';
import { type GivenLogin, renewedLogin } from './renewed-login.ts';

type SessionSettings = Extract<HttpAuth, { type: 'session' }>;

const what = 'the login at';

/** Fields of a login that are shown in messages all the same; every other text of it is a secret. */
const shown = /user|mail|^login$|name$|company|^db$|database|tenant|client|locale|language|mode|grant_?type/i;

/** A login that is asked for by POST, as JSON, a form or a GraphQL mutation, and carried as a token or as cookies. */
export function createSession(auth: SessionSettings, send: Send): Authorization {
  async function ask(): Promise<GivenLogin> {
    const answer = await exchangeLogin(send, what, requestOf(auth));
    if (!isSuccess(answer)) throw refusedLogin(what, auth.loginUrl, answer);
    const body = jsonOf(answer);
    const carried = auth.token && !('cookies' in auth.token) ? tokenOf(auth, answer, body) : cookiesOf(auth, answer);
    return { ...carried, lasts: lifetimeOf(auth, body) };
  }

  const { json = {}, form = {}, variables, headers } = auth;
  const secrets = [...Object.values(headers), ...textsIn('', json), ...textsIn('', form), ...textsIn('', variables)];
  return renewedLogin(ask, () => secrets);
}

function requestOf({ loginUrl, json, form, query, variables, headers }: SessionSettings): LoginRequest {
  if (form) {
    const body = formText(Object.entries(form).map(([name, value]) => [name, String(value)]));
    return { url: loginUrl, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body };
  }
  const body = JSON.stringify(query === undefined ? json : { query, variables });
  return { url: loginUrl, headers: { ...headers, 'content-type': 'application/json' }, body };
}

function tokenOf(auth: SessionSettings, answer: RawAnswer, body: JsonValue | null) {
  const place = auth.token;
  if (!place || 'cookies' in place) throw refusedLogin(what, auth.loginUrl, answer);
  const token =
    'path' in place ? tokenAt(answer, body, place.path) : answer.headers[place.responseHeader.toLowerCase()];
  if (!token) {
    const where = 'path' in place ? `at \`${place.path}\`` : `in the header ${place.responseHeader}`;
    throw refusedLogin(what, auth.loginUrl, answer, `, without a token ${where}`);
  }
  return { headers: { [auth.header.toLowerCase()]: `${auth.prefix}${token}` }, secrets: [token] };
}

/** The cookies of an answer, as a browser would send them back; those that it takes back are left out. */
function cookiesOf(auth: SessionSettings, answer: RawAnswer) {
  const wanted = auth.token && 'cookies' in auth.token ? auth.token.cookies : null;
  const pairs = new Map<string, string>();
  for (const cookie of answer.cookies) {
    const [pair = '', ...attributes] = cookie.split(';');
    const name = pair.split('=', 1)[0]?.trim() ?? '';
    const value = pair.slice(pair.indexOf('=') + 1).trim();
    const isTakenBack = value === '' || attributes.some((one) => /^\s*max-age\s*=\s*(0|-)/i.test(one));
    if (isTakenBack) pairs.delete(name);
    else if (wanted === null || wanted.includes(name)) pairs.set(name, value);
  }
  const missing = (wanted ?? []).filter((name) => !pairs.has(name));
  if (pairs.size === 0 || missing.length > 0) {
    const names = missing.length > 0 ? missing.join(', ') : 'of a login';
    throw refusedLogin(what, auth.loginUrl, answer, `, without the cookie ${names}`);
  }
  const cookie = [...pairs].map(([name, value]) => `${name}=${value}`).join('; ');
  return { headers: { cookie }, secrets: [cookie, ...pairs.values()] };
}

/** What the answer says, or the settings; the shorter of both. null where neither says anything. */
function lifetimeOf({ lifetime, expires }: SessionSettings, body: JsonValue | null): number | null {
  const told = expires === undefined ? null : millisecondsOf(textAt(body, expires.path), expires.unit);
  if (told === null) return lifetime ?? null;
  return Math.min(told, lifetime ?? told);
}

const units = { ms: 1, s: 1_000, min: 60_000 };

function millisecondsOf(text: string | null, unit: keyof typeof units | 'instant'): number | null {
  if (text === null) return null;
  const length = unit === 'instant' ? Date.parse(text) - Date.now() : Number(text) * units[unit];
  return Number.isFinite(length) && length > 0 ? length : null;
}

/** Some answer with the bare token, as JSON or as text. */
function tokenAt({ text }: RawAnswer, body: JsonValue | null, path: string): string | null {
  if (path !== '') return textAt(body, path);
  return body === null ? text.trim() : typeof body === 'string' ? body : null;
}

function textAt(body: JsonValue | null, path: string): string | null {
  try {
    return textOf(compilePath(path)({ here: body, outer: null }));
  } catch {
    // A list or an object is no token, and no time.
    return null;
  }
}

function textsIn(name: string, value: unknown): string[] {
  if (typeof value === 'string') return shown.test(name) ? [] : [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([inner, one]) => textsIn(inner, one));
}
