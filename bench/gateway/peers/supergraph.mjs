import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { sdl } from './subgraph-sdl.mjs';

/** The supergraph of the subgraphs at these addresses. */
export function supergraphOf(urls) {
  const services = Object.entries(sdl).map(([name, text]) => ({ name, url: urls[name], typeDefs: parse(text) }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(`The subgraphs do not compose: ${errors?.map(String).join('; ')}`);
  return supergraphSdl;
}
