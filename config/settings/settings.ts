import { validateDetailed } from 'node-cron';
import { z } from 'zod';

import { accessSettings } from './access-settings.ts';
import { zoneName } from './business-zones.ts';
import { duration } from './duration.ts';
import { insightSettings } from './insight-settings.ts';
import { serviceSettings } from './service-settings.ts';

/** Five fields, or six with seconds in front; in UTC. */
const cronExpression = z.string().superRefine((expression, context) => {
  const { valid, errors } = validateDetailed(expression);
  if (valid) return;
  const reason = errors.map((error) => error.message).join('; ');
  context.addIssue(`expected a cron expression such as "*/5 * * * *" (UTC), got "${expression}": ${reason}.`);
});

/** The name of a source or of another system. */
export const sourceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a name of lower-case letters, digits and dashes, such as erp or crm-eu');

/** Where in a source record a value is: dots descend (`to_Item.results`), `^.` reads the record around an `each`. */
const path = z.string().min(1).max(256);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Values of a source that mean nothing there, such as `false`, `N/A` or `00000000`. */
const nullValues = z.array(scalar);

/**
 * How one canonical field is filled. Short form: the path. Long form: exactly one of `path`, `paths` (first
 * non-empty wins), `const`, `join`, `expression` (JSONata over the source record), and how to read what is found there.
 */
/** What a key is, where its text does not tell. */
const keyType = z.enum(['integer', 'text']);

const fieldMapping = z.union([
  path,
  z.strictObject({
    path: path.optional(),
    paths: z.array(path).min(1).optional(),
    const: scalar.optional(),
    expression: z.string().optional(),
    /** For texts: what is there of these, `, ` between them. A list in it is one part, with spaces between. */
    join: z
      .array(z.union([path, z.array(path).min(1)]))
      .min(1)
      .optional(),
    /** Stands between the parts of `join`. */
    separator: z.string().max(16).optional(),
    /** Source value → canonical value, compared as text. Unlisted values are an error unless `default` is given. */
    enum: z.record(z.string(), scalar).optional(),
    default: scalar.optional(),
    /** Path of the time of day where the source keeps date and time apart; read together with `path`, for instants. */
    time: path.optional(),
    /** luxon format of dates and times the source writes in its own way, e.g. `yyyyMMdd` or `dd.MM.yyyy HH:mm`. */
    format: z.string().optional(),
    /** IANA zone of times that carry none; UTC when left out. */
    zone: z.string().optional(),
    /** Source values that mean "nothing", besides those of the stream. */
    nulls: nullValues.optional(),
    /** For references: the system the key belongs to (this one when left out). */
    system: sourceName.optional(),
    /** For references whose value carries a prefix, e.g. Tryton's `sale.line,50`: only values with it are taken. */
    prefix: z.string().optional(),
    /** For references with a compound key: the paths of its parts. */
    key: z.array(path).min(1).optional(),
    /** For references: the key is a whole number, however it is written (`4711`, `4711.0`, `000000004711`). */
    type: keyType.optional(),
  }),
]);

/** One canonical record (or, with `each`, one an array element) made of a source record. */
const recordMapping = z.strictObject({
  entity: z.string(),
  /** Path of an array in the source record; `.` paths inside are then relative to the element. */
  each: path.optional(),
  /** Key of the record when it is not the stream's key; required with `each`. Paths, joined as a compound key. */
  key: z.union([path, z.array(path).min(1)]).optional(),
  /** The key is a whole number, or one in each part: references to it are of `type: integer`, or numbers. */
  keyType: keyType.optional(),
  /** JSONata: only where it is true the record is made. */
  when: z.string().optional(),
  fields: z.record(z.string(), fieldMapping),
});

