import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { graphql } from 'graphql';

/** A department's own GraphQL server, as real as HTTP makes it. */
export interface GraphqlServer {
  url: string;
  /** What it was asked, in order. */
  asked: { query: string; variables: Record<string, unknown>; headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

export async function startGraphqlServer(
  typeDefs: string,
  resolvers: Parameters<typeof makeExecutableSchema>[0]['resolvers'] & object,
): Promise<GraphqlServer> {
  const schema = makeExecutableSchema({ typeDefs, resolvers });
  const asked: GraphqlServer['asked'] = [];
  const server = createServer(async (request, response) => {
    const { query, variables } = JSON.parse(await bodyOf(request)) as GraphqlServer['asked'][number];
    asked.push({ query, variables, headers: request.headers });
    const result = await graphql({ schema, source: query, variableValues: variables });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    asked,
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
