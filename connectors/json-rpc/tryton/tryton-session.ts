import { stringify } from 'lossless-json';
import { HubError } from '../../../config/errors.ts';
import type { JsonValue } from '../../../schema/json.ts';
import type { HttpAnswer, HttpClient } from '../../http/http-client.ts';
import type { FoundList, ListPlace } from '../../json/list-place.ts';
import type { JsonRpcSettings } from '../settings.ts';
import { loginResult, rpcAnswer } from '../wire.ts';
import { callError, rpcError } from './tryton-errors.ts';

export interface TrytonSession {
  /** Calls a method as the signed-in user; signs in first, and once more when the session has ended. */
  call(method: string, parameters: readonly unknown[], signal: AbortSignal): Promise<JsonValue>;
  /** As `call`, of a method that answers with a list. */
  list(method: string, parameters: readonly unknown[], signal: AbortSignal): Promise<FoundList>;
  /** The server's clock at its last answer. */
  clock(): string | null;
  close(): Promise<void>;
}

interface Dependencies {
  system: string;
  settings: JsonRpcSettings;
  http: HttpClient;
}

/** How long the hub waits to end its session when it stops. */
const LOGOUT_TIMEOUT = 2_000;

/** A session of Tryton's: login, token, answers taken apart. */
export function createTrytonSession({ system, settings, http }: Dependencies): TrytonSession {
  const { database, username, password } = settings;
  const url = `${settings.url.replace(/\/+$/, '')}/${encodeURIComponent(database)}/`;
  let token: Promise<string> | null = null;
  let clock: string | null = null;
  let calls = 0;

  async function send(call: Call, authorization: Record<string, string>, signal: AbortSignal): Promise<HttpAnswer> {
    calls += 1;
    const { method, parameters, idempotent, records } = call;
    // Tryton takes exactly these three names, and closes the connection after each answer.
    const body = stringify({ id: calls, method, params: parameters }) ?? '';
    const headers = { 'content-type': 'application/json', connection: 'close', ...authorization };
    const answer = await http.request({ url, method: 'POST', headers, body, idempotent, records }, signal);
    clock = answer.date ?? clock;
    return answer;
  }

  async function signIn(signal: AbortSignal): Promise<string> {
    // Not sent again by itself: Tryton counts wrong logins and answers ever more slowly.
    const call = { method: 'common.db.login', parameters: [username, { password }, 'en'], idempotent: false };
    const answer = await send(call, {}, signal).catch((error) => {
      throw callError(error, settings, call.method);
    });
    const result = loginResult.safeParse(resultOf(call.method, answer));
    if (!result.success) {
      throw new HubError('SOURCE_UNAUTHORIZED', `Tryton refused the login of "${username}" to "${database}".`, {
        source: system,
      });
    }
    const [userId, key] = result.data;
    return `Session ${Buffer.from(`${username}:${userId}:${key}`).toString('base64')}`;
  }

  function signedIn(signal: AbortSignal): Promise<string> {
    token ??= signIn(signal).catch((error) => {
      token = null;
      throw error;
    });
    return token;
  }

  function resultOf(method: string, answer: HttpAnswer): JsonValue {
    const read = rpcAnswer.safeParse(answer.json());
    if (!read.success) throw http.protocolError(`Expected result or error from ${method}, got neither.`);
    if ('error' in read.data) throw rpcError(system, method, read.data.error);
    return read.data.result;
  }

  async function callSignedIn(call: Call, signal: AbortSignal): Promise<HttpAnswer> {
    const used = signedIn(signal);
    const authorization = await used;
    return send(call, { authorization }, signal)
      .catch(async (error) => {
        if (!(error instanceof HubError) || error.code !== 'SOURCE_UNAUTHORIZED') throw error;
        if (token === used) token = null;
        return send(call, { authorization: await signedIn(signal) }, signal);
      })
      .catch((error) => {
        throw callError(error, settings, call.method);
      });
  }

  return {
    async call(method, parameters, signal) {
      return resultOf(method, await callSignedIn({ method, parameters, idempotent: true }, signal));
    },

    async list(method, parameters, signal) {
      const call = { method, parameters, idempotent: true, records: { lists: ['result'] } };
      const answer = await callSignedIn(call, signal);
      const result = resultOf(method, answer);
      const list = answer.list();
      if (list) return list;
      const got = result === null ? 'nothing' : 'something else';
      throw http.protocolError(`Expected a list as the result of ${method}, got ${got}.`);
    },

    clock: () => clock,

    /** Sessions live for a month, so the hub ends its own. A server that is gone has ended it already. */
    async close() {
      const open = await token?.catch(() => null);
      token = null;
      if (!open) return;
      const logout = { method: 'common.db.logout', parameters: [], idempotent: false };
      await send(logout, { authorization: open }, AbortSignal.timeout(LOGOUT_TIMEOUT)).catch(() => undefined);
    },
  };
}

interface Call {
  method: string;
  parameters: readonly unknown[];
  idempotent: boolean;
  /** Where the answer has records. */
  records?: ListPlace;
}
