import { type GraphQLSchema, parse } from 'graphql';
import { createScopeCheck } from '../access/required-scopes.ts';
import { createLocalSchema } from '../execution/local-schema.ts';
import { subgraphSdl } from '../federation/subgraph.ts';
import { domains, subschemas } from '../resolvers/domains/all.ts';
import type { HubPart } from './compose-graph.ts';

/** The hub's graph as services are joined to it. `served`: what clients are served while there are none. */
export function createHubPart(served: GraphQLSchema = createLocalSchema(subschemas)): HubPart {
  const isSubgraph = served.getType('_Entity') !== undefined;
  const plain = isSubgraph ? createLocalSchema(subschemas) : served;
  const entered = isSubgraph ? served : createLocalSchema(subschemas, 'SDL_UNTOLD');
  const document = parse(subgraphSdl(plain), { noLocation: true });
  return { document, served, plain, entered, refuseForbidden: createScopeCheck(domains, entered) };
}
