import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gqlPluckFromCodeStringSync } from '@graphql-tools/graphql-tag-pluck';
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  validate,
  visit,
} from 'graphql';
import { HubError } from '../../config/errors.ts';

/** A manifest as Apollo's clients read it (`apollo-persisted-query-manifest`, version 1). */
export interface Manifest {
  format: 'apollo-persisted-query-manifest';
  version: 1;
  operations: { id: string; name: string; type: string; body: string }[];
}

interface ExtractRequest {
  folder: string;
  schema: GraphQLSchema;
  /** Asks for `__typename` everywhere, as caches of clients need it. */
  typenames: boolean;
}

const DOCUMENTS = /\.(graphql|gql)$/;
const CODE = /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs|vue|svelte)$/;
const LARGEST = 20_000_000;

/**
 * The operations of a front-end's sources or build: in .graphql files and in gql`…` or graphql(`…`) of its code, each
 * with the fragments it needs, checked against the graph. The id is the SHA-256 of the text, so the same operation has
 * the same id in every build. Throws DOCUMENTS_INVALID with every place that is wrong.
 */
export function extractDocuments({ folder, schema, typenames }: ExtractRequest): Manifest {
  const problems: string[] = [];
  const found = filesIn(folder).flatMap((file) => definitionsIn(file, path.relative(folder, file), problems));
  const operations = unique<OperationDefinitionNode>(found, Kind.OPERATION_DEFINITION, problems);
  const fragments = unique<FragmentDefinitionNode>(found, Kind.FRAGMENT_DEFINITION, problems);

  const extracted = [...operations].map(([name, { node, file }]) => {
    const needed = neededBy(node, fragments);
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [node, ...needed] };
    for (const { message } of validate(schema, document)) problems.push(`${file}: ${name}: ${message}`);
    const body = print(typenames ? withTypenames(document) : document);
    return { id: createHash('sha256').update(body).digest('hex'), name, type: node.operation, body };
  });

  if (problems.length > 0) {
    const shown = problems.slice(0, 20).join('\n  ');
    const more = problems.length > 20 ? `\n  and ${problems.length - 20} more` : '';
    throw new HubError('DOCUMENTS_INVALID', `Expected operations that fit the graph:\n  ${shown}${more}`);
  }
  if (extracted.length === 0) {
    throw new HubError(
      'DOCUMENTS_INVALID',
      `Expected operations in ${folder}: .graphql files, or gql and graphql templates.`,
    );
  }
  extracted.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { format: 'apollo-persisted-query-manifest', version: 1, operations: extracted };
}

function filesIn(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch (cause) {
    throw new HubError('DOCUMENTS_INVALID', `Expected a folder of a front-end, but ${folder} cannot be read.`, {
      cause,
    });
  }
  return entries
    .filter((entry) => entry.isFile() && (DOCUMENTS.test(entry.name) || CODE.test(entry.name)))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/](node_modules|\.git)[\\/]/.test(file) && statSync(file).size <= LARGEST)
    .sort();
}

interface Found {
  file: string;
  node: DefinitionNode;
}

function definitionsIn(file: string, shown: string, problems: string[]): Found[] {
  const text = readFileSync(file, 'utf8');
  try {
    const texts = DOCUMENTS.test(file) ? [text] : templatesOf(file, text);
    return texts.flatMap((each) =>
      parse(each, { noLocation: true }).definitions.map((node) => ({ file: shown, node })),
    );
  } catch (error) {
    problems.push(`${shown}: ${(error as Error).message}`);
    return [];
  }
}

function templatesOf(file: string, text: string): string[] {
  if (!/\b(gql|graphql)\b/.test(text)) return [];
  return gqlPluckFromCodeStringSync(file, text, { globalGqlIdentifierName: ['gql', 'graphql'], skipIndent: true })
    .map(({ body }) => body)
    .filter((body) => body.trim() !== '');
}

/** By name; the same thing twice is once, two things under one name are a problem. */
function unique<N extends OperationDefinitionNode | FragmentDefinitionNode>(
  found: readonly Found[],
  kind: N['kind'],
  problems: string[],
): Map<string, { node: N; file: string }> {
  const byName = new Map<string, { node: N; file: string; text: string }>();
  for (const { node, file } of found) {
    if (node.kind !== kind) continue;
    const own = node as N;
    if (!own.name) {
      problems.push(`${file}: Expected every operation to have a name: clients and logs call it by it.`);
      continue;
    }
    const name = own.name.value;
    const text = print(own);
    const before = byName.get(name);
    if (!before) byName.set(name, { node: own, file, text });
    else if (before.text !== text)
      problems.push(`${file}: ${name} is another one in ${before.file}. Rename one of them.`);
  }
  return byName;
}

/** The fragments an operation spreads, also through others, by name. One that is missing is found by validation. */
function neededBy(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, { node: FragmentDefinitionNode }>,
): FragmentDefinitionNode[] {
  const needed = new Map<string, FragmentDefinitionNode>();
  const collect = (node: DefinitionNode) => {
    visit(node, {
      FragmentSpread({ name: { value } }) {
        const fragment = fragments.get(value)?.node;
        if (!fragment || needed.has(value)) return;
        needed.set(value, fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  return [...needed.values()].sort((a, b) => (a.name.value < b.name.value ? -1 : 1));
}

function withTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet(node, _key, parent) {
      const isRoot = parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
      const has = node.selections.some((one) => one.kind === Kind.FIELD && one.name.value === '__typename');
      if (isRoot || has) return undefined;
      const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
      return { ...node, selections: [...node.selections, typename] };
    },
  });
}
