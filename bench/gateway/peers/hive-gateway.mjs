import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { supergraphOf } from './supergraph.mjs';

/* Hive Gateway 2, with the planner it has by default or the one written in Rust. */

const { subgraphs, gateway } = JSON.parse(process.argv[2]);
const runtime = createGatewayRuntime({
  supergraph: supergraphOf(subgraphs),
  logging: false,
  ...(gateway.planner === 'rust' && { unifiedGraphHandler }),
});
const server = createServer(runtime);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${server.address().port}/graphql\n`);
});
