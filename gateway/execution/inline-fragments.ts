import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { isCondition, NOTHING } from './decide-conditions.ts';

/** Fields of an operation that is compiled. Larger ones are seldom asked for, and compiling them takes too long. */
const MOST_FIELDS = 1_500;

/**
 * One operation as a document of its own, with its fragments in the places where they are spread. Its fields are copies,
 * so that a compiler may write on them; their `loc` still is the place in the text that was sent. The document must be
 * valid.
 *
 * Undefined for an operation that is not to be compiled: one with conditions that are not decided yet, one with more
 * fields than are worth it (counted once for each type that a value may have), and one with a field called `__proto__`,
 * which is no field in an object literal, as graphql-jit writes them.
 */
export function inlineFragments(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): DocumentNode | undefined {
  const root = schema.getRootType(operation.operation);
  if (!root) return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  let fields = 0;
  try {
    const selectionSet = flatSet(operation.selectionSet, root, { types: new Set([root]), times: 1, spread: new Map() });
    return { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }] };
  } catch (error) {
    if (error === NOT_TO_BE_COMPILED) return undefined;
    throw error;
  }

  function flatSet(selectionSet: SelectionSetNode, parent: GraphQLCompositeType, place: Place): SelectionSetNode {
    return { ...selectionSet, selections: selectionSet.selections.flatMap((node) => flat(node, parent, place)) };
  }

  function flat(node: SelectionNode, parent: GraphQLCompositeType, place: Place): SelectionNode[] {
    if (node === NOTHING) return [];
    if (node.directives?.some(isCondition)) throw NOT_TO_BE_COMPILED;
    if (node.kind === Kind.FIELD) return [flatField(node, parent, place)];
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    if (!fragment) return [];
    const named = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
    const type = named && isCompositeType(named) ? named : parent;
    const types = new Set([...place.types].filter((one) => isOf(one, type)));
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      // As in execution, a fragment counts where it is spread first, for each type that a value may have. Without this,
      // fragments that spread two others each would double at every level.
      const before = place.spread.get(node.name.value) ?? new Set();
      for (const one of before) types.delete(one);
      place.spread.set(node.name.value, new Set([...before, ...types]));
    }
    if (types.size === 0) return [];
    const { typeCondition } = fragment;
    return [
      {
        kind: Kind.INLINE_FRAGMENT,
        ...(typeCondition && { typeCondition }),
        ...(node.directives && { directives: node.directives }),
        selectionSet: flatSet(fragment.selectionSet, type, { ...place, types }),
        ...(node.loc && { loc: node.loc }),
      },
    ];
  }

  function flatField(node: FieldNode, parent: GraphQLCompositeType, { types, times }: Place): FieldNode {
    fields += times * types.size;
    if (fields > MOST_FIELDS || (node.alias ?? node.name).value === '__proto__') throw NOT_TO_BE_COMPILED;
    const type = node.selectionSet && typeOfField(node.name.value, parent);
    if (!node.selectionSet || !type) return { ...node };
    const below = new Set(isAbstractType(type) ? schema.getPossibleTypes(type) : [type]);
    const place = { types: below, times: times * types.size, spread: new Map() };
    return { ...node, selectionSet: flatSet(node.selectionSet, type, place) };
  }

  function typeOfField(name: string, parent: GraphQLCompositeType): GraphQLCompositeType | undefined {
    const meta = parent === root && [SchemaMetaFieldDef, TypeMetaFieldDef].find((field) => field.name === name);
    const field = meta || (isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined);
    const type = field && getNamedType(field.type);
    return type && isCompositeType(type) ? type : undefined;
  }

  function isOf(type: GraphQLObjectType, condition: GraphQLCompositeType): boolean {
    return type === condition || (isAbstractType(condition) && schema.isSubType(condition, type));
  }
}

/** Where a selection is read. */
interface Place {
  /** The types that a value may have here. */
  types: ReadonlySet<GraphQLObjectType>;
  /** How often the fields are compiled, by the types that the values above may have. */
  times: number;
  /** The fragments that were spread in this selection set before, each with the types it was spread for. */
  spread: Map<string, ReadonlySet<GraphQLObjectType>>;
}

const NOT_TO_BE_COMPILED = new Error('The operation is not to be compiled.');
