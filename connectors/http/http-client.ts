import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhenResult,
  retry,
  wrap,
} from 'cockatiel';
import { type ErrorCode, HubError } from '../../config/errors.ts';
import type { JsonValue } from '../../schema/json.ts';
import { instantOf } from '../../schema/time.ts';
import { createAuthorization, TokenRefused } from './authorization.ts';
import { hideSecrets } from './hide-secrets.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { readJson } from './read-json.ts';
import { MAX_RETRY_AFTER, retryAfterOf, retryDelay } from './retry-delay.ts';
import { BadAnswer, createSend, type RawAnswer } from './send.ts';
import type { HttpAuth } from './settings.ts';

export interface HttpClientOptions {
  /** The name of the source in the settings. */
  system: string;
  auth: HttpAuth;
  /** Longest silence in milliseconds; a whole exchange may last ten times as long. */
  timeout: number;
  maxBytes?: number;
  /** More that must never be seen in a message. */
  secrets?: readonly string[];
}

interface HttpRequest {
  url: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** A POST that only reads may be sent again; GET always may. */
  idempotent?: boolean;
  /** The stream the request is for; errors name it. */
  stream?: string;
}

export interface HttpAnswer {
  url: string;
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The source's clock as the answer told it, whole seconds; null where it told none. */
  date: string | null;
  json(): JsonValue;
}

export interface HttpClient {
  /** A 2xx answer. Rejects with a HubError of the SOURCE_* codes, or with the reason of the signal. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** A SOURCE_PROTOCOL error, secrets removed, for an answer that is not what was promised. */
  protocolError(message: string, stream?: string): HubError;
  close(): void;
}

/** What one try came to; the policies below decide by it, and only at the end something is thrown. */
type Attempt =
  | { outcome: 'ok'; answer: HttpAnswer }
  | { outcome: Exclude<Outcome, 'ok'>; code: ErrorCode; message: string; retryAfter: number | null };

const MAX_RETRIES = 3;
const BREAKER_FAILURES = 4;
const BREAKER_PAUSE = 15_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** The one way sources are spoken to over HTTP: timeouts, retries, breaker, size bound, login, no secrets in errors. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { system, auth, timeout, maxBytes = MAX_BYTES, secrets = [] } = options;
  const { send, close } = createSend({ idle: timeout, total: timeout * 10, maxBytes });
  const authorization = createAuthorization(auth, send);
  const policy = createPolicy();
  const hide = (text: string) => hideSecrets([...secrets, ...authorization.secrets()])(text);
  let lastFailure = '';

  async function attempt(request: HttpRequest, signal: AbortSignal): Promise<Attempt> {
    try {
      const headers = { accept: 'application/json', ...request.headers, ...(await authorization.headers(signal)) };
      const raw = await send(
        { method: request.method ?? 'GET', url: request.url, headers, body: request.body },
        signal,
      );
      return judge(request.url, raw, (message) => fault('SOURCE_PROTOCOL', message, request.stream));
    } catch (error) {
      signal.throwIfAborted();
      const message = error instanceof Error ? error.message : 'the connection failed';
      if (error instanceof TokenRefused) return failed('refresh-auth', 'SOURCE_UNAUTHORIZED', message);
      if (error instanceof BadAnswer) return failed('fail', 'SOURCE_PROTOCOL', message);
      return failed('retry', 'SOURCE_UNREACHABLE', message);
    }
  }

  async function attemptLoggedIn(request: HttpRequest, signal: AbortSignal): Promise<Attempt> {
    const first = await attempt(request, signal);
    return first.outcome === 'refresh-auth' && authorization.renew() ? attempt(request, signal) : first;
  }

  function fault(code: ErrorCode, message: string, stream: string | undefined): HubError {
    return new HubError(code, hide(message), { source: system, ...(stream === undefined ? {} : { stream }) });
  }

  return {
    async request(request, signal) {
      signal.throwIfAborted();
      const where = `${request.method ?? 'GET'} ${request.url}`;
      const once = request.method === 'POST' && !request.idempotent;
      const giveUpAt = Date.now() + timeout;
      const work = (context: { signal: AbortSignal }) => attemptLoggedIn(request, context.signal);
      const run = policy.run(work, once ? null : giveUpAt, signal);
      const last = await endingWith(run, signal).catch((error: unknown) => {
        if (!(error instanceof BrokenCircuitError)) throw error;
        const pause = `${system} failed repeatedly and is left alone for ${BREAKER_PAUSE / 1_000} s.`;
        throw fault('SOURCE_BREAKER_OPEN', `${pause} Last: ${lastFailure}`, request.stream);
      });
      if (last.outcome === 'ok') return last.answer;
      lastFailure = `${where}: ${last.message}`;
      throw fault(last.code, `${where}: ${last.message}. ${advice[last.code] ?? ''}`.trim(), request.stream);
    },
    protocolError: (message, stream) => fault('SOURCE_PROTOCOL', message, stream),
    close,
  };
}

