import { defaultFieldResolver, type GraphQLObjectType, type GraphQLSchema, isObjectType, isScalarType } from 'graphql';
import type { GraphContext } from '../context.ts';
import { goldenRecord } from '../resolvers/customer/customers.ts';
import { may } from './viewer.ts';

/*
 * Fields marked `@pii` in the SDL hold personal data. Viewers without `pii:read` get them masked; for all others the
 * request notes whose data they were, for the record of who read what.
 */

/** Wraps the resolvers of all `@pii` fields of an executable schema, in place. */
export function guardPersonalData(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type)) guardType(type);
  }
  return schema;
}

function guardType(type: GraphQLObjectType): void {
  for (const field of Object.values(type.getFields())) {
    const directive = [field.astNode]
      .flatMap((node) => node?.directives ?? [])
      .find(({ name }) => name.value === 'pii');
    if (!directive) continue;
    const ofPersonsOnly = (directive.arguments ?? []).some(({ value }) => 'value' in value && value.value === 'PERSON');
    const resolve = field.resolve ?? defaultFieldResolver;
    const isText = isScalarType(field.type) && field.type.name === 'String';
    field.resolve = (source: PersonalSource, args, context: GraphContext, info) => {
      const value = resolve(source, args, context, info);
      if (ofPersonsOnly && source.kind !== undefined && source.kind !== 'PERSON') return value;
      if (ofPersonsOnly && source.kind === undefined) return guardUnlessOrganization(source, value, isText, context);
      return guard(source, value, isText, context);
    };
  }
}

type PersonalSource = { id?: string; kind?: unknown; partyId?: unknown; originId?: unknown };

/** A customer of whom only the id is known yet: the golden record says whether it is a person. */
async function guardUnlessOrganization(source: PersonalSource, value: unknown, isText: boolean, context: GraphContext) {
  const record = await goldenRecord(String(source.id), context);
  return record && record.kind !== 'PERSON' ? value : guard(source, value, isText, context);
}

function guard(source: PersonalSource, value: unknown, isText: boolean, context: GraphContext): unknown {
  if (value instanceof Promise) return value.then((settled) => guard(source, settled, isText, context));
  if (value === null || value === undefined) return value;
  if (!may(context.viewer, 'pii:read')) return isText ? mask(String(value)) : null;
  const subject = source.partyId ?? source.id;
  if (typeof subject === 'string') context.personal.add(subject);
  return value;
}

/** Enough to tell two apart and to see what kind of value is there, not enough to use it. */
function mask(value: string): string {
  const [first = ''] = value;
  const domain = /@([\w.-]+)$/.exec(value)?.[1];
  if (domain !== undefined) return `${first}…@${domain}`;
  return /^[+\d(][\d ()/.-]{5,}$/.test(value) ? `…${value.slice(-2)}` : `${first}…`;
}
