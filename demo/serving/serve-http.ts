import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Request {
  method: string;
  /** Decoded segments of the path. */
  path: string[];
  /** Decoded query options. A `+` stays a plus: a space is written `%20`. */
  query: Map<string, string>;
  headers: IncomingHttpHeaders;
}

export interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

export interface ServeOptions {
  host: string;
  port: number;
  /** The whole `Authorization` header that is let in. */
  authorization: string;
  handle(request: Request): Answer;
  /** How this system words an error. */
  wordError(status: number, message: string): Answer;
}

export interface Served {
  url: string;
  close(): Promise<void>;
}

/** An HTTP server on `host:port` (0 takes a free one) that answers reads of those who know the password. */
export async function serveHttp({ host, port, authorization, handle, wordError }: ServeOptions): Promise<Served> {
  const server = createServer((incoming, outgoing) => {
    const { status, body, headers } = answerTo(incoming.method ?? 'GET', incoming.url ?? '/', incoming.headers);
    outgoing.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  });

  function answerTo(method: string, url: string, headers: IncomingHttpHeaders): Answer {
    if (!isEqual(headers.authorization ?? '', authorization)) {
      const [scheme] = authorization.split(' ');
      return {
        ...wordError(401, 'Wrong user, password or token.'),
        headers: { 'www-authenticate': `${scheme} realm="demo"` },
      };
    }
    if (method !== 'GET' && method !== 'HEAD')
      return wordError(405, `This demo source is read only; ${method} is not offered.`);
    try {
      return handle({ method, headers, ...readUrl(url) });
    } catch (error) {
      if (error instanceof BadRequest) return wordError(error.status, error.message);
      if (error instanceof URIError) return wordError(400, 'The address is not percent-encoded correctly.');
      throw error;
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A request that cannot be answered as it stands. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readUrl(url: string): Pick<Request, 'path' | 'query'> {
  const [path = '', query = ''] = url.split('?', 2);
  const pairs = query.split('&').filter((pair) => pair !== '');
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
    query: new Map(
      pairs.map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return at < 0
          ? [decodeURIComponent(pair), '']
          : [decodeURIComponent(pair.slice(0, at)), decodeURIComponent(pair.slice(at + 1))];
      }),
    ),
  };
}

/** A whole number of the query, or `otherwise` when it is not given. */
export function wholeNumber(query: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new BadRequest(`${name} expects a whole number, got '${text}'.`);
  return Number(text);
}
