import { setTimeout as sleep } from 'node:timers/promises';
import { defends } from '../../config/defences.ts';
import { type ErrorCode, HubError } from '../../config/errors.ts';
import type { HttpAuth } from '../../config/settings/http-settings.ts';
import type { JsonValue } from '../../schema/json.ts';
import { instantOf } from '../../schema/time.ts';
import type { CutAnswer } from '../json/cut-list.ts';
import type { FoundList, ListPlace } from '../json/list-place.ts';
import { ranOut } from '../ran-out.ts';
import { createSourceBreaker } from '../source-breaker.ts';
import { noNotices, type SourceNotices } from '../source-notices.ts';
import { type AnswerReader, createAnswerReader } from './answer-reader.ts';
import { hideSecrets } from './hide-secrets.ts';
import { createAuthorization } from './login/authorization.ts';
import { loginEnded } from './login/login-ended.ts';
import { LoginBusy, TokenRefused } from './login/renewed-login.ts';
import { type Outcome, outcomeOf, policies } from './outcome.ts';
import { createRateBudget, RatePaused } from './rate-budget.ts';
import { readJson } from './read-json.ts';
import { askedWait, MAX_RETRY_AFTER, retryDelay } from './retry-delay.ts';
import { BadAnswer, createSend, type RawAnswer } from './send.ts';
import type { RateLimit } from './settings.ts';

export interface HttpClientOptions {
  /** The name of the source in the settings. */
  system: string;
  auth: HttpAuth;
  /** Longest silence in milliseconds; a whole exchange may last ten times as long. */
  timeout: number;
  /** Most bytes of an answer, or of the records of one together. */
  maxBytes?: number;
  rateLimit?: RateLimit;
  notices?: SourceNotices | undefined;
  /** A record of more bytes is damaged, and not held. */
  maxRecordBytes?: number;
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
  /** Where the answer holds records: they are then in `list()`, each read for itself. */
  records?: ListPlace | undefined;
  /** The link of the source that led to `url`, as the source wrote it. An error then says where the address came from. */
  link?: string | undefined;
  /** Finds the refusal in an answer whose status says that all is well; null where there is none. */
  refusal?: (answer: RawAnswer) => Refusal | null;
  /** Statuses besides 2xx that are an answer to this request. */
  answers?: readonly number[] | undefined;
}

/** What an answer of status 200 says in its body. */
export interface Refusal {
  outcome: 'rate-limited' | 'refresh-auth' | 'forbidden';
  /** The source's words. */
  message: string;
  /** How long to wait, in milliseconds; null where the source does not say. */
  retryAfter: number | null;
}

export interface HttpAnswer {
  url: string;
  status: number;
  headers: Record<string, string>;
  /** Of an answer with records no more than its beginning. */
  text: string;
  /** The source's clock as the answer told it, whole seconds; null where it told none. */
  date: string | null;
  /** The answer. Where the request says where its `records` are, the list is empty in it. */
  json(): JsonValue;
  /** The records of the answer, where the request says where they are; null where none of its places has a list. */
  list(): FoundList | null;
}

export interface HttpClient {
  /** A 2xx answer, or one of `answers`. Rejects with a HubError of the SOURCE_* codes, or with the reason of the signal. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** A SOURCE_PROTOCOL error, secrets removed, for an answer that is not what was promised. */
  protocolError(message: string, stream?: string): HubError;
  close(): void;
}

/** What one try came to; the policies below decide by it, and only at the end something is thrown. */
type Attempt = FailedAttempt | { outcome: 'ok'; answer: HttpAnswer; loginEnded: boolean };

interface FailedAttempt {
  outcome: Exclude<Outcome, 'ok'>;
  message: string;
  retryAfter: number | null;
  /** Whether a new login may help. */
  loginEnded: boolean;
}

const MAX_RETRIES = 3;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_RECORD_BYTES = 3_000_000;

