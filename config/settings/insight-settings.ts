import { z } from 'zod';

const days = z.int().min(1).max(36_500);
const share = z.number().min(0).max(1);
const score = z.int().min(1).max(5);
const scores = z
  .tuple([score, score])
  .refine(([from, to]) => from <= to, 'expected the lower score first, such as [4, 5]');
const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'expected an ISO 4217 currency code such as EUR');
const rate = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,12})?$/, 'expected a rate as a decimal string such as "0.92"')
  .refine((text) => /[1-9]/.test(text), 'expected a rate above 0');

/** The names that RFM segments can have; the graph knows these. */
const segmentNames = [
  'CHAMPIONS',
  'LOYAL',
  'POTENTIAL_LOYALIST',
  'NEW',
  'PROMISING',
  'NEED_ATTENTION',
  'ABOUT_TO_SLEEP',
  'AT_RISK',
  'CANT_LOSE',
  'LOST',
] as const;

const segment = z.strictObject({
  name: z.enum(segmentNames),
  recency: scores,
  frequency: scores,
  monetary: scores.default([1, 5]),
});

/** Together they cover every pair of recency and frequency. */
const usualSegments: z.input<typeof segment>[] = [
  { name: 'CHAMPIONS', recency: [5, 5], frequency: [4, 5] },
  { name: 'LOYAL', recency: [3, 4], frequency: [4, 5] },
  { name: 'POTENTIAL_LOYALIST', recency: [4, 5], frequency: [2, 3] },
  { name: 'NEW', recency: [5, 5], frequency: [1, 1] },
  { name: 'PROMISING', recency: [4, 4], frequency: [1, 1] },
  { name: 'NEED_ATTENTION', recency: [3, 3], frequency: [3, 3] },
  { name: 'ABOUT_TO_SLEEP', recency: [3, 3], frequency: [1, 2] },
  { name: 'CANT_LOSE', recency: [1, 2], frequency: [5, 5] },
  { name: 'AT_RISK', recency: [1, 2], frequency: [3, 4] },
  { name: 'LOST', recency: [1, 2], frequency: [1, 2] },
];

/** The parameters of the numbers about customers; docs/insight.md has the definitions. */
export const insightSettings = z.strictObject({
  /** The currency in which amounts of several currencies are compared; the one of most orders when left out. */
  currency: currencyCode.optional(),
  /** Currency → its worth in `currency`. Amounts in a currency without a rate are shown apart, never added. */
  rates: z.record(currencyCode, rate).default({}),
  /** Which amount of an order counts. */
  amount: z.enum(['net', 'total']).default('net'),
  /** How far back RFM and grade look. */
  windowDays: days.default(730),
  /** The first that fits is taken. */
  segments: z
    .array(segment)
    .min(1)
    .default(usualSegments.map((each) => segment.parse(each))),
  /** The customers that bring the first `a` of all sales are A, up to `b` they are B, the others C. */
  grade: z
    .strictObject({ a: share.default(0.8), b: share.default(0.95) })
    .refine(({ a, b }) => a <= b, 'expected a to be at most b')
    .prefault({}),
  lifecycle: z
    .strictObject({
      /** So long after the first purchase a customer is new. */
      newDays: days.default(90),
      /** Silent for more than so many of its own intervals: declining. */
      decliningAfter: z.number().min(0.1).default(2),
      /** And for more than so many: lost. */
      lostAfter: z.number().min(0.1).default(4),
      /** No interval counts as shorter. */
      leastIntervalDays: days.default(14),
      /** Where neither the customer nor the portfolio shows one. */
      defaultIntervalDays: days.default(90),
    })
    .refine(({ decliningAfter, lostAfter }) => decliningAfter <= lostAfter, 'expected decliningAfter up to lostAfter')
    .prefault({}),
  churn: z
    .strictObject({
      /** Less likely to be alive than this is a reason to warn. */
      aliveBelow: share.default(0.5),
      /** Silent for more than so many of its own intervals is one, too. */
      silentOver: z.number().min(0.1).default(2),
      /** And half a year that brought less than this share of the half year before. */
      spendingBelow: share.default(0.5),
    })
    .prefault({}),
  /** For how many weeks purchases are foreseen. */
  expectedWeeks: z.int().min(1).max(520).default(52),
  lifetime: z
    .strictObject({
      months: z.int().min(1).max(120).default(36),
      /** Yearly. */
      discountRate: z.number().min(0).max(10).default(0.1),
      /** What share of sales is left to earn. */
      margin: share.default(1),
    })
    .prefault({}),
  markov: z
    .strictObject({
      periodDays: days.default(91),
      /** Periods without a purchase after which a customer counts as lost. */
      states: z.int().min(1).max(60).default(8),
      /** What winning the next purchase costs a period, in `currency`. */
      effort: z.number().min(0).default(0),
    })
    .prefault({}),
  otif: z
    .strictObject({
      /** Measured against the date the customer wants or the one that was promised; the other where there is none. */
      date: z.enum(['requested', 'promised']).default('requested'),
      /** What has to happen until then. */
      by: z.enum(['delivery', 'shipment']).default('delivery'),
      /** So many days before are still on time; any number when left out. */
      earlyDays: z.int().min(0).max(3_650).optional(),
      lateDays: z.int().min(0).max(3_650).default(0),
      level: z.enum(['order', 'line']).default('order'),
    })
    .prefault({}),
  /** The days of sales that DSO compares receivables with. */
  dsoDays: days.default(90),
  /** Monthly snapshots older than this are removed. */
  keepMonths: z.int().min(1).max(600).default(60),
});

export type InsightSettings = z.infer<typeof insightSettings>;
