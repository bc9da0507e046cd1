import { z } from 'zod';
import { httpAuth, httpUrl } from '../../config/settings/http-settings.ts';
import { sourceSettings, streamSettings } from '../../config/settings/settings.ts';
import { rateLimit, rewriteLinks } from '../http/settings.ts';
import { liveNeedsByKey } from '../live-needs-by-key.ts';

const parameter = z.string().min(1);
const path = z.string().min(1);

/** Statuses that say something about the login or the pace, and never about the end of a list. */
const neverTheEnd = new Set([401, 407, 408, 425, 429]);

/** What ends a list besides what its paginator ends by. Paths are those of an answer. */
const stop = z
  .strictObject({
    /** Where the answer says by true that it is the last, such as `end_of_stream`. */
    endPath: path.optional(),
    /** Where the answer says by true that another one follows, such as `has_more`. */
    hasMorePath: path.optional(),
    /** The statuses a page after the last is answered with. */
    status: z
      .array(
        z
          .int()
          .min(400)
          .max(499)
          .refine((status) => !neverTheEnd.has(status), 'expected a status that can mean "no such page", such as 400'),
      )
      .max(10)
      .default([404, 416]),
    /** A page after the last holds the last page once more, even where the list has one page only. */
    repeatedPage: z.boolean().default(false),
    /** Where there are no records, the answer has no list at `itemsPath`. */
    missingList: z.boolean().default(false),
    /** Fields and headers that look like a total or a further page, and mean something else. */
    ignore: z.array(z.string().min(1)).max(50).default([]),
  })
  .prefault({});

/** What every way of paging has. */
const common = {
  /** Where the answer tells how long the whole list is. */
  totalPath: path.optional(),
  /** The header that tells it. */
  totalHeader: z.string().min(1).optional(),
  /** What the total counts: records when left out, and pages where pages have numbers. */
  totalUnit: z.enum(['records', 'pages']).optional(),
  stop,
};

/** How a list longer than one answer is read on. */
export const restPaging = z.discriminatedUnion('type', [
  /** The answer holds all. */
  z.strictObject({ type: z.literal('none'), ...common }),
  /**
   * Each page is asked for by a cursor: the answer before names it at `nextPath`, and the last one names none; or it
   * is the field `nextField` of the last record.
   */
  z
    .strictObject({
      type: z.literal('cursor'),
      cursorParam: parameter,
      nextPath: path.optional(),
      nextField: path.optional(),
      sizeParam: parameter.optional(),
      ...common,
    })
    .refine(({ nextPath, nextField }) => (nextPath === undefined) !== (nextField === undefined), {
      message:
        'expected either nextPath, where the answer names the next cursor, or nextField, a field of its last record',
      path: ['nextPath'],
    }),
  /** Pages have numbers. */
  z.strictObject({
    type: z.literal('page'),
    pageParam: parameter,
    sizeParam: parameter.optional(),
    first: z.int().min(0).default(1),
    ...common,
  }),
  /** Records are counted from the start. */
  z.strictObject({ type: z.literal('offset'), offsetParam: parameter, sizeParam: parameter, ...common }),
  /** The next page's address is in the `Link` header (`rel="next"`), or in the answer at `nextPath`. */
  z.strictObject({ type: z.literal('link'), nextPath: path.optional(), sizeParam: parameter.optional(), ...common }),
]);

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A question for what changed since a moment. It takes the place of parameters of the same name in `params`. */
const changedSince = z
  .strictObject({
    /** The parameter that holds the moment … */
    param: parameter.optional(),
    /** … or parameters in the source's own filter language, with `{since}` where the moment belongs. */
    params: z
      .record(parameter, z.string())
      .refine((params) => Object.values(params).some((text) => text.includes('{since}')), {
        message: 'expected {since} in one of the parameters: it is where the moment belongs',
      })
      .optional(),
    /** luxon format; the cursor's when left out. */
    format: z.string().optional(),
    /** IANA zone; the cursor's when left out. */
    zone: z.string().optional(),
  })
  .refine(({ param, params }) => (param === undefined) !== (params === undefined), {
    message: 'expected either param, which holds the moment, or params, with {since} in a text',
    path: ['param'],
  });

/** One list of records. */
const restStream = streamSettings
  .extend({
    /** Where the answer holds the records; '' when the answer is the list. The source's when left out. */
    itemsPath: z.string().optional(),
    /** Sent with every request of the stream, e.g. `sort: modified,id`. */
    params: z.record(z.string(), scalar).default({}),
    /**
     * How changes since a moment are asked for; without it every pass reads the whole list. Several are asked one after
     * the other: for each stamp one, where the source cannot ask for either.
     */
    since: z.union([changedSince, z.array(changedSince).min(1).max(5)]).optional(),
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
  /** Left out, one answer is read as the list, and whether it is the whole one is in doubt. */
  paging: restPaging.optional(),
  throttled: throttled.optional(),
  pageSize: z.int().min(1).max(10_000).default(100),
  streams: z.record(z.string(), restStream),
});

export type RestSettings = z.infer<typeof restSettings>;
export type RestStream = z.infer<typeof restStream>;
export type Throttled = z.infer<typeof throttled>;
export type RestPaging = z.infer<typeof restPaging>;
