import { composeServices } from '@theguild/federation-composition';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldConfigMap,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLUnionType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { HubError } from '../../config/errors.ts';
import type { Requirements } from '../access/required-scopes.ts';
import type { Viewer } from '../access/viewer.ts';
import type { GraphContext } from '../context.ts';
import { coded } from '../execution/add-error-code.ts';
import type { RemoteParts } from '../execution/choose-lane.ts';
import { type Entry, type StitchedSubgraph, stitchSupergraph } from '../execution/stitch.ts';
import { nodeTypeNames } from '../resolvers/lists/node-types.ts';
import { scalars } from '../resolvers/scalars.ts';
import type { ServiceRequest } from './call-service.ts';

/** A service as it is composed with the hub. */
export interface ServicePart {
  name: string;
  document: DocumentNode;
  entries: Readonly<Record<string, Entry>>;
  /** Scopes that whatever it adds takes. */
  requires: readonly string[];
  execute(request: ServiceRequest): Promise<ExecutionResult>;
}

/** The hub's own graph as composition and the services' objects meet it. */
export interface HubPart {
  /** Its SDL as a subgraph. */
  document: DocumentNode;
  /** The graph that answers, without entries of a federation. */
  plain: GraphQLSchema;
  /** The same with the entries that representations are answered by. */
  entered: GraphQLSchema;
  /** What clients are served while there are no services: with those entries where the hub is a subgraph. */
  served: GraphQLSchema;
  /** Throws FORBIDDEN where a viewer may not see what is asked of the hub on the way to a service. */
  refuseForbidden(
    asked: { document: DocumentNode; variables?: Readonly<Record<string, unknown>> | undefined },
    viewer: Viewer,
  ): void;
}

/** The hub's graph and what services add to it. */
export interface Composition {
  schema: GraphQLSchema;
  remote: RemoteParts;
  /** What the added fields take. */
  requirements: Requirements;
}

/** Throws HubError SERVICE_SCHEMA_INVALID where the parts do not fit together. */
export function composeGraph(hub: HubPart, services: readonly ServicePart[]): Composition {
  const { supergraphSdl, errors } = composeServices([
    { name: 'hub', typeDefs: hub.document, url: 'hub' },
    ...services.map(({ name, document }) => ({ name, typeDefs: document, url: name })),
  ]);
  if (!supergraphSdl) throw invalid((errors ?? []).slice(0, 3).map(({ message }) => message));
  const askHub: StitchedSubgraph = { execute: (request) => executeHub(hub, request) };
  const asked = new Map(services.map((service) => [service.name, subgraphOf(service)]));
  const stitched = stitchSupergraph({ supergraphSdl, subgraphAt: (name) => asked.get(name) ?? askHub, scalars });
  const schema = asServed(stitched, hub);
  const altered = alterations(hub.plain, schema);
  if (altered.length > 0) throw invalid(altered.slice(0, 3).map((what) => `it would alter ${what} of the hub`));
  return { schema, remote: remoteParts(hub.served, schema), requirements: requirementsOf(hub.plain, services) };
}

interface Delegated {
  document: DocumentNode;
  variables?: Record<string, unknown> | undefined;
  context?: unknown;
}

/** Errors leave the hub's part with code and system in them: stitching reads a HubError's `source` as a text of GraphQL. */
async function executeHub({ entered, refuseForbidden }: HubPart, { document, variables = {}, context }: Delegated) {
  const contextValue = context as GraphContext;
  try {
    refuseForbidden({ document, variables }, contextValue.viewer);
    const { data = null, errors } = await execute({
      schema: entered,
      document,
      variableValues: variables,
      contextValue,
    });
    return { data: data as never, ...(errors && { errors: errors.map(coded) }) };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { data: null, errors: [coded(new GraphQLError(error.message, { originalError: error }))] };
  }
}

function subgraphOf({ execute, entries }: ServicePart): StitchedSubgraph {
  return {
    entries,
    execute: ({ document, variables, context }: Delegated) => {
      const { reads, authorization, signal } = context as GraphContext;
      // nothing says when what a service answered is another: it is asked each time
      reads.noteUntold();
      return execute({ document, variables, authorization, signal }) as Promise<never>;
    },
  };
}

