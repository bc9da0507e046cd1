import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
} from 'graphql';

/** What the generator may put into arguments that need a value. */
export interface KnownValues {
  customerIds: readonly string[];
  recordIds: readonly string[];
}

/**
 * An operation of random fields, aliases and arguments over a schema, the same for the same dice: to find what nobody
 * thought of asking.
 */
export function generateOperation(schema: GraphQLSchema, roll: (below: number) => number, known: KnownValues): string {
  let budget = 40;
  let aliases = 0;
  const query = schema.getQueryType();
  if (!query) throw new Error('Expected a schema with queries.');
  return selection(query, 6);

  function selection(type: GraphQLNamedType, depth: number): string {
    if (isAbstractType(type)) {
      const members = schema.getPossibleTypes(type).filter(() => roll(2) === 0);
      return `{ __typename ${members.map((member) => `... on ${member.name} ${selection(member, depth - 1)}`).join(' ')} }`;
    }
    if (!isObjectType(type)) throw new Error(`Expected a type with fields, got ${type.name}.`);
    const fields = shuffled(Object.values(type.getFields())).filter((field) => fits(field, depth));
    const count = type === query ? 2 : 2 + roll(4);
    const chosen = preferred(fields, count).map((field) => fieldText(field, type, depth));
    return `{ __typename ${chosen.join(' ')} }`;
  }

  function fieldText(field: GraphQLField<unknown, unknown>, parent: GraphQLObjectType, depth: number): string {
    budget -= 1;
    const type = getNamedType(field.type);
    aliases += 1;
    // aliases keep fields of several fragments on one object from asking for one name with different arguments
    const below = isLeafType(type) ? '' : selection(type, depth - 1);
    return `a${aliases}: ${field.name}${argumentText(field, parent)} ${below}`;
  }

  function fits(field: GraphQLField<unknown, unknown>, depth: number): boolean {
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
