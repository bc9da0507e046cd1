import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  type TypeNode,
  visit,
} from 'graphql';
import { HubError } from '../../config/errors.ts';
import type { ServiceSettings } from '../../config/settings/service-settings.ts';
import type { Entry } from '../execution/stitch.ts';
import { nodeTypeNames } from '../resolvers/lists/node-types.ts';

/*
 * A service as composition takes it: a subgraph that adds to the hub's types and takes nothing from them. Its root
 * fields come along when the settings name them, its mutations and subscriptions never, and whatever it adds to a
 * type of the hub may be null: a service that is down costs its own fields and nothing else.
 */

type Extensions = Extract<ServiceSettings, { kind: 'graphql' }>['extends'];
type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

interface Part {
  name: string;
  sdl: string;
  /** The hub's own graph. */
  hub: GraphQLSchema;
  /** Root fields that become root fields of the graph. */
  queries: readonly string[];
}

/** A Federation v2 subgraph. Throws HubError SERVICE_SCHEMA_INVALID where it takes something of the hub's. */
export function federationSubgraph({ name, sdl, hub, queries }: Part): DocumentNode {
  const document = read(name, sdl);
  const roots = rootNames(document);
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (!isObject(definition)) return [definition];
    const type = definition.name.value;
    if (type === roots.mutation || type === roots.subscription) return [];
    if (type === roots.query) return rootWith(definition, (field) => queries.includes(field));
    const own = hub.getType(type);
    if (!nodeTypeNames.includes(type) || !isObjectType(own)) return [withNullable(definition, [])];
    const keys = keysOf(definition);
    for (const field of definition.fields ?? []) {
      const takes = own.getFields()[field.name.value] && !keys.includes(field.name.value) && !has(field, 'external');
      if (takes)
        throw invalid(name, `${type}.${field.name.value} is the hub's own. Mark it @external, or name yours otherwise`);
    }
    return [withNullable(definition, keys)];
  });
  visit(document, {
    Directive(node) {
      const from = node.arguments?.find((argument) => argument.name.value === 'from')?.value;
      if (plainName(node) === 'override' && from?.kind === Kind.STRING && from.value === 'hub') {
        throw invalid(
          name,
          'a field with @override(from: "hub") would take it from the hub, which answers its own fields itself',
        );
      }
    },
  });
  return { kind: Kind.DOCUMENT, definitions: definitions.flatMap(withoutRootNames) };
}

/** Plain GraphQL, its types joined by entries that take keys. */
export function plainSubgraph(part: Part & { extensions: Extensions }): {
  document: DocumentNode;
  entries: Record<string, Entry>;
} {
  const { name, hub, extensions } = part;
  const document = read(name, part.sdl);
  const schema = builtFrom(name, document);
  const entries = Object.fromEntries(
    Object.entries(extensions).map(([type, { key, entry }]) => {
      const [, field = '', argument = ''] = /^(\w+)\((\w+)\)$/.exec(entry) ?? [];
      const own = hub.getType(type);
      if (!nodeTypeNames.includes(type) || !isObjectType(own) || !own.getFields()[key]) {
        throw invalid(
          name,
          `expected a type of ${nodeTypeNames.join(', ')} with a key it has, got ${type}.${key} under \`extends\``,
        );
      }
      const theirs = schema.getType(type);
      const found = schema.getQueryType()?.getFields()[field];
      if (!found?.args.some((each) => each.name === argument) || !isObjectType(theirs) || !theirs.getFields()[key]) {
        throw invalid(
          name,
          `expected the field ${type}.${key} and the root field ${entry}, as \`extends\` says, but it has them not`,
        );
      }
      return [type, { key, field, argument }];
    }),
  );
  const roots = rootNames(document);
  const isEntry = (field: string) => Object.values(entries).some((entry) => entry.field === field);
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (!isObject(definition)) return [definition];
    const type = definition.name.value;
    if (type === roots.mutation || type === roots.subscription) return [];
    if (type === roots.query) {
      return rootWith(definition, (field) => part.queries.includes(field) || isEntry(field)).map(hiding(part.queries));
    }
    const entry = entries[type];
    const own = hub.getType(type);
    if (!entry || !isObjectType(own)) return [{ ...withNullable(definition, []), directives: [shareable] }];
    return [extending(definition, entry.key, own.getFields())];
  });
  const link = parse(LINK, { noLocation: true }).definitions;
  const kept = reachable(definitions, Object.keys(entries));
  return { document: { kind: Kind.DOCUMENT, definitions: [...link, ...kept] }, entries };
}

/** A root whose other fields are there for the stitching and for nobody else. */
function hiding(shown: readonly string[]) {
  return (root: ObjectNode): ObjectNode => ({
    ...root,
    fields: (root.fields ?? []).map((field) =>
      shown.includes(field.name.value) ? field : { ...field, directives: [inaccessible] },
    ),
  });
}

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable", "@external", "@inaccessible"])';

/** What a type of the hub gets from a plain service: the key as the hub has it, and what the hub has not. */
function extending(
  definition: ObjectNode,
  key: string,
  own: Readonly<Record<string, { type: unknown }>>,
): ObjectTypeDefinitionNode {
  const added = (definition.fields ?? []).filter((field) => !own[field.name.value]);
  const keyField = fieldOf(`${key}: ${own[key]?.type}${key === 'id' ? '' : ' @external'}`);
  const bare: ObjectTypeDefinitionNode = { kind: Kind.OBJECT_TYPE_DEFINITION, name: definition.name };
  const nullable = withNullable({ ...bare, fields: added }, []);
  return {
    ...bare,
    directives: [directive(`@key(fields: "${key}")`)],
    fields: [keyField, ...(nullable.fields ?? [])],
  };
}