const cursorSettings = z.strictObject({
  /** Path of the change stamp; several: the first that is not empty (`[write_date, create_date]`). */
  field: z.union([path, z.array(path).min(1)]),
  /** Path of the time of day where the source keeps date and time apart; `type` is then `instant`. */
  time: path.optional(),
  type: z.enum(['instant', 'date', 'integer']).default('instant'),
  format: z.string().optional(),
  zone: z.string().optional(),
  /** How far back each pass starts before the checkpoint: covers late commits and clock skew. */
  lookback: duration.default(120_000),
});

const driftPolicy = z.enum(['fail', 'quarantine', 'ignore']);

/**
 * What to do when the records of a stream change their shape; each change is noted as an event, whatever is said
 * here. One word is for all three; left out, each is as below. Fields that the mapping does not read are only noted when they go or change.
 */
const driftSettings = z.union([
  driftPolicy,
  z.strictObject({
    /** A field that no record had before. */
    added: driftPolicy.default('ignore'),
    /** A field that no record carries any more: as null it would overwrite what the cache has. */
    removed: driftPolicy.default('fail'),
    /** Values of another type than before; those that the mapping cannot read do not fit as it is. */
    retyped: driftPolicy.default('ignore'),
  }),
]);

/** When a stream is verified; `off`: only when somebody asks for it. */
export const verifySchedule = z.union([z.literal('off'), cronExpression]);

/** What every stream has, whatever its kind. Kinds extend it with their own options. */
export const streamSettings = z.strictObject({
  /** What to read: entity set, path, table, or model. */
  resource: z.string().min(1),
  /** Path(s) of the source's own key. */
  key: z.union([path, z.array(path).min(1)]),
  /** Left out: the source tells no changes and every pass reads the stream in full. */
  cursor: cursorSettings.optional(),
  /** Values that mean nothing in any field, or as a change stamp, but never in a key; the source's when left out. */
  nulls: nullValues.optional(),
  /** Six-field or five-field cron in UTC; the source's when left out. */
  schedule: cronExpression.optional(),
  /** When it is compared with its source; the source's when left out. */
  verifySchedule: verifySchedule.optional(),
  /** Passes that `@freshness` asks for begin at least this far apart; the source's when left out. */
  catchUpInterval: duration.optional(),
  pageSize: z.int().min(1).max(10_000).optional(),
  /** Records can also be read from the source at the moment of a question, by the field `live` of the graph. */
  live: z.boolean().optional(),
  /**
   * How deletes are noticed. `none`: never. `scan`: after a complete scan of all keys, on `reconcileSchedule`.
   * A `flag` marks them in the record itself; a scan then finds what the list no longer shows, as well, and asks for it
   * by its key, since a source may hide deleted records from its lists. `scan: false` leaves that out.
   */
  deletes: z
    .union([
      z.literal('none'),
      z.literal('scan'),
      z.strictObject({ flag: path, values: z.array(z.string()).min(1), scan: z.boolean().optional() }),
    ])
    .default('scan'),
  /** A pass fails, checkpoint held, when more than this share of at least 20 records read is quarantined. */
  quarantineThreshold: z.number().min(0).max(1).default(0.2),
  drift: driftSettings.optional(),
  records: z.array(recordMapping).min(1),
});

/** What every source has, whatever its kind. Kinds extend it with their own options. */
export const sourceSettings = z.strictObject({
  kind: z.string(),
  /** Shown to people. */
  title: z.string().optional(),
  /** Values that mean nothing in all of its streams, as `false` in systems that know no empty field. */
  nulls: nullValues.optional(),
  schedule: cronExpression.default('*/5 * * * *'),
  reconcileSchedule: cronExpression.default('17 3 * * *'),
  /** Once a week, since most sources have to be read in full for it. */
  verifySchedule: verifySchedule.default('43 4 * * 0'),
  /** Older than this, the source's part of an answer is called STALE; three times the schedule when left out. */
  staleAfter: duration.optional(),
  /** Passes that `@freshness` asks for begin at least this far apart, whoever asks. */
  catchUpInterval: duration.default(5_000),
  timeout: duration.default(30_000),
  /**
   * The largest record that is read, in bytes as the source writes it. A larger one goes to quarantine with its size,
   * its SHA-256 and its first 64 KB; it is never held in memory. The cache takes none above 3,000,000.
   */
  maxRecordBytes: z.int().min(1_000).max(3_000_000).default(3_000_000),
  /** Higher wins when parties of several systems disagree about the golden record. */
  priority: z.int().default(0),
});

