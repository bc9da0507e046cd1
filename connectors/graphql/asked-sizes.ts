import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { stepsOf } from '../mapping/path.ts';

/** What arguments for the size of a list are called. */
const sizeNames = /^_?(first|last|take|limit|top|count|size|pageSize|page_size|perPage|per_page)$/i;
/** Fragments may be nested, but not for ever. */
const MAX_DEPTH = 20;

/** The sizes a query asks for, by where the list is in the answer below `data`: `orders.nodes.lines` → 50. */
export function askedSizes(query: string, variables: Readonly<Record<string, unknown>>): Map<string, number> {
  const document = parse(query);
  const fragments = new Map(
    document.definitions.flatMap((one): [string, FragmentDefinitionNode][] =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
    ),
  );
  const sizes = new Map<string, number>();

  function walk({ selections }: SelectionSetNode, path: string, depth: number): void {
    if (depth > MAX_DEPTH) return;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) field(selection, path, depth);
      else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, path, depth + 1);
      else {
        const fragment = fragments.get(selection.name.value);
        if (fragment) walk(fragment.selectionSet, path, depth + 1);
      }
    }
  }

  function field(node: FieldNode, path: string, depth: number): void {
    const name = (node.alias ?? node.name).value;
    const here = path === '' ? name : `${path}.${name}`;
    for (const argument of node.arguments ?? []) {
      const size = sizeOf(argument.name.value, argument.value, variables);
      if (size !== null) sizes.set(here, size);
    }
    if (node.selectionSet) walk(node.selectionSet, here, depth + 1);
  }

  const operation = operationOf(document);
  if (operation) walk(operation, '', 0);
  return sizes;
}

/** The sizes of lists inside a record, by where they are in it. */
export function sizesInRecords(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  resource: string,
): Map<string, number> {
  const prefix = stepsOf(resource).join('.');
  const inRecord = [`${prefix}.nodes.`, `${prefix}.edges.node.`, `${prefix}.`];
  return new Map(
    [...askedSizes(query, variables)].flatMap(([path, size]): [string, number][] => {
      const start = inRecord.find((one) => path.startsWith(one));
      return start === undefined ? [] : [[path.slice(start.length), size]];
    }),
  );
}

function operationOf({ definitions }: DocumentNode): SelectionSetNode | null {
  const operation = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  return operation?.selectionSet ?? null;
}

/** `first: 50`, `first: $lines`, or inside an object as in `options: { take: 50 }`. */
function sizeOf(name: string, value: ValueNode, variables: Readonly<Record<string, unknown>>): number | null {
  if (value.kind === Kind.OBJECT) {
    for (const field of value.fields) {
      const size = sizeOf(field.name.value, field.value, variables);
      if (size !== null) return size;
    }
    return null;
  }
  if (!sizeNames.test(name)) return null;
  const number =
    value.kind === Kind.INT ? Number(value.value) : value.kind === Kind.VARIABLE ? variables[value.name.value] : null;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null;
}
