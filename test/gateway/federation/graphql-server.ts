import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type GraphQLSchema, graphql } from 'graphql';

type Resolvers = Parameters<typeof makeExecutableSchema>[0]['resolvers'] & object;

interface Asked {
  query: string;
  variables: Record<string, unknown>;
  headers: IncomingMessage['headers'];
}

/** A department's own GraphQL server, as real as HTTP makes it. */
export interface GraphqlServer {
  url: string;
  /** What it was asked, in order. */
  asked: Asked[];
  /** Another schema from now on. */
  serve(typeDefs: string, resolvers: Resolvers): void;
  /** Answers in a way of its own from now on; undefined: as GraphQL again. */
  misbehave(answer: ((response: ServerResponse, asked: Asked) => void) | undefined): void;
  close(): Promise<void>;
}

export async function startGraphqlServer(typeDefs: string, resolvers: Resolvers, port = 0): Promise<GraphqlServer> {
  let schema: GraphQLSchema = makeExecutableSchema({ typeDefs, resolvers });
  let own: ((response: ServerResponse, asked: Asked) => void) | undefined;
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { query, variables } = JSON.parse(await bodyOf(request)) as Asked;
    const now = { query, variables, headers: request.headers };
    asked.push(now);
    if (own) return own(response, now);
    const result = await graphql({ schema, source: query, variableValues: variables });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  // all run in one process: while it composes, connections would be closed for being idle
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    asked,
    serve(nextTypeDefs, nextResolvers) {
      schema = makeExecutableSchema({ typeDefs: nextTypeDefs, resolvers: nextResolvers });
    },
    misbehave(answer) {
      own = answer;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