function invalid(reasons: readonly string[]): HubError {
  return new HubError('SERVICE_SCHEMA_INVALID', `Expected a schema that fits into the graph: ${reasons.join('; ')}.`);
}

/**
 * With what composition leaves out: the hub's directives, and the entries of a federation where the hub is a subgraph
 * itself. The types stay the objects that the stitching knows.
 */
function asServed(stitched: GraphQLSchema, { plain, served }: HubPart): GraphQLSchema {
  const config = stitched.toConfig();
  const left = plain.getDirectives().filter(({ name }) => !stitched.getDirective(name));
  const directives = [...config.directives, ...left];
  const query = stitched.getQueryType();
  const entries = entriesOf(served, stitched);
  if (!query || Object.keys(entries).length === 0) return new GraphQLSchema({ ...config, directives });
  const { fields, ...rest } = query.toConfig();
  const root = new GraphQLObjectType({ ...rest, fields: { ...fields, ...entries } });
  const types = config.types.filter(({ name }) => name !== query.name);
  return new GraphQLSchema({ ...config, directives, query: root, types: [...types, root] });
}

/** The entries of the served graph, over the types of the stitched one. What they are asked of the hub alone is local. */
function entriesOf(served: GraphQLSchema, stitched: GraphQLSchema): GraphQLFieldConfigMap<unknown, unknown> {
  const { _entities, _service } = served.getQueryType()?.toConfig().fields ?? {};
  if (!_entities) return {};
  const members = nodeTypeNames.map((name) => stitched.getType(name)).filter(isObjectType);
  const entity = new GraphQLUnionType({
    ...(served.getType('_Entity') as GraphQLUnionType).toConfig(),
    types: members,
  });
  const resolve = () => {
    const message = "Expected representations of the hub's own fields. Ask the services for theirs.";
    throw new HubError('BAD_USER_INPUT', message);
  };
  return {
    _entities: { ..._entities, type: new GraphQLNonNull(new GraphQLList(entity)), resolve },
    ...(_service && { _service }),
  };
}

/** What is not in the graph with services as it is in the hub's own: both lanes have to say the same. */
function alterations(hub: GraphQLSchema, whole: GraphQLSchema): string[] {
  return Object.values(hub.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    const before = membersOf(type);
    const after = new Set(membersOf(whole.getType(type.name)));
    const closed = !isObjectType(type) && before.length !== after.size ? [type.name] : [];
    return [...before.filter((member) => !after.has(member)), ...closed];
  });
}

/** Everything a type says of itself, as text. */
function membersOf(type: GraphQLNamedType | undefined): string[] {
  if (isObjectType(type) || isInterfaceType(type)) {
    return Object.values(type.getFields()).map((field) => {
      const args = field.args.map((argument) => `${argument.name}: ${argument.type}`).sort();
      return `${type.name}.${field.name}(${args}): ${field.type}`;
    });
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => `${type.name}.${field.name}: ${field.type}`);
  }
  if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name}.${name}`);
  return isUnionType(type) ? type.getTypes().map((member) => `${type.name} = ${member}`) : [];
}

function remoteParts(hub: GraphQLSchema, whole: GraphQLSchema): RemoteParts {
  const types = new Set<string>();
  const fields = new Set<string>();
  for (const type of Object.values(whole.getTypeMap())) {
    const own = hub.getType(type.name);
    if (!own) types.add(type.name);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.keys(type.getFields())) {
      if (!hasField(own, field)) fields.add(`${type.name}.${field}`);
    }
  }
  return { types, fields };
}

function hasField(type: GraphQLNamedType | undefined, field: string): boolean {
  return (isObjectType(type) || isInterfaceType(type)) && field in type.getFields();
}

/** A field that several services share takes the scopes of each. */
function requirementsOf(hub: GraphQLSchema, services: readonly ServicePart[]): Requirements {
  const found = new Map<string, string[][][]>();
  for (const { document, requires } of services) {
    for (const definition of document.definitions) {
      if (!('fields' in definition) || requires.length === 0) continue;
      for (const field of definition.fields ?? []) {
        if (hasField(hub.getType(definition.name.value), field.name.value)) continue;
        const coordinate = `${definition.name.value}.${field.name.value}`;
        found.set(coordinate, [...(found.get(coordinate) ?? []), [[...requires]]]);
      }
    }
  }
  return found;
}