/** Which of several systems' values of a field stands in the golden record. */
const survivorshipRule = z.enum(['priority', 'newest', 'mostComplete', 'longest']);

const survivorship = z
  .strictObject({
    rule: survivorshipRule.default('priority'),
    /** Fields that go by another rule: `phone: newest`. */
    fields: z
      .partialRecord(
        z.enum(['displayName', 'legalName', 'taxId', 'email', 'phone', 'website', 'language', 'country', 'birthDate']),
        survivorshipRule,
      )
      .default({}),
  })
  .prefault({});

export type SurvivorshipRule = z.infer<typeof survivorshipRule>;
export type Survivorship = z.infer<typeof survivorship>;

const thresholds = (usual: { link: number; review: number }) =>
  z
    .strictObject({
      link: z.number().gt(0).lt(1).default(usual.link),
      review: z.number().gt(0).lt(1).default(usual.review),
    })
    .refine(({ link, review }) => review <= link, 'expected review to be no higher than link')
    .prefault({});

export const hubSettings = z.strictObject({
  database: z
    .strictObject({
      /** `sqlite:./customer360.db` or `mysql://user:password@host:3306/database`. */
      url: z
        .string()
        .regex(
          /^(sqlite:.+|(mysql|mariadb):\/\/.+)$/,
          'expected sqlite:<path> or mysql://<user>:<password>@<host>:<port>/<database>',
        )
        .default('sqlite:./customer360.db'),
      poolSize: z.int().min(1).max(100).default(8),
    })
    .prefault({}),
  /** The zone whose calendar days are business days: what is today, and on which day something happened. */
  zone: zoneName.default('UTC'),
  /** System → the zone of the places its records are about, where it is another. */
  zones: z.record(sourceName, zoneName).default({}),
  gateway: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(4000),
      /** Largest request body, in bytes. */
      maxBody: z.int().min(1_000).default(200_000),
      /** Most items one connection may be asked for. */
      maxPage: z.int().min(1).max(1_000).default(200),
      /** Most levels of fields below each other. */
      maxDepth: z.int().min(1).default(15),
      /** Most fields asked for under another name. */
      maxAliases: z.int().min(0).default(200),
      /** Most objects an answer may hold, as far as the operation and its list sizes tell. */
      maxCost: z.int().min(1).default(50_000),
      /** Requests a minute of one login, or of one address where none is asked for. */
      rateLimit: z.strictObject({ perMinute: z.int().min(1), burst: z.int().min(1).default(50) }).optional(),
      /** Most tokens (words and signs) an operation may have. */
      maxTokens: z.int().min(100).default(5_000),
      /**
       * Without `access` nobody is asked who they are: a host other than loopback is then refused, unless this says
       * that the network around the hub keeps strangers out, as in a container network.
       */
      allowUnauthenticatedNetwork: z.boolean().default(false),
      /** Most bytes of decoded records that a process keeps until they change; 0 keeps none. */
      recordCache: z.int().min(0).default(64_000_000),
      /** Most bytes of whole answers that a process keeps until they change; 0 keeps none. */
      answerCache: z.int().min(0).default(64_000_000),
      cache: z
        .strictObject({
          /** Whole answers that all processes on one database share, as long as they are what it has. */
          redis: z
            .string()
            .regex(/^rediss?:\/\/.+$/, 'expected redis://<user>:<password>@<host>:<port>, or rediss:// over TLS')
            .optional(),
        })
        .prefault({}),
      /** Operations that stay open and are told of what changes. */
      subscriptions: z
        .strictObject({
          /** Most of one process; 0: nobody can subscribe. */
          max: z.int().min(0).default(1_000),
          /** Most of one login, or of one address where none is asked for. */
          perViewer: z.int().min(1).default(20),
          /** How often a sign of life is sent, and the login looked at again. */
          heartbeat: duration.default(15_000),
          /** A client that takes an event no sooner than this is let go. */
          slowAfter: duration.default(30_000),
        })
        .prefault({}),
      /** Operations that clients name by an id, from manifests of their front-ends. */
      trustedDocuments: z
        .strictObject({
          file: z.string().min(1).optional(),
          /** Every .json file in it. */
          folder: z.string().min(1).optional(),
          /** Nothing else is answered. */
          only: z.boolean().default(true),
        })
        .refine(
          ({ file, folder }) => (file === undefined) !== (folder === undefined),
          'expected one of file and folder',
        )
        .optional(),
      /** Origins whose pages may read answers: https://app.example.com. */
      cors: z
        .array(
          z.url().refine((text) => new URL(text).origin === text, 'expected an origin such as https://app.example.com'),
        )
        .default([]),
      /** PEM files; looked at anew when they change. */
      tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
      /** Proxies in front of the hub whose X-Forwarded-For is believed, counted from the hub. */
      trustedProxies: z.int().min(0).max(10).default(0),
      introspection: z.boolean().default(true),
      /** Whether gateways of an Apollo Federation may have the graph as a subgraph of theirs. */
      federation: z.boolean().default(false),
      graphiql: z.boolean().default(true),
      /** Prometheus' text at /metrics. */
      metrics: z.boolean().default(true),
      /** Whole-request deadline. */
      timeout: duration.default(20_000),
      /** How long `@freshness` waits for a catch-up; half of the whole deadline, and 10 s at most, when left out. */
      freshnessDeadline: duration.optional(),
      /** Longest wait for what is read from a source at the moment of a question (`live`). */
      liveTimeout: duration.default(2_000),
    })
    .prefault({}),
  access: accessSettings,
  /** GraphQL services that extend the graph. */
  services: z.record(sourceName, serviceSettings).default({}),
  identity: z
    .strictObject({
      /** ISO country that phone numbers without a prefix belong to. */
      defaultCountry: z.string().length(2).optional(),
      /** An e-mail, phone or tax id shared by more parties than this says nothing about who they are. */
      maxShared: z.int().min(2).default(12),
      /** Records that agree on no exact value are compared when they share a blocking key with no more than this. */
      maxBlock: z.int().min(2).max(1_000).default(50),
      /** Systems that know every customer once: two of their records are two customers. */
      oneRecordPerCustomer: z.array(sourceName).default([]),
      /** Probabilities from which on two persons are linked, or put in front of somebody. */
      person: thresholds({ link: 0.95, review: 0.2 }),
      /** The same for organisations, and for groups. */
      organization: thresholds({ link: 0.95, review: 0.2 }),
      /** What chance is made from when a model is learnt: the same records then learn the same. */
      seed: z.int().default(1),
      /** How the golden record is made of what the systems say. */
      survivorship,
    })
    .prefault({}),
  insight: insightSettings
    .extend({
      /** When the models are fitted anew and all numbers worked out. */
      schedule: cronExpression.default('23 2 * * *'),
      /** How often the numbers of customers that changed are worked out. */
      follow: cronExpression.default('*/10 * * * * *'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    })
    .prefault({}),
});

export type FieldMapping = z.infer<typeof fieldMapping>;
export type RecordMapping = z.infer<typeof recordMapping>;
export type CursorSettings = z.infer<typeof cursorSettings>;
export type StreamSettings = z.infer<typeof streamSettings>;
export type SourceSettings = z.infer<typeof sourceSettings> & { streams: Record<string, StreamSettings> };
export type HubSettings = z.infer<typeof hubSettings>;

/** The whole settings, validated and frozen. `S` is the union of the connector kinds' own source settings. */
export interface Settings<S extends SourceSettings = SourceSettings> extends HubSettings {
  sources: Readonly<Record<string, S>>;
}
