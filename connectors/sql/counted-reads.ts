import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { KeyPage, Page, PullRequest, ReadEvidence, SourceRecord } from '../connector.ts';
import { readResume } from '../read-resume.ts';
import { placeSchema, placeText, valuesOfPlace } from './place.ts';
import type { SqlStream } from './settings.ts';
import type { Queries, Snapshot, SourceDatabase } from './source-database.ts';
import type { Place, StreamReader } from './stream-reader.ts';
import type { DriverRow } from './wire.ts';

/** Keys are short: scans take larger pages than rows. */
const SCAN_PAGE = 10_000;

interface CountedReads {
  database: SourceDatabase;
  stream: SqlStream;
  reader: StreamReader;
  recordOf(row: DriverRow): SourceRecord;
  /** `count` of the settings. */
  isCounted: boolean;
  pageSize: number;
  /** The database's clock, in canonical form. */
  now(asked: Queries, signal: AbortSignal): Promise<string | null>;
  /** For errors. */
  system: string;
  name: string;
}

const countsSchema = z.strictObject({ all: z.int(), older: z.int() });

/**
 * How many rows there are, and how many came, all of them and those that have not changed since the read began. Rows
 * that change meanwhile may come twice; the others come once, and where they do not, rows are missing.
 */
type Counts = z.infer<typeof countsSchema>;

const placeOfRead = z.strictObject({
  phase: z.int().min(0),
  values: placeSchema.nullable(),
  came: countsSchema,
  /** What was counted when the read began; null where nobody counted. */
  start: z.strictObject({ there: countsSchema, began: z.string().nullable() }).nullable(),
});

type Start = z.infer<typeof placeOfRead>['start'];

const notCounted = '`count: off` is set, so that nobody knew how many rows there were';
const tooManyToCount =
  'the database did not count the rows within `timeout` (index what `where` and the cursor read, or say `count: off`)';

