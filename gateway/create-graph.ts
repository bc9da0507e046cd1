import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Cache } from '../cache/cache.ts';
import type { Settings } from '../config/settings.ts';
import { instantOf } from '../schema/time.ts';
import type { GraphContext } from './context.ts';
import { createExecutor, type GraphRequest } from './execute.ts';
import { createFreshnessReader } from './freshness.ts';
import { createLoaders } from './loaders.ts';
import { createLocalSchema } from './local-schema.ts';
import { createStitchedSchema } from './stitch.ts';
import { createStores } from './stores.ts';
import { subschemas } from './subschemas/all.ts';

export interface GraphDependencies {
  cache: Cache;
  settings: Pick<Settings, 'sources' | 'gateway' | 'insight'>;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/** The customer-360 graph over a cache: one graph, two lanes. */
export interface CustomerGraph {
  readonly localSchema: GraphQLSchema;
  readonly stitchedSchema: GraphQLSchema;
  execute(request: GraphRequest): Promise<ExecutionResult>;
  /** Parses, validates and compiles an operation before it is asked for. */
  warm(query: string, operationName?: string): void;
  /** What one request needs; never use it for a second. */
  createContext(): GraphContext;
}

export function createGraph({ cache, settings, now = Date.now }: GraphDependencies): CustomerGraph {
  const localSchema = createLocalSchema(subschemas);
  const stitchedSchema = createStitchedSchema(subschemas);
  const stores = createStores(cache);
  const freshness = createFreshnessReader({ cache, settings, now });
  const executor = createExecutor({
    schemas: { local: localSchema, stitched: stitchedSchema },
    maxTokens: settings.gateway.maxTokens,
  });
  return {
    localSchema,
    stitchedSchema,
    execute: executor.execute,
    warm: executor.warm,
    createContext: () => ({
      stores,
      loaders: createLoaders(),
      freshness,
      sources: settings.sources,
      insight: settings.insight,
      today: instantOf(now()).slice(0, 10),
      maxPage: settings.gateway.maxPage,
    }),
  };
}
