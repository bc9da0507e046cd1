import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Root fields that tell all they read, by loaders with dependencies or by noting whole entities. An operation with any
 * other is answered anew each time: what is not told of cannot be dropped.
 */
const tellingRoots: ReadonlySet<string> = new Set([
  '__typename',
  'customer',
  'customerBySource',
  'customers',
  'parties',
  'node',
  '_entities',
  'order',
  'orders',
  'shipments',
  'returns',
  'invoices',
  'payments',
  'accounts',
  'opportunities',
  'cases',
  'interactions',
  'surveys',
]);

/** Whether an operation's answer may be kept at all: a query of nothing but telling roots. */
export function isKeepable(document: DocumentNode, operationName: string | null | undefined): boolean {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.QUERY) return false;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return allTelling(operation.selectionSet, fragments);
}

function allTelling({ selections }: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): boolean {
  return selections.every((selection) => {
    if (selection.kind === Kind.FIELD) return tellingRoots.has(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return allTelling(selection.selectionSet, fragments);
    const fragment = fragments.get(selection.name.value);
    return fragment !== undefined && allTelling(fragment.selectionSet, fragments);
  });
}
