import type { StreamName } from '../cache/sync-store.ts';
import { HubError } from '../config/errors.ts';
import type { Rechecked, Standing } from './recheck.ts';
import { checksumOf, type FieldDifference, fieldDifferences } from './record-digest.ts';
import { absent, type RecordState, rejected } from './record-state.ts';

interface SideFacts {
  records: number;
  /** Equal on both sides if and only if all canonical rows are; does not depend on the order of the records. */
  checksum: string;
}

/** One source record in which cache and source differ. */
export interface Difference {
  key: string;
  /** MISSING: not in the cache. EXTRA: only in the cache. DIFFERENT: in both, with other values. */
  kind: 'MISSING' | 'EXTRA' | 'DIFFERENT';
  /** For DIFFERENT: the fields and what either side has. */
  fields: FieldDifference[];
}

/** What came of a repair. */
export interface RepairFacts {
  /** Records that differed when it began. */
  found: number;
  /** Of these, those that equal the source now. */
  repaired: number;
  /** Of these, those beyond what one repair takes on: they still differ, and a second repair is for them. */
  left: number;
  /** What ended the repair early; null when it got to its end. */
  error: HubError | null;
}

export interface VerifyFacts extends StreamName {
  source: SideFacts;
  cache: SideFacts;
  missing: number;
  extra: number;
  different: number;
  /** The first differences by key; all are counted above. */
  differences: Difference[];
  /** Records that do not fit the canonical model: in quarantine, so not compared. */
  rejected: number;
  /** Differences at first sight that one more pass removed: the source had changed since the last one. */
  settled: number;
  /** Records that changed in the source every time they were looked at; nothing can be said of them. */
  moving: number;
  /** Records the source no longer has and the stream keeps on purpose (`deletes: none`). */
  kept: number;
  /** Only where a repair was asked for; all other figures are those after it. */
  repair?: RepairFacts;
}

export type VerifyReport =
  | (VerifyFacts & { outcome: 'EQUAL' })
  | (VerifyFacts & { outcome: 'DIFFERENT'; error: HubError })
  /** No comparison came about, e.g. for the source being down. */
  | (StreamName & { outcome: 'FAILED'; error: HubError })
  /** The signal ended it. */
  | (StreamName & { outcome: 'STOPPED' });

/** Key → digest of either side at first sight; `rejected` where a record of the source does not fit. */
export interface Look {
  source: Map<string, string>;
  cache: Map<string, string>;
}

/** The figures of a report, from the first look corrected by the second. */
export function factsOf(
  { system, stream, listed = 50 }: StreamName & { listed?: number },
  look: Look,
  { standing, settled, moving }: Rechecked,
  { keepsExtras }: { keepsExtras: boolean },
): VerifyFacts {
  const source = new Map(look.source);
  const cache = new Map(look.cache);
  const kept = keepsExtras ? [...standing].filter(([, one]) => one.source === absent).map(([key]) => key) : [];
  for (const [key, state] of settled) put(source, key, state);
  for (const [key, state] of settled) put(cache, key, state);
  for (const [key, one] of standing) put(source, key, one.source);
  for (const [key, one] of standing) put(cache, key, one.cache);
  const unfit = [...source].filter(([, digest]) => digest === rejected.digest).map(([key]) => key);
  for (const key of [...unfit, ...moving.keys(), ...kept]) {
    source.delete(key);
    cache.delete(key);
  }

  const keptKeys = new Set(kept);
  const real = [...standing].filter(([key]) => !keptKeys.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  const count = (kind: Difference['kind']) => real.filter(([, one]) => kindOf(one) === kind).length;
  return {
    system,
    stream,
    source: { records: source.size, checksum: checksumOf(source.values()) },
    cache: { records: cache.size, checksum: checksumOf(cache.values()) },
    missing: count('MISSING'),
    extra: count('EXTRA'),
    different: count('DIFFERENT'),
    differences: real.slice(0, listed).map(([key, one]) => differenceOf(key, one)),
    rejected: unfit.length,
    settled: settled.size,
    moving: moving.size,
    kept: kept.length,
  };
}

/** One line that names what differs. */
export function differentError(facts: VerifyFacts): HubError {
  const { system, stream, missing, extra, different, differences, repair } = facts;
  const named = differences.slice(0, 5).map(({ key }) => key);
  const more = missing + extra + different > named.length ? ', …' : '';
  return new HubError(
    'VERIFY_DIFFERENT',
    `Expected the cache to equal ${system}/${stream}, got ${missing} missing, ${extra} extra and ${different} different records: ` +
      `${named.join(', ')}${more}. ${adviceAfter(repair)}`,
    { source: system, stream },
  );
}

function adviceAfter(repair: RepairFacts | undefined): string {
  if (!repair) {
    return 'One more pass did not change that: compare the fields named in the report with the source. verify --repair writes these records anew.';
  }
  if (repair.left > 0) return `A repair takes on ${repair.found - repair.left} records at once: run it again.`;
  return repair.error
    ? `The repair did not get to its end: ${repair.error.message}`
    : 'A repair did not change that: compare the fields named in the report with the source.';
}

function put(side: Map<string, string>, key: string, state: RecordState): void {
  if (state === absent) side.delete(key);
  else side.set(key, state.digest);
}

function kindOf({ source, cache }: Standing): Difference['kind'] {
  if (cache === absent) return 'MISSING';
  return source === absent ? 'EXTRA' : 'DIFFERENT';
}

function differenceOf(key: string, standing: Standing): Difference {
  const kind = kindOf(standing);
  if (kind !== 'DIFFERENT') return { key, kind, fields: [] };
  const { source, cache } = standing;
  const raw = { entity: 'sourceRecord', key, field: 'raw', source: null, cache: cache.altered ?? null };
  return { key, kind, fields: [...fieldDifferences(source.rows, cache.rows), ...(cache.altered ? [raw] : [])] };
}
