import { hash as digest } from 'node:crypto';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';

/**
 * Validation compares every two fields that end up under one name (to see that they can be merged): 30 kB of
 * `{ a a a … }` would hold the process for seconds. This many comparisons take some tenths of a second.
 */
const MAX_COMPARISONS = 30_000;
const MAX_FIELDS = 20_000;

/** Operations shorter than this cannot hold enough fields. */
const SHORT = 500;
const MAX_REMEMBERED = 2_000;

/**
 * Tells which operations would take long to validate, so that they are refused before. Verdicts are remembered by
 * the hash of the text: clients send the same few operations.
 */
export function createComparisonLimit({ maxTokens }: { maxTokens: number }): (query: string) => boolean {
  const verdicts = new Map<string, boolean>();
  return (query) => {
    if (query.length < SHORT) return false;
    const hash = digest('sha256', query, 'base64');
    const known = verdicts.get(hash);
    if (known !== undefined) return known;
    const verdict = isCostly(query, maxTokens);
    if (verdicts.size >= MAX_REMEMBERED) verdicts.clear();
    verdicts.set(hash, verdict);
    return verdict;
  };
}

function isCostly(query: string, maxTokens: number): boolean {
  try {
    countDocument(parse(query, { maxTokens, noLocation: true }));
    return false;
  } catch (error) {
    // text that does not parse is refused later, with the reason
    return error instanceof TooCostly;
  }
}

class TooCostly extends Error {}

/** Fragments count wherever they are spread; one that spreads itself is left to validation to refuse. */
function countDocument(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const spent = { comparisons: 0, fields: 0 };
  for (const definition of document.definitions) {
    if ('selectionSet' in definition) countLevel([{ set: definition.selectionSet, within: [] }], fragments, spent);
  }
}

/** A selection set, and the fragments it was reached through. */
interface Reached {
  set: SelectionSetNode;
  within: readonly string[];
}

interface Spent {
  comparisons: number;
  fields: number;
}

/** Counts what all selection sets that are merged at one place cost together, and what is below them. */
function countLevel(sets: Reached[], fragments: ReadonlyMap<string, FragmentDefinitionNode>, spent: Spent): void {
  const byName = new Map<string, { field: FieldNode; within: readonly string[] }[]>();
  const collect = ({ set, within }: Reached) => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const same = byName.get(name) ?? [];
        byName.set(name, same);
        spent.fields += 1;
        spent.comparisons += same.length;
        if (spent.comparisons > MAX_COMPARISONS || spent.fields > MAX_FIELDS) throw new TooCostly();
        same.push({ field: selection, within });
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect({ set: selection.selectionSet, within });
      } else {
        const name = selection.name.value;
        const fragment = within.includes(name) ? undefined : fragments.get(name);
        spent.fields += 1;
        if (spent.fields > MAX_FIELDS) throw new TooCostly();
        if (fragment) collect({ set: fragment.selectionSet, within: [...within, name] });
      }
    }
  };
  sets.forEach(collect);
  for (const same of byName.values()) {
    const below = same.flatMap(({ field, within }) =>
      field.selectionSet ? [{ set: field.selectionSet, within }] : [],
    );
    if (below.length > 0) countLevel(below, fragments, spent);
  }
}
