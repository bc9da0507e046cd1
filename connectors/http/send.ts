import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import axios, { type AxiosInstance } from 'axios';
import { defends } from '../../config/defences.ts';
import { charsetOf } from './charset-decoder.ts';

/** Takes the body of an answer as it comes. */
interface BodyReader {
  push(chunk: Buffer): void;
}

interface Exchange {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** Who takes the body of an answer with this status and these headers; null where it becomes the text. */
  readerOf?: (status: number, headers: Record<string, string>) => BodyReader | null;
}

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  /** Empty where somebody else took the body. */
  text: string;
  /** The `Set-Cookie` headers, each as it came. */
  cookies: readonly string[];
}

/** Most bytes of an answer that is read while it comes, and not held. */
const MOST_BYTES_READ = 1_000_000_000;

/** After so many bytes, a few milliseconds of reading, the process turns to its other work. */
const TURN = 131_072;

export interface Limits {
  /** Longest silence: while connecting, before the first byte, between two bytes. */
  idle: number;
  /** Longest whole exchange, so that a drip does not last for ever. */
  total: number;
  maxBytes: number;
}

/** The answer was larger than allowed, garbled, or led to another host: another try would not help. */
export class BadAnswer extends Error {}

/** One HTTP exchange, no retry, no judgement. Rejects with BadAnswer, the signal's reason, or a transport error. */
export type Send = (exchange: Exchange, signal: AbortSignal) => Promise<RawAnswer>;

export function createSend(limits: Limits): { send: Send; close(): void } {
  const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  const httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: 16 });
  const client = axios.create({
    adapter: 'http',
    responseType: 'stream',
    validateStatus: () => true,
    proxy: false,
    httpAgent,
    httpsAgent,
    maxRedirects: 3,
    transformRequest: (data) => data,
  });
  return {
    send: (exchange, signal) => sendOnce(client, limits, exchange, signal),
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

async function sendOnce(client: AxiosInstance, limits: Limits, exchange: Exchange, signal: AbortSignal) {
  signal.throwIfAborted();
  const watch = watchSilence(limits, signal);
  try {
    const { body: data, readerOf, ...exchanged } = exchange;
    const answer = await client.request<Readable>({
      ...exchanged,
      ...(data === undefined ? {} : { data }),
      signal: watch.signal,
      beforeRedirect: (next: Record<string, unknown>) => refuseOtherHost(exchange.url, String(next.href ?? '')),
    });
    const headers = flatHeaders(answer.headers);
    const reader = readerOf?.(answer.status, headers) ?? null;
    if (reader) await readBody(answer.data, MOST_BYTES_READ, watch, (chunk) => reader.push(chunk));
    const text = reader ? '' : await readText(answer.data, headers['content-type'], limits.maxBytes, watch);
    const cookies = [(answer.headers as Record<string, unknown>)['set-cookie'] ?? []].flat().map(String);
    return { status: answer.status, headers, text, cookies };
  } catch (error) {
    signal.throwIfAborted();
    throw watch.reason() ?? judged(error);
  } finally {
    watch.stop();
  }
}

interface Watch {
  signal: AbortSignal;
  /** Something came: the silence starts anew. */
  heard(): void;
  /** Why the exchange was ended from here, if it was. */
  reason(): Error | null;
  stop(): void;
}

function watchSilence(limits: Limits, outer: AbortSignal): Watch {
  const own = new AbortController();
  let reason: Error | null = null;
  const end = (message: string) => {
    if (!defends('silence limit')) return;
    reason ??= new Error(message);
    own.abort(reason);
  };
  const silence = setTimeout(() => end(`no answer within ${limits.idle} ms`), limits.idle);
  const total = setTimeout(() => end(`no whole answer within ${limits.total} ms`), limits.total);
  return {
    signal: AbortSignal.any([outer, own.signal]),
    heard: () => silence.refresh(),
    reason: () => reason,
    stop() {
      clearTimeout(silence);
      clearTimeout(total);
    },
  };
}

async function readText(body: Readable, contentType: string | undefined, maxBytes: number, watch: Watch) {
  const chunks: Buffer[] = [];
  await readBody(body, maxBytes, watch, (chunk) => chunks.push(chunk));
  return decode(Buffer.concat(chunks), contentType);
}

async function readBody(body: Readable, maxBytes: number, watch: Watch, take: (chunk: Buffer) => void) {
  let size = 0;
  let taken = 0;
  const cut = () => body.destroy(watch.reason() ?? new Error('aborted'));
  watch.signal.addEventListener('abort', cut, { once: true });
  if (watch.signal.aborted) cut();
  try {
    for await (const chunk of body) {
      watch.heard();
      size += (chunk as Buffer).length;
      if (size > maxBytes)
        throw new BadAnswer(`expected at most ${maxBytes} bytes in one answer, got more; make pageSize smaller`);
      take(chunk as Buffer);
      taken += (chunk as Buffer).length;
      if (taken < TURN) continue;
      taken = 0;
      await nextTurn();
    }
  } finally {
    watch.signal.removeEventListener('abort', cut);
  }
}

function decode(bytes: Buffer, contentType: string | undefined): string {
  const charset = charsetOf(contentType);
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    throw new BadAnswer(`expected text in ${charset}, got bytes that are not`);
  }
}

function refuseOtherHost(asked: string, redirected: string): void {
  const from = new URL(asked);
  const to = URL.canParse(redirected) ? new URL(redirected) : null;
  if (to?.host !== from.host || to.protocol !== from.protocol) {
    throw new BadAnswer(`expected an answer from ${from.host}, got a redirect to ${to?.host ?? 'elsewhere'}`);
  }
}

function judged(error: unknown): Error {
  let inner = error;
  // A redirect that was refused arrives wrapped, by the library that follows them and by axios.
  for (let depth = 0; depth < 5 && inner instanceof Error; depth++) {
    if (inner instanceof BadAnswer) return inner;
    inner = inner.cause;
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_') || code === 'ERR_FR_TOO_MANY_REDIRECTS')
    return new BadAnswer(`got a garbled answer (${code})`);
  // An axios error carries the whole request, login included: only its words go on.
  return new Error((error instanceof Error && error.message) || code || 'the connection failed');
}

function flatHeaders(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== undefined && value !== null && typeof value !== 'function')
      .map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}
