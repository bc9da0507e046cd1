import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import type { z } from 'zod';
import { httpAuth } from '../../config/settings/http-settings.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../connectors/http/http-client.ts';

type Handle = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A server on loopback that answers as it is told, until the test ends; `count` is the number of the request. */
export async function serve(handle: Handle): Promise<{ origin: string; count(): number }> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    handle(request, response, count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}

/** A login as the settings have it. */
export type AuthSettings = z.input<typeof httpAuth>;

interface ClientOptions extends Partial<Omit<HttpClientOptions, 'auth'>> {
  auth?: AuthSettings;
}

/** A client of the source `crm`, closed when the test ends. */
export function clientOf({ auth, ...options }: ClientOptions = {}): HttpClient {
  const client = createHttpClient({ system: 'crm', auth: httpAuth.parse(auth), timeout: 2_000, ...options });
  cleanups.push(() => client.close());
  return client;
}

/** A signal that never aborts. */
export const live = () => new AbortController().signal;