/** Reads of a stream whose rows are counted by the database as well, in one snapshot where it can hold one. */
export function createCountedReads(access: CountedReads) {
  const { database, stream, reader, recordOf, isCounted, pageSize, system, name } = access;

  async function isInnodb(signal: AbortSignal): Promise<boolean> {
    if (stream.query !== undefined) return database.dialect.typesItsValues;
    const [table = stream.resource, schema = null] = stream.resource.split('.').reverse();
    return (await database.query(database.dialect.hasSnapshots, [table, schema], signal)).length > 0;
  }

  /** What is counted before the first row is read; null where it takes too long. */
  async function countAtStart(asked: Queries, since: string | null, signal: AbortSignal): Promise<Start> {
    try {
      const began = await beginOf(asked, signal);
      const { total, newer } = await reader.countWindow({ asked, since, newerThan: began }, signal);
      return { there: { all: total, older: total - newer }, began };
    } catch (error) {
      return passOver(error, signal);
    }
  }

  /** The version from which on a row has changed since the read began. */
  async function beginOf(asked: Queries, signal: AbortSignal): Promise<string | null> {
    switch (stream.cursor?.type) {
      case undefined:
        return null;
      case 'integer': {
        const highest = await reader.highestStamp(asked, signal);
        return (BigInt(highest ?? 0) + 1n).toString().padStart(20, '0');
      }
      case 'date':
        return (await access.now(asked, signal))?.slice(0, 10) ?? null;
      case 'instant':
        return await access.now(asked, signal);
    }
  }

  async function evidenceOf(
    start: Start,
    came: Counts,
    { since, snapshot, signal }: { since: string | null; snapshot: Snapshot | null; signal: AbortSignal },
  ): Promise<ReadEvidence> {
    if (!start) return { total: null, doubt: isCounted ? tooManyToCount : notCounted };
    if (snapshot?.isHeld() && (await isInnodb(signal))) return { total: start.there.all, came: came.all, doubt: null };
    try {
      const { began } = start;
      const after = await reader.countWindow({ asked: snapshot ?? database, since, newerThan: began }, signal);
      return { total: Math.min(start.there.older, after.total - after.newer), came: came.older, doubt: null };
    } catch (error) {
      passOver(error, signal);
      return { total: null, doubt: tooManyToCount };
    }
  }

  return {
    async *pull({ since, resume }: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
      const resumed = resume === null ? null : readResume(placeOfRead, resume, { source: system, stream: name });
      const snapshot = resumed || !isCounted ? null : await database.snapshot(signal);
      const asked = snapshot ?? database;
      try {
        const start = resumed ? resumed.start : isCounted ? await countAtStart(asked, since, signal) : null;
        const came = resumed ? { ...resumed.came } : { all: 0, older: 0 };
        const began = start?.began ?? null;
        const from = resumed && { phase: resumed.phase, values: resumed.values && valuesOfPlace(resumed.values) };
        for await (const { rows, next } of reader.pages({ asked, since, from, limit: pageSize }, signal)) {
          const records = rows.map(recordOf);
          came.all += records.length;
          came.older += records.filter(({ version }) => began === null || version === null || version < began).length;
          if (next !== null) yield { records, next: JSON.stringify({ ...written(next), came, start }) };
          else yield { records, next: null, evidence: await evidenceOf(start, came, { since, snapshot, signal }) };
        }
      } finally {
        await snapshot?.end();
      }
    },

    async *scanKeys(signal: AbortSignal): AsyncGenerator<KeyPage> {
      const snapshot = isCounted ? await database.snapshot(signal) : null;
      const asked = snapshot ?? database;
      try {
        const before = isCounted ? await countAll(asked, signal) : null;
        let came = 0;
        for await (const rows of reader.keyPages(asked, SCAN_PAGE, signal)) {
          came += rows.length;
          const live = rows.map(recordOf).filter((record) => !record.deleted);
          yield { keys: live.map(({ key, version }) => ({ key, version })) };
        }
        const after = before === null ? null : await countAll(asked, signal);
        if (before === null || after === null) {
          yield { keys: [], evidence: { total: null, doubt: isCounted ? tooManyToCount : notCounted } };
          return;
        }
        const total = Math.min(before, after);
        if (came >= total || !defends('complete scan')) yield { keys: [], evidence: { total, came, doubt: null } };
        else yield { keys: [], evidence: await afterShortScan({ came, total }, signal) };
      } finally {
        await snapshot?.end();
      }
    },
  };

  /**
   * Rows that come and go during a scan may make one look short. A second one that is short as well is: it throws. Of
   * the first one nothing is concluded then.
   */
  async function afterShortScan(first: { came: number; total: number }, signal: AbortSignal): Promise<ReadEvidence> {
    const before = await reader.count(database, signal);
    let came = 0;
    for await (const rows of reader.keyPages(database, SCAN_PAGE, signal)) came += rows.length;
    const total = Math.min(before, await reader.count(database, signal));
    if (came < total) {
      const message =
        `Expected at least ${first.total} keys of ${name}, got ${first.came}, and of ${total} then ${came}: ` +
        'the scan is not complete and counts for nothing. Is key unique and never NULL?';
      throw new HubError('SOURCE_PROTOCOL', message, { source: system, stream: name });
    }
    const doubt = `rows came and went while the keys were read (${first.came} of ${first.total} came)`;
    return { total: null, doubt };
  }

  async function countAll(asked: Queries, signal: AbortSignal): Promise<number | null> {
    try {
      return await reader.count(asked, signal);
    } catch (error) {
      return passOver(error, signal);
    }
  }
}

/** A count that takes too long is no reason not to read; whatever else is wrong, the read itself tells. */
function passOver(error: unknown, signal: AbortSignal): null {
  signal.throwIfAborted();
  if (error instanceof HubError && error.code === 'SOURCE_UNREACHABLE') return null;
  throw error;
}

function written({ phase, values }: Place) {
  return { phase, values: values === null ? null : values.map(placeText) };
}
