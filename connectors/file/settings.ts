import { z } from 'zod';
import { duration } from '../../config/settings/duration.ts';
import { sourceSettings, streamSettings } from '../../config/settings/settings.ts';

/** One character that is one byte in every encoding there is. */
const character = z.string().regex(/^[\t\x20-\x7e]$/, 'expected one ASCII character, or a tab as "\\t"');

const oneGroup = z.string().superRefine((pattern, context) => {
  try {
    // With an empty alternative it matches anything, and tells how many groups there are.
    const groups = (new RegExp(`${pattern}|`).exec('')?.length ?? 1) - 1;
    if (groups < 1) context.addIssue('expected digits in parentheses, such as "orders-(\\\\d+)"');
  } catch (error) {
    context.addIssue(`expected a regular expression: ${error instanceof Error ? error.message : 'it cannot be read'}`);
  }
});

/** Files of one pattern. */
const fileStream = streamSettings
  .extend({
    /** Where the files are below `folder`: `orders-*.csv`, `crm/people.jsonl`. `*` and `?` in the file's name only. */
    resource: z
      .string()
      .regex(/^(?!\/)(?!.*\\)(?!.*(^|\/)\.\.?(\/|$)).*[^/]$/, 'expected a name or pattern below the folder')
      .regex(/^([^*?]+\/)?[^/]+$/, 'expected * and ? in the name of the file only'),
    /**
     * `full`: each file holds everything, and the newest one counts. `changes`: each file holds what was added or
     * changed, and all are read in their order.
     */
    mode: z.enum(['full', 'changes']).default('full'),
    format: z.enum(['csv', 'jsonl']).default('csv'),
    delimiter: character.default(','),
    /** `''` where nothing is quoted. */
    quote: z.union([character, z.literal('')]).default('"'),
    encoding: z.enum(['utf-8', 'latin1', 'windows-1252', 'euc-kr', 'shift_jis', 'gb18030', 'big5']).default('utf-8'),
    /** `closed`: a CSV file ends with an end of line, and one that does not was cut off, unless a marker says it is whole. */
    lastLine: z.enum(['closed', 'open']).default('closed'),
    /** Names of the columns, for files without a header line. */
    columns: z.array(z.string().min(1)).min(1).optional(),
    /** A regular expression whose groups are the digits that order the files, for names that tell it: `-(\d+)\.csv$`. */
    sequence: oneGroup.optional(),
    /** Name of the file that says that another is complete, `{name}.done` or `{stem}.ok`; without it nothing is read. */
    marker: z
      .string()
      .regex(/\{(name|stem)\}/, 'expected {name} or {stem} in the name of the marker')
      .optional(),
    /** What a file is that holds the same bytes as one read before: `skip`, dropped twice; `read`, news all the same. */
    repeats: z.enum(['skip', 'read']).default('skip'),
  })
  .superRefine(({ live }, context) => {
    if (!live) return;
    const message = 'a file cannot be asked at the moment of a question: leave `live` out.';
    context.addIssue({ code: 'custom', path: ['live'], message });
  })
  .superRefine(({ mode, deletes }, context) => {
    if (mode !== 'changes' || deletes !== 'scan') return;
    const message = 'a file of changes does not say what is gone by leaving it out: set deletes to none, or to a flag.';
    context.addIssue({ code: 'custom', path: ['deletes'], message });
  });

/** Files that somebody drops in a folder. */
export const fileSettings = sourceSettings.extend({
  kind: z.literal('file'),
  /** Relative to where the hub is started. Read only; links below it are not followed, it may be one itself. */
  folder: z.string().min(1),
  /** How long a file must have been left alone before it counts as complete. */
  settle: duration.default(30_000),
  pageSize: z.int().min(1).max(10_000).default(1_000),
  streams: z.record(z.string(), fileStream),
});

export type FileSettings = z.infer<typeof fileSettings>;
export type FileStream = z.infer<typeof fileStream>;
