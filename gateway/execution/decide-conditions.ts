import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

interface Asked {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * An operation with its `@skip` and `@include` decided by the variables of a request: what they leave out is not there,
 * and neither are they. A document of its own with that one operation; nodes keep their place in the text that was sent.
 * The same document is returned for the same decisions, and the one that was asked for where there is nothing to decide.
 * That one is also returned where the variables decide nothing (missing, null, not a boolean) or where there is no such
 * operation: graphql-js has the errors for that.
 */
export type DecideConditions = (asked: Asked) => DocumentNode;

/** Sets of decisions that are kept for one operation; what comes later is decided for each request. */
const MOST_VARIANTS = 16;

/**
 * Executors that join the fields of an operation go wrong on conditions. graphql-jit applies the condition of one spread
 * of a fragment to all others, graphql-tools the condition of one field to all that have the same name.
 */
export function createConditionDecider(): DecideConditions {
  const decided = new WeakMap<DocumentNode, Map<string, Decided>>();

  return ({ document, operationName, variables = {} }) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return document;
    const ofDocument = decided.get(document) ?? new Map<string, Decided>();
    decided.set(document, ofDocument);
    const name = operation.name?.value ?? '';
    const known = ofDocument.get(name) ?? { ...conditionsOf(document, operation), variants: new Map() };
    ofDocument.set(name, known);
    if (!known.any) return document;
    const values = known.variables.map((variable) => variables[variable] ?? defaultOf(operation, variables, variable));
    if (!values.every((value) => typeof value === 'boolean')) return document;
    const key = values.join();
    const before = known.variants.get(key);
    if (before) return before;
    const variant = decide(document, operation, new Map(known.variables.map((one, at) => [one, values[at] === true])));
    if (known.variants.size < MOST_VARIANTS) known.variants.set(key, variant);
    return variant;
  };
}

interface Decided {
  /** Whether there is a condition in the operation. */
  any: boolean;
  /** The variables that decide, in the order they come in. */
  variables: readonly string[];
  variants: Map<string, DocumentNode>;
}

/** Stands in a selection of which nothing is left: `{}` can be neither written nor sent to a service. */
export const NOTHING: FieldNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
  directives: [
    {
      kind: Kind.DIRECTIVE,
      name: { kind: Kind.NAME, value: 'include' },
      arguments: [
        { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'if' }, value: { kind: Kind.BOOLEAN, value: false } },
      ],
    },
  ],
};

/** Whether a directive decides if what it stands at is asked for. */
export function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}

/** A default is for a variable that was not given: one that was given as null is null. */
function defaultOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  name: string,
): unknown {
  if (variables[name] !== undefined) return variables[name];
  const value = variableDefinitions.find(({ variable }) => variable.name.value === name)?.defaultValue;
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}

function conditionsOf(document: DocumentNode, operation: OperationDefinitionNode): Pick<Decided, 'any' | 'variables'> {
  const fragments = fragmentsOf(document);
  const variables = new Set<string>();
  const read = new Set<string>();
  let any = false;
  look(operation.selectionSet);
  return { any, variables: [...variables] };

  function look({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      for (const directive of selection.directives ?? []) {
        if (!isCondition(directive)) continue;
        any = true;
        const value = conditionOf(directive);
        if (value?.kind === Kind.VARIABLE) variables.add(value.name.value);
      }
      if (selection.kind !== Kind.FRAGMENT_SPREAD) {
        if (selection.selectionSet) look(selection.selectionSet);
      } else if (!read.has(selection.name.value)) {
        read.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) look(fragment.selectionSet);
      }
    }
  }
}

function decide(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  values: ReadonlyMap<string, boolean>,
): DocumentNode {
  const fragments = fragmentsOf(document);
  const spread = new Map<string, FragmentDefinitionNode>();
  const selectionSet = decidedSet(operation.selectionSet);
  return { ...document, definitions: [{ ...operation, selectionSet }, ...spread.values()] };

  function decidedSet(selectionSet: SelectionSetNode): SelectionSetNode {
    const selections = selectionSet.selections.filter(isAsked).map(decidedNode);
    return { ...selectionSet, selections: selections.length > 0 ? selections : [NOTHING] };
  }

  function isAsked({ directives = [] }: SelectionNode): boolean {
    return directives.every((directive) => {
      if (!isCondition(directive)) return true;
      const value = conditionOf(directive);
      const holds =
        value?.kind === Kind.VARIABLE ? values.get(value.name.value) : value?.kind === Kind.BOOLEAN && value.value;
      return holds === (directive.name.value === 'include');
    });
  }

  function decidedNode(node: SelectionNode): SelectionNode {
    const directives = node.directives?.filter((directive) => !isCondition(directive));
    const left = { ...node, ...(directives && { directives }) };
    if (left.kind !== Kind.FRAGMENT_SPREAD) {
      return left.selectionSet ? ({ ...left, selectionSet: decidedSet(left.selectionSet) } as SelectionNode) : left;
    }
    const name = left.name.value;
    const fragment = fragments.get(name);
    if (fragment && !spread.has(name)) {
      // known before it is decided: what it holds may come to other fragments only, never to itself
      spread.set(name, fragment);
      spread.set(name, { ...fragment, selectionSet: decidedSet(fragment.selectionSet) });
    }
    return left;
  }
}

function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])));
}

function conditionOf(directive: DirectiveNode) {
  return directive.arguments?.find(({ name }) => name.value === 'if')?.value;
}
