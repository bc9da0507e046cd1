import gatewayPlugin from '@mercuriusjs/gateway';
import Fastify from 'fastify';

/* The Mercurius gateway, compiled. */

const { subgraphs } = JSON.parse(process.argv[2]);
const app = Fastify();
app.register(gatewayPlugin, {
  jit: 1,
  gateway: { services: Object.entries(subgraphs).map(([name, url]) => ({ name, url })) },
});
process.stdout.write(`ready ${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql\n`);
