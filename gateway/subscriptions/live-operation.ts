import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { HubError } from '../../config/errors.ts';

/** What a subscription watches. */
export type Watched =
  | { field: 'customerChanged'; customer: string }
  | { field: 'orderChanged'; order: string }
  | { field: 'orderChanged'; customer: string };

/** A subscription: what it watches, and the query that its events are the answers of. */
export interface LiveOperation {
  watched: Watched;
  /** The name its events have in the answer. */
  responseKey: string;
  /** The same selection, asked of `customer(id:)` or `order(id:)`: so an event has the rights and limits of a query. */
  query: DocumentNode;
  /** The variables of the query for one changed record. */
  variablesFor(id: string): Record<string, unknown>;
}

/** No variable of a client is called so: names that begin with two underscores are GraphQL's own. */
const CHANGED = '__changed';

const queryFields = { customerChanged: 'customer', orderChanged: 'order' } as const;

/** Reads a valid subscription. Throws BAD_USER_INPUT where variables or arguments do not fit. */
export function readLiveOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variables, operationName }: { variables: Record<string, unknown>; operationName: string | undefined },
): LiveOperation {
  const operation = getOperationAST(document, operationName);
  const type = schema.getSubscriptionType();
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION || !type) throw new TypeError('Expected a subscription.');
  const { query, fields } = queryOf(document, operation);
  const [field] = fields;
  const name = field?.name.value;
  const definition = name === undefined ? undefined : type.getFields()[name];
  if (!field || !definition || (name !== 'customerChanged' && name !== 'orderChanged')) {
    throw new TypeError(`Expected a field of Subscription, got ${name}.`);
  }
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!coerced) throw new HubError('BAD_USER_INPUT', (errors ?? []).map(({ message }) => message).join(' '));
  return {
    watched: watchedBy(name, getArgumentValues(definition, field, coerced)),
    responseKey: field.alias?.value ?? name,
    query,
    variablesFor: (id) => ({ ...variables, [CHANGED]: id }),
  };
}

function watchedBy(field: keyof typeof queryFields, { id, customer }: Record<string, unknown>): Watched {
  if (field === 'customerChanged') return { field, customer: String(id) };
  if (typeof id === 'string' && customer == null) return { field, order: id };
  if (typeof customer === 'string' && id == null) return { field, customer };
  const got = id == null ? 'neither' : 'both';
  throw new HubError('BAD_USER_INPUT', `Expected orderChanged with one of id and customer, got ${got}.`);
}

const queries = new WeakMap<OperationDefinitionNode, { query: DocumentNode; fields: readonly FieldNode[] }>();

/** Made once an operation, so that what is compiled of the query is kept with it. */
function queryOf(document: DocumentNode, operation: OperationDefinitionNode) {
  const made = queries.get(operation) ?? makeQuery(document, operation);
  queries.set(operation, made);
  return made;
}

function makeQuery(document: DocumentNode, operation: OperationDefinitionNode) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const fields: FieldNode[] = [];
  const query: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        operation: OperationTypeNode.QUERY,
        variableDefinitions: [...(operation.variableDefinitions ?? []), changedVariable],
        selectionSet: atRoot(operation.selectionSet),
      },
      ...[...fragments.values()].filter(({ typeCondition }) => typeCondition.name.value !== 'Subscription'),
    ],
  };
  return { query, fields };

  /** Fragments on Subscription go into the place they are spread at: a query has none. */
  function atRoot({ selections }: SelectionSetNode): SelectionSetNode {
    return { kind: Kind.SELECTION_SET, selections: selections.map(rootSelection) };
  }

  function rootSelection(selection: SelectionNode): SelectionNode {
    if (selection.kind === Kind.FIELD) return askedById(selection);
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!inner) throw new TypeError('Expected a valid document.');
    const { directives = [] } = selection;
    return { kind: Kind.INLINE_FRAGMENT, directives, selectionSet: atRoot(inner.selectionSet) };
  }

  function askedById(field: FieldNode): FieldNode {
    fields.push(field);
    const name = field.name.value as keyof typeof queryFields;
    return {
      ...field,
      alias: field.alias ?? field.name,
      name: { kind: Kind.NAME, value: queryFields[name] },
      arguments: [changedArgument],
    };
  }
}

const changedValue = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: CHANGED } } as const;

const changedArgument: ArgumentNode = {
  kind: Kind.ARGUMENT,
  name: { kind: Kind.NAME, value: 'id' },
  value: changedValue,
};

const changedVariable = {
  kind: Kind.VARIABLE_DEFINITION,
  variable: changedValue,
  type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'ID' } } },
} as const;
