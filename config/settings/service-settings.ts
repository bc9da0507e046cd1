import { z } from 'zod';
import { scopes } from './access-settings.ts';
import { duration } from './duration.ts';
import { httpAuth, httpUrl } from './http-settings.ts';

const name = z.string().regex(/^[_A-Za-z][_0-9A-Za-z]*$/, 'expected a name of GraphQL');

/** How the objects of one type are found in a service: by a field of ours, in a list entry of theirs. */
const extension = z.strictObject({
  /** The field of ours whose value is the key: `id`, or one such as `orderNumber`. */
  key: name.default('id'),
  /** The service's root field and the argument that takes the keys; it answers one a key, in their order. */
  entry: z
    .string()
    .regex(
      /^[_A-Za-z][_0-9A-Za-z]*\([_A-Za-z][_0-9A-Za-z]*\)$/,
      'expected an entry with its argument, such as customersByIds(ids)',
    ),
});

const common = {
  /** Shown to people. */
  title: z.string().optional(),
  /** More headers for every request. */
  headers: z.record(z.string(), z.string()).default({}),
  /** Whether the caller's own `Authorization` is passed on; the service then gives what that login may see. */
  forwardAuthorization: z.boolean().default(false),
  /** Longest wait for one answer. */
  timeout: duration.default(5_000),
  /** Largest answer, in bytes. */
  maxBytes: z.int().min(1_000).default(8_000_000),
  /** How often its schema is looked at. */
  refresh: duration.default(60_000),
  /** Scopes that a login needs for anything of it. */
  requires: z.array(z.enum(scopes)).default(['crm:read']),
  /** Root fields of its own that become root fields of the graph. */
  queries: z.array(name).default([]),
};

const extensions = z.record(name, extension).default({});

/**
 * A GraphQL service of another department, whose fields stand beside the hub's own. `graphql`: plain GraphQL, joined
 * by entries that take keys. `federation`: a subgraph of Apollo Federation v2, which says itself what it joins.
 * `supergraph`: a file with several of those composed; they are asked where the file says.
 */
export const serviceSettings = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('graphql'),
    url: httpUrl,
    auth: httpAuth,
    /** A file with its SDL, for services that do not tell it. */
    schema: z.string().min(1).optional(),
    extends: extensions,
    ...common,
  }),
  z.strictObject({
    kind: z.literal('federation'),
    url: httpUrl,
    auth: httpAuth,
    schema: z.string().min(1).optional(),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('supergraph'),
    schema: z.string().min(1),
    auth: httpAuth,
    extends: extensions,
    ...common,
  }),
]);

export type ServiceSettings = z.infer<typeof serviceSettings>;
