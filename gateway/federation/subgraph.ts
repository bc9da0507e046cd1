import {
  type ASTNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  Kind,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import { HubError } from '../../config/errors.ts';
import { CUSTOMER_ID_PATTERN, RECORD_ID_PATTERN } from '../../schema/ids.ts';
import type { GraphContext } from '../context.ts';
import { customerById } from '../resolvers/customer/customers.ts';
import { entityOfType, nodeTypeNames } from '../resolvers/lists/node-types.ts';
import { recordById } from '../resolvers/lists/records.ts';
import type { Resolvers } from '../resolvers/subschema.ts';

/*
 * What makes the graph a subgraph of Apollo Federation v2 (the subgraph specification): every Node is an entity by its
 * id, read through the same loaders as `node(id)`, so that a representation opens nothing that an id would not.
 */

/** Types that subgraphs usually have of their own; composition asks of all of them to say that they share. */
const shared = ['Money', 'PageInfo'];

/** The SDL of a graph as a subgraph: what composition reads. */
export function subgraphSdl(schema: GraphQLSchema): string {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])\n\n';
  const ofDirectives = typesOfDirectives(schema);
  const marked: DocumentNode = visit(parse(printSchema(schema), { noLocation: true }), {
    enter: (node: ASTNode) => marking(node, ofDirectives),
  });
  return link + print(marked);
}

/** What becomes of a definition: undefined leaves it as it is, null takes it out. */
function marking(node: ASTNode, ofDirectives: ReadonlySet<string>): ASTNode | null | undefined {
  // what our directives say is done here, whoever sends the request
  if (node.kind === Kind.DIRECTIVE_DEFINITION) return null;
  if (node.kind === Kind.ENUM_TYPE_DEFINITION && ofDirectives.has(node.name.value)) return null;
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return undefined;
  const { value: name } = node.name;
  if (nodeTypeNames.includes(name)) return { ...node, directives: [key] };
  return shared.includes(name) ? { ...node, directives: [shareable] } : undefined;
}

/** Enums that are there for directives alone. */
function typesOfDirectives(schema: GraphQLSchema): ReadonlySet<string> {
  const types = schema.getDirectives().flatMap(({ args }) => args.map(({ type }) => getNamedType(type)));
  return new Set(types.filter(isEnumType).map(({ name }) => name));
}

const shareable: ConstDirectiveNode = directive('@shareable');
const key: ConstDirectiveNode = directive('@key(fields: "id")');

function directive(text: string): ConstDirectiveNode {
  const [definition] = parse(`scalar S ${text}`, { noLocation: true }).definitions;
  const [found] = definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
  if (!found) throw new TypeError(`Expected a directive, got "${text}".`);
  return found;
}

/** The entries of a subgraph. `sdl`: shown to whoever asks; left out, the graph does not tell it. */
export function subgraphEntries(sdl: string | undefined): { typeDefs: string; resolvers: Resolvers } {
  return {
    typeDefs: `
      "A representation of an entity: its \`__typename\` and its id."
      scalar _Any
      "Whatever has a key."
      union _Entity = ${nodeTypeNames.join(' | ')}
      extend type Query {
        "For gateways of a federation: the objects that these representations name, in their order."
        _entities(representations: [_Any!]!): [_Entity]!
        ${sdl === undefined ? '' : '"For gateways of a federation: what this graph is."\n_service: _Service!'}
      }
      ${sdl === undefined ? '' : '"What a gateway of a federation asks of its subgraphs."\ntype _Service { "The graph as a subgraph." sdl: String! }'}
    `,
    resolvers: {
      Query: {
        _entities: (_source: unknown, { representations }: { representations: unknown[] }, context: GraphContext) =>
          representations.map((representation) => entityOf(representation, context)),
        ...(sdl !== undefined && { _service: () => ({ sdl }) }),
      },
    },
  };
}

/** Reads through the request's loaders: all representations of a type in one statement. */
async function entityOf(representation: unknown, context: GraphContext): Promise<object | null> {
  const { __typename, id } = representation as { __typename?: unknown; id?: unknown };
  if (typeof __typename !== 'string' || !nodeTypeNames.includes(__typename)) {
    throw refused(`a __typename that has a key (${nodeTypeNames.join(', ')})`, representation);
  }
  const pattern = __typename === 'Customer' ? CUSTOMER_ID_PATTERN : RECORD_ID_PATTERN;
  if (typeof id !== 'string' || !pattern.test(id)) throw refused(`the id of a ${__typename}`, representation);
  const found =
    __typename === 'Customer'
      ? await customerById(id, context)
      : await recordById(entityOfType(__typename), id, context);
  // a customer that was merged answers to its old id, too: whoever asks joins by the key it gave
  return found && { ...found, __typename };
}

function refused(what: string, representation: unknown): HubError {
  return new HubError(
    'BAD_USER_INPUT',
    `Expected a representation with ${what}, got ${JSON.stringify(representation).slice(0, 200)}.`,
  );
}
