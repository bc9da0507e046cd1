import { filterInternalFieldsAndTypes, getStitchingOptionsFromSupergraphSdl } from '@graphql-tools/federation';
import { stitchSchemas } from '@graphql-tools/stitch';
import type { Executor } from '@graphql-tools/utils';
import { type GraphQLSchema, Kind, parse, type SelectionNode, visit } from 'graphql';
import type { scalars } from '../resolvers/scalars.ts';
import { withExactErrorPaths } from './exact-error-paths.ts';

/** How the objects of a type are found in a subgraph that has no representations: by a list entry that takes keys. */
export interface Entry {
  key: string;
  field: string;
  argument: string;
}

/** One subgraph of a supergraph, by the address it has there. */
export interface StitchedSubgraph {
  execute: Executor;
  /** Type → its entry. */
  entries?: Readonly<Record<string, Entry>>;
}

interface Stitching {
  /** What composition made of the subgraphs. */
  supergraphSdl: string;
  subgraphAt(address: string): StitchedSubgraph;
  /** Custom scalars by name: those of a supergraph take anything unless told again what they take. */
  scalars?: typeof scalars;
}

/** Keys that are asked for at once. */
const MOST_KEYS = 500;

/**
 * The stitched lane: one schema over the subgraphs of a supergraph. Their objects are joined by type merging, in array
 * batches of keys: one request a subgraph, type and level, however many objects.
 */
export function stitchSupergraph({ supergraphSdl, subgraphAt, scalars }: Stitching): GraphQLSchema {
  const { schemaExtensions, ...options } = getStitchingOptionsFromSupergraphSdl({
    supergraphSdl,
    batchDelegateOptions: { maxBatchSize: MOST_KEYS },
    onSubschemaConfig(subschema) {
      const { execute, entries = {} } = subgraphAt(subschema.endpoint);
      subschema.executor = Object.keys(entries).length === 0 ? execute : withKeys(execute, Object.values(entries));
      for (const [type, entry] of Object.entries(entries)) {
        const merged = subschema.merge?.[type];
        if (merged) Object.assign(merged, mergedByEntry(entry));
      }
    },
  });
  const stitched = stitchSchemas({
    ...options,
    ...(schemaExtensions && { schemaExtensions }),
    ...(scalars && { resolvers: { ...scalars } }),
  });
  return withExactErrorPaths(filterInternalFieldsAndTypes(stitched));
}

/** The name under which an entry's objects tell their key, whatever else is asked of them. */
const KEY = '_customer360_key';

function mergedByEntry({ key, field, argument }: Entry) {
  return {
    selectionSet: `{ ${key} }`,
    fieldName: field,
    key: (object: Record<string, unknown>) => object[key],
    argsFromKeys: (keys: readonly unknown[]) => ({ [argument]: keys }),
    valuesFromResults: inOrderOfKeys,
    dataLoaderOptions: { maxBatchSize: MOST_KEYS },
  };
}

/** By the key that each object tells: one that came in another's place would be shown as the other's. */
function inOrderOfKeys(found: readonly unknown[], keys: readonly unknown[]): unknown[] {
  const byKey = new Map(
    found.flatMap((object) => {
      const key = (object as Record<string, unknown> | null)?.[KEY];
      return key === undefined || key === null ? [] : [[String(key), object] as const];
    }),
  );
  return keys.map((key, index) => byKey.get(String(key)) ?? (found[index] instanceof Error ? found[index] : null));
}

/** Asks every object of an entry for its key. */
function withKeys(execute: Executor, entries: readonly Entry[]): Executor {
  const keyOf = new Map(entries.map(({ field, key }) => [field, selectionOf(`${KEY}: ${key}`)]));
  return (request) => {
    const document = visit(request.document, {
      [Kind.FIELD](node) {
        const key = keyOf.get(node.name.value);
        if (!key || !node.selectionSet) return undefined;
        return {
          ...node,
          selectionSet: { ...node.selectionSet, selections: [...node.selectionSet.selections, key] },
        };
      },
    });
    return execute({ ...request, document });
  };
}

function selectionOf(text: string): SelectionNode {
  const [operation] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  const [selection] = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  if (!selection) throw new TypeError(`Expected a selection, got "${text}".`);
  return selection;
}
