import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify from 'fastify';
import { supergraphOf } from './supergraph.mjs';

/* Apollo Gateway 2 in Apollo Server 5, without the plugin that costs it most. */

const { subgraphs } = JSON.parse(process.argv[2]);
const gateway = new ApolloGateway({ supergraphSdl: supergraphOf(subgraphs) });
const server = new ApolloServer({ gateway, plugins: [ApolloServerPluginCacheControlDisabled()] });
await server.start();
const app = Fastify();
app.post('/graphql', fastifyApolloHandler(server));
process.stdout.write(`ready ${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql\n`);