/** Retries inside, breaker outside: the breaker counts calls that failed for good, not tries. */
function createPolicy() {
  const breaker = circuitBreaker(
    handleWhenResult((result) => (result as Attempt).outcome === 'retry'),
    { halfOpenAfter: BREAKER_PAUSE, breaker: new ConsecutiveBreaker(BREAKER_FAILURES) },
  );
  return {
    run(work: (context: { signal: AbortSignal }) => Promise<Attempt>, giveUpAt: number | null, signal: AbortSignal) {
      const again = retry(
        handleWhenResult((result) => giveUpAt !== null && worthAnother(result as Attempt, giveUpAt)),
        {
          maxAttempts: MAX_RETRIES,
          backoff: new DelegateBackoff(({ attempt, result }) => {
            const last = 'value' in result ? (result.value as Attempt) : null;
            return retryDelay(attempt, last && last.outcome !== 'ok' ? last.retryAfter : null, Math.random());
          }),
        },
      );
      return wrap(breaker, again.dangerouslyUnref()).execute(work, signal);
    },
  };
}

function worthAnother(attempt: Attempt, giveUpAt: number): boolean {
  if (attempt.outcome === 'rate-limited') return (attempt.retryAfter ?? 0) <= MAX_RETRY_AFTER;
  return attempt.outcome === 'retry' && Date.now() < giveUpAt;
}

/**
 * cockatiel sleeps through an abort between two tries; the caller must not. The sleep left behind does not keep the
 * process alive, so something else must while the caller waits.
 */
async function endingWith<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  const alive = setInterval(() => undefined, 60_000);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    clearInterval(alive);
    signal.removeEventListener('abort', onAbort);
  }
}

function judge(url: string, raw: RawAnswer, protocolError: (message: string) => HubError): Attempt {
  const retryAfter = retryAfterOf(raw.headers['retry-after'], Date.now());
  const outcome = outcomeOf(raw.status, retryAfter !== null);
  if (outcome !== 'ok') return failed(outcome, codes[outcome], explained(raw, retryAfter), retryAfter);
  const date = Date.parse(raw.headers.date ?? '');
  return {
    outcome,
    answer: {
      url,
      ...raw,
      date: Number.isNaN(date) ? null : instantOf(date),
      json() {
        try {
          return readJson(raw.text, raw.headers['content-type']);
        } catch (error) {
          throw protocolError(error instanceof Error ? error.message : 'expected JSON');
        }
      },
    },
  };
}

function failed(
  outcome: Exclude<Outcome, 'ok'>,
  code: ErrorCode,
  message: string,
  retryAfter: number | null = null,
): Attempt {
  return { outcome, code, message, retryAfter };
}

const codes: Record<Exclude<Outcome, 'ok'>, ErrorCode> = {
  retry: 'SOURCE_UNREACHABLE',
  'rate-limited': 'SOURCE_RATE_LIMITED',
  'refresh-auth': 'SOURCE_UNAUTHORIZED',
  forbidden: 'SOURCE_FORBIDDEN',
  'not-found': 'SOURCE_NOT_FOUND',
  expired: 'SOURCE_CURSOR_EXPIRED',
  fail: 'SOURCE_PROTOCOL',
};

const advice: Partial<Record<ErrorCode, string>> = {
  SOURCE_UNREACHABLE: 'Check `url`, the network between, and whether the source runs.',
  SOURCE_UNAUTHORIZED: 'Check the login under `auth`.',
  SOURCE_FORBIDDEN: 'Give the login the right to read it.',
  SOURCE_NOT_FOUND: 'Check `url` and the `resource` of the stream.',
};

function explained(raw: RawAnswer, retryAfter: number | null): string {
  const wait = retryAfter === null ? '' : ` (asks to wait ${Math.ceil(retryAfter / 1_000)} s)`;
  const words = raw.text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return `answered ${raw.status}${wait}${words && `: ${words}`}`;
}