/** Types that are referred to from the root or from an extended type; the others are the service's own affair. */
function reachable(definitions: readonly DefinitionNode[], extended: readonly string[]): DefinitionNode[] {
  const byName = new Map<string, DefinitionNode[]>();
  for (const definition of definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
    const { value } = definition.name;
    byName.set(value, [...(byName.get(value) ?? []), definition]);
  }
  const found = new Set<string>();
  const waiting = ['Query', ...extended];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const definition of byName.get(name) ?? []) {
      visit(definition, { [Kind.NAMED_TYPE]: (node: NamedTypeNode) => void waiting.push(node.name.value) });
      if (definition.kind === Kind.INTERFACE_TYPE_DEFINITION) waiting.push(...implementing(name, definitions));
    }
  }
  return [...found].flatMap((name) => byName.get(name) ?? []);
}

function implementing(name: string, definitions: readonly DefinitionNode[]): string[] {
  return definitions.flatMap((definition) =>
    'interfaces' in definition && definition.interfaces?.some((each) => each.name.value === name)
      ? [definition.name.value]
      : [],
  );
}

/** The root with some of its fields, all of which may be null; gone when there are none. */
function rootWith(definition: ObjectNode, keep: (field: string) => boolean): ObjectNode[] {
  const fields = (definition.fields ?? []).filter(({ name }) => keep(name.value));
  if (fields.length === 0) return [];
  const opened = fields.map((field) => ({ ...field, type: nullable(field.type) }));
  return [{ ...definition, name: { kind: Kind.NAME, value: 'Query' }, fields: opened }];
}

/** A type whose fields may be null where they are added to a type of the hub, or lead to one. */
function withNullable<T extends ObjectNode>(definition: T, keys: readonly string[]): T {
  const isOurs = nodeTypeNames.includes(definition.name.value);
  const fields = (definition.fields ?? []).map((field) =>
    !keys.includes(field.name.value) && (isOurs || nodeTypeNames.includes(namedType(field.type)))
      ? { ...field, type: nullable(field.type) }
      : field,
  );
  return { ...definition, fields };
}

/** Also the items of a list: one object that could not be had is one null. */
function nullable(type: TypeNode): TypeNode {
  const open = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  if (open.kind !== Kind.LIST_TYPE) return open;
  return nodeTypeNames.includes(namedType(open)) ? { ...open, type: nullable(open.type) } : open;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function keysOf(definition: ObjectNode): string[] {
  const keys = (definition.directives ?? []).filter((each) => plainName(each) === 'key');
  return keys.flatMap(({ arguments: given = [] }) => {
    const fields = given.find(({ name }) => name.value === 'fields')?.value;
    return fields?.kind === Kind.STRING ? fields.value.split(/[\s,{}]+/).filter(Boolean) : [];
  });
}

function has(field: FieldDefinitionNode, directiveName: string): boolean {
  return (field.directives ?? []).some((each) => plainName(each) === directiveName);
}

/** `@key` and `@federation__key` are the same. */
function plainName(node: { name: { value: string } }): string {
  return node.name.value.replace(/^federation__/, '');
}

function isObject(definition: DefinitionNode): definition is ObjectNode {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION;
}

/** What a schema says of its version of federation, without the names of its roots. */
function withoutRootNames(definition: DefinitionNode): DefinitionNode[] {
  if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) return [definition];
  if (!definition.directives?.length) return [];
  return [{ kind: Kind.SCHEMA_EXTENSION, directives: definition.directives }];
}

interface RootNames {
  query: string;
  mutation: string;
  subscription: string;
}

function rootNames(document: DocumentNode): RootNames {
  const names = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const { operation, type } of definition.operationTypes ?? []) names[operation] = type.name.value;
  }
  return names;
}

function read(name: string, sdl: string): DocumentNode {
  try {
    return parse(sdl, { noLocation: true });
  } catch (error) {
    throw invalid(name, `its SDL cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function builtFrom(name: string, document: DocumentNode): GraphQLSchema {
  try {
    return buildASTSchema(document, { assumeValidSDL: true });
  } catch (error) {
    throw invalid(name, `its SDL makes no schema: ${error instanceof Error ? error.message : error}`);
  }
}

function invalid(name: string, why: string): HubError {
  return new HubError('SERVICE_SCHEMA_INVALID', `The schema of the service ${name} cannot be taken: ${why}.`, {
    source: name,
  });
}

const shareable = directive('@shareable');
const inaccessible = directive('@inaccessible');

function directive(text: string): ConstDirectiveNode {
  const [found] = fieldOf(`f: Int ${text}`).directives ?? [];
  if (!found) throw new TypeError(`Expected a directive, got "${text}".`);
  return found as ConstDirectiveNode;
}

function fieldOf(text: string): FieldDefinitionNode {
  const [definition] = parse(`type T { ${text} }`, { noLocation: true }).definitions;
  const [field] = definition?.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.fields ?? []) : [];
  if (!field) throw new TypeError(`Expected a field, got "${text}".`);
  return field;
}