/** The one way sources are spoken to over HTTP: timeouts, retries, breaker, size bound, login, no secrets in errors. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { system, auth, timeout, maxBytes = MAX_BYTES, secrets = [], notices = noNotices } = options;
  const { maxRecordBytes = MAX_RECORD_BYTES } = options;
  const { send, close } = createSend({ idle: timeout, total: timeout * 10, maxBytes });
  const authorization = createAuthorization(auth, send);
  const budget = createRateBudget(options.rateLimit ?? { concurrent: 8 });
  const breaker = createSourceBreaker(system, notices);
  const hide = (text: string) => hideSecrets([...secrets, ...authorization.secrets()])(text);

  /** One exchange, as soon as the source may be asked. */
  async function attempt(request: HttpRequest, login: Record<string, string>, signal: AbortSignal): Promise<Attempt> {
    const { url, method = 'GET', body, stream } = request;
    const leave = await budget.enter(signal);
    try {
      const headers = { accept: 'application/json', ...request.headers, ...login };
      const taken: { reader: AnswerReader | null } = { reader: null };
      const readerOf = (status: number, { 'content-type': contentType }: Record<string, string>) => {
        const { records: place } = request;
        const reads = place !== undefined && outcomeOf(status) === 'ok';
        taken.reader = reads ? createAnswerReader({ place, contentType, maxRecordBytes, mostBytes: maxBytes }) : null;
        return taken.reader;
      };
      const sent = await send({ method, url, headers, body, readerOf }, signal).catch((error: unknown) => {
        throw ranOut(signal) ? new Unanswered('no answer within the time that the caller has') : error;
      });
      const { reader } = taken;
      const raw = reader ? { ...sent, text: reader.beginning() } : sent;
      const tried = judge(request, raw, () => read(raw, reader, stream));
      if (tried.outcome === 'rate-limited' && tried.retryAfter !== null) budget.pause(tried.retryAfter);
      return tried;
    } finally {
      leave();
    }
  }

  function read({ text, headers }: RawAnswer, reader: AnswerReader | null, stream: string | undefined): CutAnswer {
    try {
      return reader?.end() ?? { rest: readJson(text, headers['content-type']), list: null };
    } catch (error) {
      throw fault('SOURCE_PROTOCOL', error instanceof Error ? error.message : 'expected JSON', stream);
    }
  }

  /** As `attempt`, and once more with a new login where the source no longer takes the one it had. */
  async function attemptLoggedIn(request: HttpRequest, signal: AbortSignal): Promise<Attempt> {
    try {
      const login = await authorization.headers(signal);
      const first = await attempt(request, login, signal);
      if (!first.loginEnded || !authorization.renew(login)) return first;
      notices.tried(first.outcome);
      return await attempt(request, await authorization.headers(signal), signal);
    } catch (error) {
      if (error instanceof Unanswered) return failed('retry', error.message);
      signal.throwIfAborted();
      const message = error instanceof Error ? error.message : 'the connection failed';
      if (error instanceof TokenRefused) return failed('refresh-auth', message);
      if (error instanceof LoginBusy) return failed('rate-limited', message, error.retryAfter);
      if (error instanceof BadAnswer) return failed('fail', message);
      if (error instanceof RatePaused) return failed('rate-limited', message, error.remaining);
      return failed('retry', message);
    }
  }

  /** Tries again after a pause for as long as the policy of the outcome allows. */
  async function attemptUntilDone(request: HttpRequest, signal: AbortSignal): Promise<Attempt> {
    const repeatable = request.method !== 'POST' || request.idempotent === true;
    const giveUpAt = performance.now() + timeout;
    for (let tries = 1; ; tries += 1) {
      const last = await attemptLoggedIn(request, signal);
      notices.tried(last.outcome);
      if (
        last.outcome === 'ok' ||
        signal.aborted ||
        !repeatable ||
        tries > MAX_RETRIES ||
        !worthAnother(last, giveUpAt)
      )
        return last;
      // A source that says "later" and not when needs more time than one that stumbled.
      const step = last.outcome === 'rate-limited' ? tries + 2 : tries;
      await sleep(retryDelay(step, last.retryAfter, Math.random()), undefined, { signal });
    }
  }

  function fault(code: ErrorCode, message: string, stream: string | undefined): HubError {
    return new HubError(code, hide(message), { source: system, ...(stream === undefined ? {} : { stream }) });
  }

  return {
    async request(request, signal) {
      signal.throwIfAborted();
      const where = `${request.method ?? 'GET'} ${request.url}`;
      const failureOf = (settled: PromiseSettledResult<Attempt>) => {
        const last = settled.status === 'fulfilled' ? settled.value : null;
        return last && last.outcome !== 'ok' && policies[last.outcome].breaks
          ? hide(`${where}: ${last.message}`)
          : null;
      };
      const last = await breaker
        .run(() => attemptUntilDone(request, signal), failureOf, signal)
        .catch((error: unknown) => {
          // The sleep between two tries ends with an error of its own.
          signal.throwIfAborted();
          throw error;
        });
      if (last.outcome === 'ok') return last.answer;
      signal.throwIfAborted();
      const { code, advice } = policies[last.outcome];
      const { link } = request;
      if (link === undefined) throw fault(code, `${where}: ${last.message}. ${advice}`.trim(), request.stream);
      const aboutLink = addressed.has(last.outcome) ? linkAdvice : advice;
      const words = `${where} (from the source's own link ${link.slice(0, 500)}): ${last.message}. ${aboutLink}`;
      throw fault(code, words.trim(), request.stream);
    },
    protocolError: (message, stream) => fault('SOURCE_PROTOCOL', message, stream),
    close,
  };
}

