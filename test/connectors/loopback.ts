import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault, Row } from './contract.ts';

export type Answer = { status?: number; headers?: Record<string, string>; body: unknown };
export type Handler = (url: URL, request: IncomingMessage) => Answer | Promise<Answer>;

/** A server on a free port of loopback that asks for a login and fails as it is told. */
export interface Loopback {
  origin: string;
  /** What was asked, newest last. */
  requests: string[];
  fail(fault: Fault | null): void;
  stop(): Promise<void>;
}

export async function startLoopback(authorization: string | null, handle: Handler): Promise<Loopback> {
  let fault: Fault | null = null;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (authorization !== null && request.headers.authorization !== authorization) {
      return send(response, { status: 401, body: { error: `refused ${request.headers.authorization}` } });
    }
    if (fault === 'hang') return;
    if (fault === 'broken-json') return void response.end('{"value":[{"id":"K001","na');
    if (fault === 'login-page') return void response.setHeader('content-type', 'text/html').end('<html>Sign in</html>');
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    void Promise.resolve()
      .then(() => handle(url, request))
      .catch((error: unknown) => ({ status: 500, body: { error: String(error) } }))
      .then((answer) => send(response, answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail(next) {
      fault = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Rows in the order (stamp, id), the id compared by its bytes. */
export function inOrder(rows: Iterable<Row>): Row[] {
  return [...rows].sort((a, b) => compare(a.stamp, b.stamp) || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A row as JSON text, its numbers with all their digits. */
export function jsonOf(row: Row, fields: Record<string, string> = {}): string {
  const text = { id: row.id, name: row.name, ...fields };
  return JSON.stringify(text).replace(/}$/, `,"amount":${row.amount},"big":${row.big}}`);
}
