import { parse } from 'lossless-json';
import { HubError } from '../../../config/errors.ts';
import type { JsonValue } from '../../../schema/json.ts';
import { instantOf } from '../../../schema/time.ts';
import type { Post, PostAnswer } from '../post.ts';
import type { JsonRpcSettings } from '../settings.ts';
import { loginResult, rpcAnswer } from '../wire.ts';
import { rpcError, statusError } from './tryton-errors.ts';

export interface TrytonSession {
  /** Calls a method as the signed-in user; signs in first, and once more when the session has ended. */
  call(method: string, parameters: readonly unknown[], signal: AbortSignal): Promise<JsonValue>;
  /** The server's clock at its last answer. */
  clock(): string | null;
  close(): Promise<void>;
}

interface Deps {
  system: string;
  settings: JsonRpcSettings;
  post: Post;
}

/** A session of Tryton's: login, token, answers taken apart. */
export function createTrytonSession({ system, settings, post }: Deps): TrytonSession {
  const { database, username, password } = settings;
  const url = `${settings.url.replace(/\/+$/, '')}/${encodeURIComponent(database)}/`;
  let token: Promise<string> | null = null;
  let clock: string | null = null;
  let calls = 0;

  async function send(
    method: string,
    parameters: readonly unknown[],
    headers: Record<string, string>,
    signal: AbortSignal,
  ) {
    calls += 1;
    const answer = await post({ url, headers, body: { id: calls, method, params: parameters } }, signal);
    clock = clockOf(answer) ?? clock;
    return answer;
  }

  async function signIn(signal: AbortSignal): Promise<string> {
    const answer = await send('common.db.login', [username, { password }, 'en'], {}, signal);
    if (answer.status !== 200) throw statusError(system, settings, 'common.db.login', answer);
    const result = loginResult.safeParse(resultOf('common.db.login', answer));
    if (!result.success) {
      throw new HubError('SOURCE_UNAUTHORIZED', `Tryton refused the login of "${username}" to "${database}".`, {
        source: system,
      });
    }
    const [userId, key] = result.data;
    return `Session ${Buffer.from(`${username}:${userId}:${key}`).toString('base64')}`;
  }

  function authorization(signal: AbortSignal): Promise<string> {
    token ??= signIn(signal).catch((error) => {
      token = null;
      throw error;
    });
    return token;
  }

  function resultOf(method: string, answer: PostAnswer): JsonValue {
    let body: unknown;
    try {
      body = parse(answer.text);
    } catch {
      const message = `Expected JSON from ${method}, got ${answer.text.length} characters that are none. Is ${url} Tryton's address?`;
      throw new HubError('SOURCE_PROTOCOL', message, { source: system });
    }
    const read = rpcAnswer.safeParse(body);
    if (!read.success) {
      throw new HubError('SOURCE_PROTOCOL', `Expected result or error from ${method}, got neither.`, {
        source: system,
      });
    }
    if ('error' in read.data) throw rpcError(system, method, read.data.error);
    return read.data.result;
  }

  return {
    async call(method, parameters, signal) {
      const used = authorization(signal);
      let answer = await send(method, parameters, { Authorization: await used }, signal);
      if (answer.status === 401) {
        if (token === used) token = null;
        answer = await send(method, parameters, { Authorization: await authorization(signal) }, signal);
      }
      if (answer.status !== 200) throw statusError(system, settings, method, answer);
      return resultOf(method, answer);
    },

    clock: () => clock,

    /** Sessions live for a month, so the hub ends its own. A server that is gone has ended it already. */
    async close() {
      const open = token;
      token = null;
      if (!open) return;
      const headers = await open.then((value) => ({ Authorization: value })).catch(() => null);
      if (headers) await send('common.db.logout', [], headers, AbortSignal.timeout(2_000)).catch(() => undefined);
    },
  };
}

function clockOf(answer: PostAnswer): string | null {
  const time = Date.parse(String(answer.headers.date ?? ''));
  return Number.isNaN(time) ? null : instantOf(time);
}
