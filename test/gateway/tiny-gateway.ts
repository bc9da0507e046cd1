import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, GraphQLError } from 'graphql';
import { z } from 'zod';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { HubError } from '../../config/errors.ts';
import { createLog } from '../../config/observability/log.ts';
import { settingsSchema } from '../../config/settings/load-settings.ts';
import { sourceSettings, streamSettings } from '../../config/settings/settings.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway, type Gateway } from '../../gateway/server.ts';
import { instantOf } from '../../schema/time.ts';

export interface TinyGateway {
  gateway: Gateway;
  cache: Cache;
  /** Address of /graphql. */
  url: string;
  /** Lines of the log. */
  lines: Record<string, unknown>[];
  ask(body: unknown, headers?: Record<string, string>): Promise<{ status: number; headers: Headers; body: Answer }>;
  close(): Promise<void>;
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } & Record<string, unknown> }[];
  extensions?: { freshness: Record<string, unknown>[] };
}

/** A real gateway on a free port over a small schema of its own: what is tested is HTTP, not the graph. */
export async function startTinyGateway(
  options: Record<string, unknown> = {},
  access?: Record<string, unknown>,
): Promise<TinyGateway> {
  const sourceSchema = sourceSettings.extend({ streams: z.record(z.string(), streamSettings) });
  const stream = { resource: 'x', key: 'id', records: [{ entity: 'order', fields: {} }] };
  const settings = settingsSchema(sourceSchema).parse({
    gateway: { port: 0, ...options },
    ...(access && { access }),
    sources: { erp: { kind: 'demo', streams: { orders: stream } }, crm: { kind: 'demo', streams: { cases: stream } } },
  });
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  const cache = await openCache({ url: 'sqlite::memory:', poolSize: 1 });
  const gateway = await createGateway({ cache, settings, log, graph: tinyGraph });
  const url = await gateway.listen();
  return {
    gateway,
    cache,
    url,
    lines,
    async ask(body, headers = {}) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer };
    },
    async close() {
      await gateway.close();
      await cache.close();
    },
  };
}

/** Writes how a stream's last pass went, as the sync does. */
export async function passed(cache: Cache, system: string, stream: string, at: number, error?: string): Promise<void> {
  await cache.execute(
    'INSERT INTO stream_states (`system`, stream, last_attempt_at, last_success_at, last_error_code, last_error_message, failures) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?)',
    [system, stream, instantOf(Date.now()), instantOf(at), error ?? null, error ? 'no answer' : null, error ? 1 : 0],
  );
}

const schema = makeExecutableSchema({
  typeDefs: `
    type Query {
      hello(name: String = "you", size: Size): String
      needs(id: ID!): String
      hub: String
      broken: Thing
      odd: String
      slow: String
      own: String
    }
    type Thing { name: String }
    enum Size { SMALL LARGE }
    type Mutation { touch: Boolean }
  `,
  resolvers: {
    Query: {
      hello: (_root: unknown, { name }: { name: string }) => `hello ${name}`,
      needs: (_root: unknown, { id }: { id: string }) => id,
      hub: () => {
        throw new HubError('CURSOR_INVALID', 'Expected a cursor of orders.', { source: 'erp' });
      },
      broken: () => ({
        name: () => {
          throw new Error('connect mysql://root:hunter2@db/secret failed');
        },
      }),
      odd: () => Promise.reject('not even an error'),
      slow: () => new Promise((resolve) => setTimeout(() => resolve('late'), 60_000).unref()),
      own: () => {
        throw new GraphQLError('Not for you.', { extensions: { code: 'BAD_USER_INPUT' } });
      },
    },
  },
});

const tinyGraph: Graph = {
  localSchema: schema,
  createContext: () => ({}),
  execute: async ({ document, variables, operationName, context }) =>
    execute({
      schema,
      document,
      contextValue: context,
      ...(variables && { variableValues: variables }),
      ...(operationName && { operationName }),
    }),
};
