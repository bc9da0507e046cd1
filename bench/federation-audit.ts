import { isDeepStrictEqual } from 'node:util';
import { composeServices } from '@theguild/federation-composition';
import { execute, type GraphQLSchema, parse, validate } from 'graphql';
import { z } from 'zod';
import { httpAuth } from '../config/settings/http-settings.ts';
import { stitchSupergraph } from '../gateway/execution/stitch.ts';
import { createServiceCaller, type ServiceCaller } from '../gateway/services/call-service.ts';

/*
 * The stitched lane alone, without the hub's own graph, against the public audit of federation gateways
 * (github.com/graphql-hive/federation-gateway-audit), which has to be served beside it: docs/performance.md says how.
 * `npm run bench:federation -- http://localhost:4200 [--own]`; with --own the subgraphs are composed here, as the hub
 * composes its services, instead of taking the audit's supergraph.
 */

const [address, how] = process.argv.slice(2);
if (!address) throw new Error('Expected the address at which the audit is served, such as http://localhost:4200.');

const cases = z.array(
  z.object({ query: z.string(), expected: z.object({ data: z.unknown().optional(), errors: z.boolean().optional() }) }),
);
const subgraphs = z.array(z.object({ name: z.string(), url: z.string(), sdl: z.string() }));

const callers = new Map<string, ServiceCaller>();
const settings = { auth: httpAuth.parse({ type: 'none' }), headers: {}, timeout: 10_000, maxBytes: 8_000_000 };

function callerAt(url: string): ServiceCaller {
  const caller = callers.get(url) ?? createServiceCaller('audit', url, settings);
  callers.set(url, caller);
  return caller;
}

async function supergraphOf(suite: string): Promise<string> {
  if (how !== '--own') return (await fetch(`${address}/${suite}/supergraph`)).text();
  const parts = subgraphs.parse(await (await fetch(`${address}/${suite}/subgraphs`)).json());
  const composed = composeServices(parts.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  if (!composed.supergraphSdl) throw new Error(composed.errors?.map(({ message }) => message).join('; '));
  return composed.supergraphSdl;
}

async function answer(schema: GraphQLSchema, query: string) {
  const document = parse(query);
  const invalid = validate(schema, document);
  const result = invalid.length > 0 ? { errors: invalid } : await execute({ schema, document, contextValue: {} });
  const { data = null, errors = [] } = JSON.parse(JSON.stringify(result)) as { data?: unknown; errors?: object[] };
  return { data, errors };
}

/** The cases of a suite that are answered wrongly, by their place in it. */
async function failuresOf(suite: string): Promise<{ failed: number[]; total: number }> {
  const all = cases.parse(await (await fetch(`${address}/${suite}/tests`)).json());
  const failed: number[] = [];
  const schema = await supergraphOf(suite)
    .then((supergraphSdl) =>
      stitchSupergraph({
        supergraphSdl,
        subgraphAt: (url) => ({ execute: (request) => callerAt(url).execute(request) as Promise<never> }),
      }),
    )
    .catch((error: Error) => console.log(`${suite}: ${error.message}`));
  for (const [place, { query, expected }] of all.entries()) {
    const { data, errors } = schema ? await answer(schema, query) : { data: undefined, errors: [{}] };
    // where the audit leaves open whether there are errors, only the data counts
    const right = expected.errors === undefined || expected.errors === errors.length > 0;
    if (!right || !isDeepStrictEqual(data, expected.data ?? null)) failed.push(place);
  }
  return { failed, total: all.length };
}

let passed = 0;
let total = 0;
for (const suite of z.array(z.string()).parse(await (await fetch(`${address}/ids`)).json())) {
  const result = await failuresOf(suite);
  passed += result.total - result.failed.length;
  total += result.total;
  if (result.failed.length > 0) console.log(`${suite}: wrong in ${result.failed.join(', ')} of ${result.total}`);
}
console.log(`${passed} of ${total}`);
for (const caller of callers.values()) caller.close();
