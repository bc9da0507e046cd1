import { Kind, parse } from 'graphql';
import { z } from 'zod';
import { httpAuth, httpUrl } from '../../config/settings/http-settings.ts';
import { sourceSettings, streamSettings } from '../../config/settings/settings.ts';
import { rateLimit } from '../http/settings.ts';
import { liveNeedsByKey } from '../live-needs-by-key.ts';

const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of a variable, without its $');
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A document of one query. */
const query = z.string().superRefine((text, context) => {
  const declared = variablesOf(text);
  if (typeof declared === 'string') context.addIssue(declared);
});

/** How a list longer than one answer is read on. */
const paging = z.discriminatedUnion('type', [
  /** The answer holds all. */
  z.strictObject({ type: z.literal('none'), totalPath: z.string().min(1).optional() }),
  /** A connection: each page is asked for by the `endCursor` of the one before, until `hasNextPage` is false. */
  z.strictObject({
    type: z.literal('cursor'),
    variable: variable.default('after'),
    sizeVariable: variable.default('first'),
    totalPath: z.string().min(1).optional(),
  }),
  /** Records are counted from the start. */
  z.strictObject({
    type: z.literal('offset'),
    /** The variable for how many records are skipped. */
    variable,
    /** The variable for how many are asked for. */
    sizeVariable: variable,
    /** Where below `data` the answer tells how many records there are. */
    totalPath: z.string().min(1).optional(),
  }),
]);

/** One list of records: a connection, or a plain list. */
const graphqlStream = streamSettings
  .extend({
    /** Asks for one page, with the variables `$first` and `$after` and in the order of stamp and key. */
    query,
    /** Left out: a connection is read by its cursors; a plain list is taken for the whole one, with doubt where it may be cut. */
    paging: paging.optional(),
    /** Fixed values of further variables. */
    variables: z.record(variable, scalar).default({}),
    /** The variable by which changes since a moment are asked for; without it every pass reads the whole list. */
    since: z
      .strictObject({
        variable,
        /** What the variable holds, with `{since}` where the moment belongs; the moment alone when left out. */
        value: z
          .json()
          .refine((value) => JSON.stringify(value).includes('{since}'), {
            message: 'expected {since} in the value: it is where the moment belongs',
          })
          .optional(),
        /** luxon format; the cursor's when left out. */
        format: z.string().optional(),
        /** IANA zone; the cursor's when left out. */
        zone: z.string().optional(),
      })
      .optional(),
    /** How single records are asked for; without it the list is read and searched. `resource` is where they are in the answer. */
    byKey: z
      .strictObject({ query, variable: variable.default('ids'), resource: z.string().min(1).default('nodes') })
      .optional(),
  })
  .superRefine(({ query: text, since, variables, byKey, live, paging: how }, context) => {
    const pages = how === undefined || how.type === 'none' ? [] : [how.variable, how.sizeVariable];
    if (live && !byKey) context.addIssue({ code: 'custom', path: ['live'], message: liveNeedsByKey });
    expectVariables(text, [...Object.keys(variables), ...(since ? [since.variable] : []), ...pages], 'query', context);
    if (byKey) expectVariables(byKey.query, [byKey.variable], 'byKey', context);
  });

/** Another system's GraphQL endpoint. */
export const graphqlSettings = sourceSettings.extend({
  kind: z.literal('graphql'),
  url: httpUrl,
  auth: httpAuth,
  rateLimit,
  /** Sent with every request. */
  headers: z.record(z.string(), z.string()).default({}),
  pageSize: z.int().min(1).max(1_000).default(100),
  streams: z.record(z.string(), graphqlStream),
});

export type GraphqlSettings = z.infer<typeof graphqlSettings>;
export type GraphqlStream = z.infer<typeof graphqlStream>;
export type GraphqlPaging = z.infer<typeof paging>;

/** The variables a document declares, or what is wrong with it. */
export function variablesOf(text: string): Set<string> | string {
  try {
    const operations = parse(text).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    const [operation] = operations;
    if (!operation || operations.length > 1 || operation.operation !== 'query') {
      return `expected one query, got ${operations.map(({ operation: type }) => type).join(', ') || 'none'}`;
    }
    return new Set(operation.variableDefinitions?.map((definition) => definition.variable.name.value));
  } catch (error) {
    return `expected a GraphQL query: ${error instanceof Error ? error.message : 'it cannot be read'}`;
  }
}

function expectVariables(text: string, names: readonly string[], path: string, context: z.RefinementCtx): void {
  const declared = variablesOf(text);
  if (typeof declared === 'string') return;
  const missing = names.filter((name) => !declared.has(name)).map((name) => `$${name}`);
  if (missing.length === 0) return;
  const message = `expected the query to declare ${missing.join(', ')}, such as query(${missing.join(': …, ')}: …).`;
  context.addIssue({ code: 'custom', path: [path], message });
}
