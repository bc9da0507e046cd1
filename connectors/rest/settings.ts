import { z } from 'zod';
import { httpAuth, httpUrl } from '../../config/http-settings.ts';
import { sourceSettings, streamSettings } from '../../config/settings.ts';
import { rateLimit, rewriteLinks } from '../http/settings.ts';
import { liveNeedsByKey } from '../live-needs-by-key.ts';

const parameter = z.string().min(1);
const path = z.string().min(1);

/** How a list longer than one answer is read on. */
const restPaging = z.discriminatedUnion('type', [
  /** The answer holds all. */
  z.strictObject({ type: z.literal('none') }),
  /** The answer names the cursor of the next page, at `nextPath`; without one it is the last. */
  z.strictObject({
    type: z.literal('cursor'),
    cursorParam: parameter,
    nextPath: path,
    sizeParam: parameter.optional(),
  }),
  /** Pages have numbers; `totalPath` is where the answer tells how many pages there are. */
  z.strictObject({
    type: z.literal('page'),
    pageParam: parameter,
    sizeParam: parameter.optional(),
    first: z.int().min(0).default(1),
    totalPath: path.optional(),
  }),
  /** Records are counted from the start; `totalPath` is where the answer tells how many records there are. */
  z.strictObject({
    type: z.literal('offset'),
    offsetParam: parameter,
    sizeParam: parameter,
    totalPath: path.optional(),
  }),
  /** The next page's address is in the `Link` header (`rel="next"`), or in the answer at `nextPath`. */
  z.strictObject({ type: z.literal('link'), nextPath: path.optional(), sizeParam: parameter.optional() }),
]);

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** One list of records. */
const restStream = streamSettings
  .extend({
    /** Where the answer holds the records; '' when the answer is the list. The source's when left out. */
    itemsPath: z.string().optional(),
    /** Sent with every request of the stream, e.g. `sort: modified,id`. */
    params: z.record(z.string(), scalar).default({}),
    /** How changes since a moment are asked for; without it every pass reads the whole list. */
    since: z
      .strictObject({
        param: parameter,
        /** luxon format; the cursor's when left out. */
        format: z.string().optional(),
        /** IANA zone; the cursor's when left out. */
        zone: z.string().optional(),
      })
      .optional(),
    /**
     * How single records are asked for: one request each (`path: /orders/{key}`, the record in the answer at
     * `itemPath`), or many in one (`param: ids`). Without it the list is read and searched.
     */
    byKey: z
      .union([
        z.strictObject({
          path: z.string().includes('{key}', 'expected {key} in the path'),
          itemPath: z.string().default(''),
        }),
        z.strictObject({ param: parameter, separator: z.string().min(1).default(',') }),
      ])
      .optional(),
    /** Other than the source's. */
    paging: restPaging.optional(),
  })
  .superRefine(({ live, byKey }, context) => {
    if (live && !byKey) context.addIssue({ code: 'custom', path: ['live'], message: liveNeedsByKey });
  });

/** How the source says "later" in an answer of status 200. */
const throttled = z.strictObject({
  /** Where the answer says so … */
  path,
  /** … and by which value or values; upper and lower case do not matter. */
  equals: z.union([scalar, z.array(scalar).min(1)]),
  /** Where it says how many seconds to wait. */
  waitPath: path.optional(),
});

/** A JSON API over HTTP. */
export const restSettings = sourceSettings.extend({
  kind: z.literal('rest'),
  url: httpUrl,
  auth: httpAuth,
  rateLimit,
  rewriteLinks,
  /** Sent with every request. */
  headers: z.record(z.string(), z.string()).default({}),
  itemsPath: z.string().default(''),
  paging: restPaging.default({ type: 'none' }),
  throttled: throttled.optional(),
  pageSize: z.int().min(1).max(10_000).default(100),
  streams: z.record(z.string(), restStream),
});

export type RestSettings = z.infer<typeof restSettings>;
export type RestStream = z.infer<typeof restStream>;
export type Throttled = z.infer<typeof throttled>;
export type RestPaging = z.infer<typeof restPaging>;