/** What may come of a wrong address. */
const addressed = new Set<Outcome>(['not-found', 'forbidden', 'fail']);

const linkAdvice =
  'This address comes from a link of the source and not from the settings: where the source is behind a gateway that ' +
  'shows it under another path, set `rewriteLinks`.';

/** The source was asked, and let the deadline of its caller pass. */
class Unanswered extends Error {}

/** Whether another try of what failed may go better, and soon enough for a pass to wait. */
function worthAnother({ outcome, retryAfter }: FailedAttempt, giveUpAt: number): boolean {
  if (policies[outcome].again !== 'after a pause') return false;
  if (retryAfter !== null && defends('Retry-After cap')) return retryAfter <= MAX_RETRY_AFTER;
  return outcome === 'rate-limited' || performance.now() < giveUpAt;
}

function judge(request: HttpRequest, raw: RawAnswer, read: () => CutAnswer): Attempt {
  const retryAfter = askedWait(raw.headers, Date.now());
  const isAnswer = request.answers?.includes(raw.status) === true && retryAfter === null;
  const outcome = isAnswer ? 'ok' : outcomeOf(raw.status, retryAfter !== null);
  if (outcome !== 'ok') {
    return { ...failed(outcome, explained(raw, retryAfter), retryAfter), loginEnded: loginEnded(raw) };
  }
  const refusal = request.refusal?.(raw) ?? null;
  if (refusal !== null) {
    const ended = refusal.outcome === 'refresh-auth' || refusal.outcome === 'forbidden';
    const message = `answered ${raw.status}: ${refusal.message}`;
    return { ...failed(refusal.outcome, message, refusal.retryAfter), loginEnded: ended };
  }
  const date = Date.parse(raw.headers.date ?? '');
  let cut: CutAnswer | null = null;
  let unreadable: unknown = null;
  const once = () => {
    if (unreadable !== null) throw unreadable;
    try {
      cut ??= read();
      return cut;
    } catch (error) {
      unreadable = error;
      throw error;
    }
  };
  return {
    outcome,
    loginEnded: loginEnded(raw),
    answer: {
      url: request.url,
      status: raw.status,
      headers: raw.headers,
      text: raw.text,
      date: Number.isNaN(date) ? null : instantOf(date),
      json: () => once().rest,
      list: () => once().list,
    },
  };
}

function failed(outcome: Exclude<Outcome, 'ok'>, message: string, retryAfter: number | null = null): FailedAttempt {
  return { outcome, message, retryAfter, loginEnded: false };
}

function explained(raw: RawAnswer, retryAfter: number | null): string {
  const wait = retryAfter === null ? '' : ` (asks to wait ${Math.ceil(retryAfter / 1_000)} s)`;
  const words = raw.text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return `answered ${raw.status}${wait}${words && `: ${words}`}`;
}
