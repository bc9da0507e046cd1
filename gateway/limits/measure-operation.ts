import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** How much an operation asks for, before anything of it is run. */
export interface OperationSize {
  /** Levels of fields below each other. */
  depth: number;
  /** Fields that are asked for under another name. */
  aliases: number;
  /** Objects the answer may hold: what lists hold is counted as often as they may hold items. */
  cost: number;
}

/** The part of an operation's size that its variables decide. */
export type MeasureOperation = (variables: Readonly<Record<string, unknown>>) => OperationSize;

/** What a list without `first` is taken to hold: lines of an order, contacts of a customer. Few hold more. */
const USUAL_ITEMS = 3;
/** What `first` is where neither the operation nor the schema says it. */
const USUAL_PAGE = 20;
/** Enough to be refused whatever the limit is; larger numbers would say no more. */
const MOST = 1e12;

type Cost = (variables: Readonly<Record<string, unknown>>) => number;

/** Reads an operation once: measuring it then for some variables is a walk over numbers. Valid documents only. */
export function compileMeasure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName?: string | null,
): MeasureOperation {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return () => ({ depth: 0, aliases: 0, cost: 0 });
  const fragments = new Map(
    document.definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const known = new Map<Cost | null, Map<string, { depth: number; aliases: number; cost: Cost }>>();
  const defaults = defaultsOf(operation);
  const { depth, aliases, cost } = measureSelection(operation.selectionSet, root, null);
  return (variables) => ({ depth, aliases, cost: Math.min(cost({ ...defaults, ...variables }), MOST) });

  /** `page`: the size of the list that `nodes` and `edges` of this type are of. */
  function measureSelection(selectionSet: SelectionSetNode, type: GraphQLNamedType, page: Cost | null) {
    let depth = 0;
    let aliases = 0;
    const costs: Cost[] = [];
    for (const selection of selectionSet.selections) {
      const part =
        selection.kind === Kind.FIELD
          ? measureField(selection, type, page)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? measureSelection(selection.selectionSet, typeOf(selection.typeCondition?.name.value) ?? type, page)
            : measureFragment(selection.name.value, page);
      depth = Math.max(depth, part.depth);
      aliases += part.aliases;
      costs.push(part.cost);
    }
    return { depth, aliases, cost: sum(costs) };
  }

  /** A fragment counts wherever it is spread, but is read and worked out once: spreads of spreads double at every level. */
  function measureFragment(name: string, page: Cost | null) {
    const ofPage = known.get(page) ?? new Map();
    known.set(page, ofPage);
    const before = ofPage.get(name);
    if (before) return before;
    const fragment = fragments.get(name);
    const type = typeOf(fragment?.typeCondition.name.value);
    const nothing = { depth: 0, aliases: 0, cost: () => 0 };
    if (!fragment || !type) return nothing;
    const { cost, ...read } = measureSelection(fragment.selectionSet, type, page);
    const measured = { ...read, cost: onceFor(cost) };
    ofPage.set(name, measured);
    return measured;
  }

  function measureField(node: FieldNode, parent: GraphQLNamedType, page: Cost | null) {
    const aliases = node.alias ? 1 : 0;
    const name = node.name.value;
    // What the schema says of itself has its own switch, and is as deep as it is.
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (!field || !node.selectionSet) return { depth: name.startsWith('__') ? 0 : 1, aliases, cost: () => 0 };
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return { depth: 1, aliases, cost: () => 0 };
    const first = field.args.find((argument) => argument.name === 'first');
    const ownPage = first ? pageOf(node, first.defaultValue) : name === '_entities' ? representationsOf(node) : null;
    const inner = measureSelection(node.selectionSet, type, isConnection(type) ? ownPage : null);
    const items = itemsOf(field.type, name, page, isConnection(type) ? null : ownPage);
    return {
      depth: 1 + inner.depth,
      aliases: aliases + inner.aliases,
      cost: (variables: Readonly<Record<string, unknown>>) =>
        Math.min(items(variables) * (1 + inner.cost(variables)), MOST),
    };
  }

  function typeOf(name: string | undefined): GraphQLNamedType | undefined {
    return name === undefined ? undefined : schema.getType(name);
  }
}

/** The cost for the variables asked for last is kept: a fragment that is spread twice is not walked twice. */
function onceFor(cost: Cost): Cost {
  let asked: object | null = null;
  let value = 0;
  return (variables) => {
    if (asked !== variables) {
      value = cost(variables);
      asked = variables;
    }
    return value;
  };
}

function isConnection(type: GraphQLNamedType): boolean {
  return isObjectType(type) && 'pageInfo' in type.getFields();
}

function itemsOf(type: GraphQLOutputType, name: string, page: Cost | null, ownPage: Cost | null): Cost {
  if (!holdsList(type)) return () => 1;
  if (page && (name === 'nodes' || name === 'edges')) return page;
  return ownPage ?? (() => USUAL_ITEMS);
}

function holdsList(type: GraphQLOutputType): boolean {
  return isListType(type) || (isNonNullType(type) && isListType(type.ofType));
}

function pageOf(node: FieldNode, schemaDefault: unknown): Cost {
  const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  const usual = typeof schemaDefault === 'number' ? schemaDefault : USUAL_PAGE;
  const size = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : usual);
  if (given?.kind !== Kind.VARIABLE) {
    const literal = size(literalOf(given));
    return () => literal;
  }
  const variable = given.name.value;
  return (variables) => size(variables[variable]);
}

/** A gateway of a federation says how many objects it wants by naming them. */
function representationsOf(node: FieldNode): Cost {
  const given = node.arguments?.find(({ name }) => name.value === 'representations')?.value;
  if (given?.kind === Kind.LIST) return () => given.values.length;
  if (given?.kind !== Kind.VARIABLE) return () => 1;
  const variable = given.name.value;
  return (variables) => [variables[variable]].flat().length;
}

function literalOf(value: ValueNode | undefined): number | undefined {
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) => {
      const value = literalOf(defaultValue);
      return value === undefined ? [] : [[variable.name.value, value]];
    }),
  );
}

function sum(costs: readonly Cost[]): Cost {
  if (costs.length === 0) return () => 0;
  return (variables) => costs.reduce((total, cost) => total + cost(variables), 0);
}
