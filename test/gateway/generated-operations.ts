import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** What the generator may put into arguments that need a value. */
export interface KnownValues {
  customerIds: readonly string[];
  recordIds: readonly string[];
}

/** A document of several operations that spread the same fragments. */
export interface GeneratedDocument {
  query: string;
  operationNames: string[];
  /** Of each of its operations: what its conditions are decided by. */
  variables: Record<string, boolean>[];
}

/**
 * An operation of random fields, aliases and arguments over a schema, the same for the same dice: to find what nobody
 * thought of asking.
 */
export function generateOperation(schema: GraphQLSchema, roll: (below: number) => number, known: KnownValues): string {
  return createGenerator(schema, roll, known, { fragments: false, budget: 40 }).operation();
}

/**
 * The same for a document of two or three operations, of which fragments are the better part: spread repeatedly, within
 * each other, in lists, on interfaces and unions, with conditions on spreads, inline fragments and fields, and beside
 * fields of the same name.
 */
export function generateDocument(
  schema: GraphQLSchema,
  roll: (below: number) => number,
  known: KnownValues,
): GeneratedDocument {
  const generator = createGenerator(schema, roll, known, { fragments: true, budget: 60 });
  const operationNames = ['First', 'Second', 'Third'].slice(0, 2 + roll(2));
  const declared = conditions.map((name) => `$${name}: ${name === 'd' ? 'Boolean = true' : 'Boolean!'}`).join(', ');
  // a variable that is declared has to be used
  const used = conditions.map((name) => `${name}: __typename @include(if: $${name})`).join(' ');
  const operations = operationNames.map(
    (name) => `query ${name}(${declared}) { ${used} ... ${generator.operation()} }`,
  );
  const values = () => Object.fromEntries(conditions.map((name) => [name, roll(2) === 0]));
  return {
    query: [...operations, ...generator.fragments()].join('\n'),
    operationNames,
    variables: [values(), values(), values()],
  };
}

const conditions = ['a', 'b', 'c', 'd'];
/** Arguments that the generator has values for. */
const given: ReadonlySet<string> = new Set(['first', 'a', 'b', 'id', 'system', 'key']);

