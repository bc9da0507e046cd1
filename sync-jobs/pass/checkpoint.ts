import { z } from 'zod';

const hashes = {
  /** The mapping the records were read with. */
  mappingHash: z.string(),
  /** The settings that decide which records are read and how they are ordered (`readingHash`). */
  readingHash: z.string(),
};

const interruptedPass = z.strictObject({
  mode: z.enum(['FULL', 'INCREMENTAL']),
  reason: z.string(),
  since: z.string().nullable(),
  /** The connector's own token for the page after the last one that was committed. */
  resume: z.string(),
  /** The greatest version seen so far. */
  highest: z.string().nullable(),
  /** The source's clock when the pass began: changes after it may have been missed and are for the next pass. */
  ceiling: z.string().nullable(),
  /** Our own clock when the pass began. */
  begunAt: z.string(),
  read: z.int(),
  rejected: z.int(),
  /** How often the page after `resume` could not be had, one time after the other. */
  tries: z.int().optional(),
  /** How often this pass was started again from its beginning. */
  restarts: z.int().optional(),
  ...hashes,
});

const finishedPass = z.strictObject({
  /** Every change up to here is in the cache. null: no record carried a version, so there is nothing to start from. */
  cursor: z.string().nullable(),
  /** Where the next pass starts in the connector's own words, from a source that keeps account of its changes. */
  delta: z.string().optional(),
  ...hashes,
});

const checkpointSchema = z.strictObject({
  format: z.literal(1),
  finished: finishedPass.nullable(),
  /** Only while a pass is under way or after it was interrupted. */
  pass: interruptedPass.nullable(),
});

/** How far a stream has been read; committed in one transaction with the rows it speaks of. */
export type Checkpoint = z.infer<typeof checkpointSchema>;
export type InterruptedPass = z.infer<typeof interruptedPass>;

export const noCheckpoint: Checkpoint = { format: 1, finished: null, pass: null };

/** Reads a stored checkpoint. One written by another version of the hub is not trusted: the stream is read anew. */
export function parseCheckpoint(stored: unknown): Checkpoint {
  const parsed = checkpointSchema.safeParse(stored);
  return parsed.success ? parsed.data : noCheckpoint;
}
