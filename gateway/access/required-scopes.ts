import {
  type DefinitionNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  parse,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { HubError } from '../../config/errors.ts';
import { type Domain, sdlOf } from '../../schema/sdl.ts';
import type { Viewer } from './viewer.ts';

/** One of these lists of scopes must be held in full. */
type AnyOf = readonly (readonly string[])[];

/** `Type.field` → what it takes, for fields of objects and inputs, and for values of enums. */
export type Requirements = ReadonlyMap<string, readonly AnyOf[]>;

/** Throws FORBIDDEN when an operation asks for something its viewer may not see. */
export type RefuseForbidden = (
  operation: { document: DocumentNode; variables?: Readonly<Record<string, unknown>> | undefined },
  viewer: Viewer,
) => void;

/**
 * Reads `@requiresScopes` from the SDL and checks operations against it before they run. A directive on a type is
 * for the fields that its domain declares there, but not for `id`, which other domains are joined by. What an
 * operation needs is found once a document; its variables are looked at each time. `added`: what takes scopes besides.
 */
export function createScopeCheck(
  domains: readonly Domain[],
  schema: GraphQLSchema,
  added: Requirements = new Map(),
): RefuseForbidden {
  const requirements = new Map([...readRequirements(domains), ...added]);
  const needs = new WeakMap<DocumentNode, ReadonlyMap<string, readonly AnyOf[]>>();
  return ({ document, variables = {} }, viewer) => {
    let needed = needs.get(document);
    if (!needed) {
      needed = neededBy(document, schema, requirements);
      needs.set(document, needed);
    }
    refuse(needed, viewer);
    if (Object.keys(variables).length > 0) refuse(neededByVariables(document, variables, schema, requirements), viewer);
  };
}

function refuse(needed: ReadonlyMap<string, readonly AnyOf[]>, viewer: Viewer): void {
  const missing = [...needed].flatMap(([field, all]) =>
    all.filter((anyOf) => !holdsOne(viewer, anyOf)).map((anyOf) => `${field} takes ${textOf(anyOf)}`),
  );
  if (missing.length === 0) return;
  const shown = missing.slice(0, 5).join('; ');
  const more = missing.length > 5 ? `; and ${missing.length - 5} more` : '';
  const held = [...viewer.scopes].join(' ') || 'none';
  throw new HubError(
    'FORBIDDEN',
    `Expected the scopes that the operation needs: ${shown}${more}. This login has: ${held}.`,
  );
}

function holdsOne(viewer: Viewer, anyOf: AnyOf): boolean {
  return anyOf.some((all) => all.every((scope) => viewer.scopes.has(scope)));
}

function textOf(anyOf: AnyOf): string {
  return anyOf.map((all) => all.join(' and ')).join(', or ');
}

function readRequirements(domains: readonly Domain[]): Requirements {
  const found = new Map<string, AnyOf[]>();
  for (const domain of domains) {
    for (const definition of parse(sdlOf(domain), { noLocation: true }).definitions) {
      if (!('directives' in definition) || !('name' in definition) || !definition.name) continue;
      const ofType = anyOfIn(definition.directives);
      for (const field of membersOf(definition)) {
        const ofField = anyOfIn(field.directives);
        const all = [...(field.name.value === 'id' ? [] : ofType), ...ofField];
        const coordinate = `${definition.name.value}.${field.name.value}`;
        if (all.length > 0) found.set(coordinate, [...(found.get(coordinate) ?? []), ...all]);
      }
    }
  }
  return found;
}

/** The fields of an object or input, the values of an enum. */
function membersOf(definition: DefinitionNode) {
  if ('fields' in definition) return definition.fields ?? [];
  return 'values' in definition ? (definition.values ?? []) : [];
}

function anyOfIn(directives: readonly { name: { value: string }; arguments?: readonly unknown[] }[] = []): AnyOf[] {
  return directives.filter(({ name }) => name.value === 'requiresScopes').map((directive) => scopesOf(directive));
}

function scopesOf({ arguments: given = [] }: { arguments?: readonly unknown[] }): string[][] {
  const [argument] = given as { value: { kind: Kind; values?: { values?: { value: string }[] }[] } }[];
  if (argument?.value.kind !== Kind.LIST) throw new TypeError('Expected @requiresScopes(scopes: [["…"]]).');
  return (argument.value.values ?? []).map((inner) => (inner.values ?? []).map(({ value }) => value));
}

/** Every field an operation of the document could ask for, whichever operation is run. */
function neededBy(document: DocumentNode, schema: GraphQLSchema, requirements: Requirements) {
  const needed = new Map<string, readonly AnyOf[]>();
  const types = new TypeInfo(schema);
  const note = (type: { name: string } | null | undefined, field: string) => {
    const coordinate = `${type?.name}.${field}`;
    const all = requirements.get(coordinate);
    if (all) needed.set(coordinate, all);
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node) {
        if (node.kind === Kind.FIELD) note(types.getParentType(), node.name.value);
        if (node.kind === Kind.ENUM) note(getNamedType(types.getInputType()), node.value);
        if (node.kind === Kind.OBJECT_FIELD) note(getNamedType(types.getParentInputType()), node.name.value);
      },
    }),
  );
  return needed;
}

/** What the input objects in the variables name; values that do not fit are for execution to refuse. */
function neededByVariables(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  schema: GraphQLSchema,
  requirements: Requirements,
) {
  const needed = new Map<string, readonly AnyOf[]>();
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  for (const { variableDefinitions = [] } of operations) {
    for (const definition of variableDefinitions) {
      const { name } = definition.variable;
      const { coerced } = getVariableValues(schema, [definition], { [name.value]: variables[name.value] });
      const type = typeFromAST(schema, definition.type);
      if (type && isInputType(type) && coerced) collect(type, coerced[name.value]);
    }
  }
  return needed;

  function noteNeed(coordinate: string): void {
    const all = requirements.get(coordinate);
    if (all) needed.set(coordinate, all);
  }

  function collect(type: GraphQLInputType, value: unknown): void {
    if (value === null || value === undefined) return;
    if (isNonNullType(type)) collect(type.ofType, value);
    if (isListType(type)) for (const item of [value].flat()) collect(type.ofType, item);
    // coerced already: a value, not a name, but ours are the same
    if (isEnumType(type)) noteNeed(`${type.name}.${value}`);
    if (!isInputObjectType(type) || typeof value !== 'object') return;
    for (const [field, inner] of Object.entries(value)) {
      const definition = type.getFields()[field];
      if (!definition) continue;
      noteNeed(`${type.name}.${field}`);
      collect(definition.type, inner);
    }
  }
}
