import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireFault, WireFaultKind } from './landscape.ts';

export interface FaultyProxy {
  origin: string;
  disturb(faults: readonly WireFault[]): void;
  stop(): Promise<void>;
}

export interface FaultyProxyOptions {
  /** The server behind it. */
  target: string;
  /** The source's clock: told in the `Date` of every answer. */
  now(): string;
  /** What this protocol says when it has nothing. */
  nothing(url: URL, body: string): string;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** What stands between the hub and a source over HTTP, and does to the answers what networks and gateways do. */
export async function startFaultyProxy({ target, now, nothing }: FaultyProxyOptions): Promise<FaultyProxy> {
  let faults: readonly WireFault[] = [];
  let asked = 0;
  const pages = new Map<string, Answer>();

  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const url = new URL(incoming.url ?? '/', target);
    const fault = faultNow();
    if (fault === 'hang') return;
    if (fault === 'reset') return void outgoing.socket?.resetAndDestroy();
    if (fault === 'nothing there') return send(outgoing, json(200, nothing(url, body.toString('utf8'))));
    if (fault === 'login page') return send(outgoing, { status: 200, headers: html, body: Buffer.from(LOGIN_PAGE) });
    if (typeof fault === 'object' && fault !== null) {
      const { status, retryAfter } = fault;
      const waiting = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      const refused = json(status, '{"error":"not now"}');
      return send(outgoing, { ...refused, headers: { ...refused.headers, ...waiting } });
    }
    const isLaterPage = /skiptoken|cursor=|after=/.test(url.search);
    const known = pages.get(url.pathname);
    if (fault === 'same page again' && isLaterPage && known) return send(outgoing, known);

    const answer = await forward(incoming, url, body);
    if (incoming.method === 'GET' && answer.status === 200) pages.set(url.pathname, answer);
    if (fault === 'cut off') return send(outgoing, { ...answer, body: half(answer.body) });
    if (fault === 'not gzip')
      return send(outgoing, { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' } });
    if (fault === 'reset in the answer') {
      outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length + 1) });
      outgoing.write(half(answer.body), () => outgoing.socket?.resetAndDestroy());
      return;
    }
    send(outgoing, answer);
  }

  function faultNow(): WireFaultKind | null {
    const found = faults.find(({ at, times }) => asked >= at && asked < at + times);
    asked += 1;
    return found?.is ?? null;
  }

  function forward(incoming: IncomingMessage, url: URL, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { ...incoming.headers, connection: 'close' };
      const onward = ask(url, { method: incoming.method, headers }, (answer) => {
        bytesOf(answer).then((bytes) => {
          const type = answer.headers['content-type'] ?? 'application/json';
          const link = answer.headers.link;
          const kept = { 'content-type': type, ...(typeof link === 'string' ? { link } : {}) };
          resolve({ status: answer.statusCode ?? 502, headers: kept, body: bytes });
        }, reject);
      });
      onward.on('error', reject);
      onward.end(body);
    });
  }

  function send(outgoing: ServerResponse, { status, headers, body }: Answer): void {
    outgoing.sendDate = false;
    outgoing.writeHead(status, { ...headers, date: new Date(`${now().slice(0, 23)}Z`).toUTCString() });
    outgoing.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    disturb(next) {
      faults = next;
      asked = 0;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const LOGIN_PAGE = '<!DOCTYPE html><html><body><form>Please sign in</form></body></html>';
const html = { 'content-type': 'text/html' };

function json(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
}

function half(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