function createGenerator(
  schema: GraphQLSchema,
  roll: (below: number) => number,
  known: KnownValues,
  options: { fragments: boolean; budget: number },
) {
  let budget = options.budget;
  let aliases = 0;
  const fragments: { name: string; type: GraphQLNamedType; depth: number; text: string }[] = [];
  const queryType = schema.getQueryType();
  if (!queryType) throw new Error('Expected a schema with queries.');
  const query = queryType;

  return {
    operation() {
      budget = options.budget;
      return selection(query, 6);
    },
    fragments: () => fragments.map(({ name, type, text }) => `fragment ${name} on ${type.name} ${text}`),
  };

  /** Spreads of fragments, new and used ones, on the type or an interface of it. */
  function spreads(type: GraphQLNamedType, depth: number): string {
    if (!options.fragments) return '';
    const texts: string[] = [];
    while (roll(3) > 0 && texts.length < 4) {
      const fitting = fragments.filter((fragment) => fragment.depth <= depth && mayBe(type, fragment.type));
      const used = fitting[roll(Math.max(1, fitting.length))];
      const fragment = used && roll(3) > 0 ? used : newFragment(type, depth);
      if (fragment) texts.push(`...${fragment.name}${condition()}`);
    }
    return texts.join(' ');
  }

  function newFragment(type: GraphQLNamedType, depth: number) {
    if (budget <= 0) return undefined;
    const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
    const on = (roll(3) === 0 ? interfaces[roll(Math.max(1, interfaces.length))] : undefined) ?? type;
    const text = selection(on, depth);
    const fragment = { name: `F${fragments.length}`, type: on, depth, text };
    fragments.push(fragment);
    return fragment;
  }

  function mayBe(type: GraphQLNamedType, fragmentType: GraphQLNamedType): boolean {
    const types = (of: GraphQLNamedType) => (isAbstractType(of) ? schema.getPossibleTypes(of) : [of]);
    return types(type).some((one) => types(fragmentType).includes(one as GraphQLObjectType));
  }

  function condition(): string {
    if (!options.fragments || roll(5) < 3) return '';
    const decided = () => ['true', 'false', ...conditions.map((name) => `$${name}`)][roll(2 + conditions.length)];
    const directives = [` @include(if: ${decided()})`, ` @skip(if: ${decided()})`];
    return roll(4) === 0 ? directives.join('') : (directives[roll(2)] ?? '');
  }

  function inline(type: GraphQLObjectType | undefined, text: string): string {
    return `...${type ? ` on ${type.name}` : ''}${condition()} ${text}`;
  }

  function selection(type: GraphQLNamedType, depth: number): string {
    if (isAbstractType(type)) {
      const members = schema.getPossibleTypes(type).filter(() => roll(2) === 0);
      const parts = members.map((member) => inline(member, selection(member, depth - 1)));
      return `{ __typename ${spreads(type, depth - 1)} ${parts.join(' ')} }`;
    }
    if (!isObjectType(type)) throw new Error(`Expected a type with fields, got ${type.name}.`);
    const fields = shuffled(Object.values(type.getFields())).filter((field) => fits(field, depth));
    const count = type === query ? 2 : 2 + roll(4);
    const chosen = preferred(fields, count).map((field) => fieldText(field, type, depth));
    if (!options.fragments) return `{ __typename ${chosen.join(' ')} }`;
    const last = chosen.pop() ?? '';
    const parts = [...chosen, inline(roll(2) === 0 ? type : undefined, `{ ${last} }`), spreads(type, depth)];
    return `{ __typename ${shuffled(parts).join(' ')} }`;
  }

  function fieldText(field: GraphQLField<unknown, unknown>, parent: GraphQLObjectType, depth: number): string {
    budget -= 1;
    const type = getNamedType(field.type);
    aliases += 1;
    // aliases keep fields of several fragments on one object from asking for one name with different arguments
    const asked = `a${aliases}: ${field.name}${argumentText(field, parent)}`;
    const again = options.fragments && roll(3) === 0 ? 2 : 1;
    // one field in two places: what is below them belongs together
    return Array.from({ length: again }, () => {
      const below = isLeafType(type) ? '' : selection(type, depth - 1);
      return `${asked}${condition()} ${below}`;
    }).join(' ');
  }

  function fits(field: GraphQLField<unknown, unknown>, depth: number): boolean {
    if (options.fragments && field.args.some((argument) => isRequiredArgument(argument) && !given.has(argument.name)))
      return false;
    const leaf = isLeafType(getNamedType(field.type));
    return leaf || (depth > 1 && budget > 0);
  }

  /** Objects as often as leaves, so that operations get deep. */
  function preferred(fields: GraphQLField<unknown, unknown>[], count: number) {
    const objects = fields.filter((field) => !isLeafType(getNamedType(field.type)));
    const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
    const many = Math.min(objects.length, 1 + roll(2));
    return [...objects.slice(0, many), ...leaves.slice(0, Math.max(1, count - many))];
  }

  function argumentText(field: GraphQLField<unknown, unknown>, parent: GraphQLObjectType): string {
    const given: string[] = [];
    for (const argument of field.args) {
      if (argument.name === 'first') given.push(`first: ${roll(12) === 0 ? 9_999 : 1 + roll(3)}`);
      if (argument.name === 'after' && roll(15) === 0) given.push('after: "bm8"');
      if (argument.name === 'orderBy' && roll(2) === 0) {
        const values = getNamedType(argument.type);
        if ('getValues' in values) given.push(`orderBy: ${values.getValues()[roll(values.getValues().length)]?.name}`);
      }
      if (argument.name === 'groupBy' && roll(2) === 0) {
        const values = getNamedType(argument.type);
        if ('getValues' in values)
          given.push(`groupBy: [${values.getValues()[roll(values.getValues().length)]?.name}]`);
      }
      if (argument.name === 'filter' && roll(6) === 0) given.push('filter: {system: ["erp", "crm"]}');
      if (argument.name === 'a' || argument.name === 'b') given.push(`${argument.name}: "${idFor(field.name)}"`);
      if (argument.name === 'id') given.push(`id: "${idFor(field.name)}"`);
      if (argument.name === 'system' && parent === query) given.push('system: "crm"');
      if (argument.name === 'key') given.push(`key: "P${roll(12)}"`);
    }
    return given.length > 0 ? `(${given.join(', ')})` : '';
  }

  function idFor(field: string): string {
    if (roll(12) === 0) return 'wrong';
    const ids = field === 'customer' || (field === 'node' && roll(2) === 0) ? known.customerIds : known.recordIds;
    return ids[roll(ids.length)] ?? '';
  }

  function shuffled<T>(list: readonly T[]): T[] {
    const left = [...list];
    const order: T[] = [];
    while (left.length > 0) order.push(...left.splice(roll(left.length), 1));
    return order;
  }
}
