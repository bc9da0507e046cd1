import type { Completeness } from '../cache/completeness.ts';
import type { StoredRow, StreamName, VerifyRun } from '../cache/sync-store.ts';
import { HubError } from '../config/errors.ts';
import { hubNow } from './end-run.ts';
import type { Look, VerifyMethod } from './look.ts';
import type { Rechecked, Standing } from './recheck.ts';
import { digestNumber, type FieldDifference, fieldDifferences, recordDigest } from './record-digest.ts';
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
  /** How the two sides were compared. */
  method: VerifyMethod;
  /** Why so, where checksums would have been quicker; null where they were compared. */
  reason: string | null;
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
  /** Records read by their key, since they seemed to differ. */
  reread: number;
  /** Whether the source gave all it has when it was compared. */
  completeness: Completeness | null;
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

/** The figures of a report, from the first look and what the second said of the records that differed in it. */
export function factsOf(
  { system, stream, listed = 50 }: StreamName & { listed?: number },
  { look, reason }: { look: Look; reason: string | null },
  { standing, settled, moving }: Rechecked,
  { keepsExtras }: { keepsExtras: boolean },
): VerifyFacts {
  const source = createSide(look);
  const cache = createSide(look);
  const real: [key: string, Standing][] = [];
  let [unfit, kept] = [look.rejected, 0];
  for (const state of settled.values()) {
    if (state === rejected) unfit += 1;
    else for (const side of [source, cache]) side.add(state);
  }
  for (const [key, one] of standing) {
    if (keepsExtras && one.source === absent) {
      kept += 1;
      continue;
    }
    source.add(one.source);
    cache.add(one.cache);
    real.push([key, one]);
  }
  const strays = straysOf(look.strays);
  for (const { digest } of strays) cache.add({ digest, rows: [] });
  real.sort(([a], [b]) => (a < b ? -1 : 1));
  const count = (kind: Difference['kind']) => real.filter(([, one]) => kindOf(one) === kind).length;
  return {
    system,
    stream,
    method: look.method,
    reason,
    source: source.facts(),
    cache: cache.facts(),
    missing: count('MISSING'),
    extra: count('EXTRA') + strays.length,
    different: count('DIFFERENT'),
    differences: [
      ...real.map(
        ([key, one]) =>
          () =>
            differenceOf(key, one),
      ),
      ...strays.map((one) => () => one.difference),
    ]
      .slice(0, listed)
      .map((make) => make()),
    rejected: unfit,
    settled: settled.size,
    moving: moving.size,
    kept,
    reread: look.reread,
    completeness: look.completeness,
  };
}

/** Rows of a record that there is not are a record that only the cache has, under the key the rows give. */
function straysOf(rows: readonly StoredRow[]): { digest: string; difference: Difference }[] {
  const byOrigin = new Map<string, StoredRow[]>();
  for (const row of rows) byOrigin.set(row.originId, [...(byOrigin.get(row.originId) ?? []), row]);
  return [...byOrigin].map(([originId, own]) => ({
    digest: recordDigest(originId, own),
    difference: { key: own[0]?.key ?? originId, kind: 'EXTRA', fields: fieldDifferences([], own) },
  }));
}

/** What one side has: what both agree on, and what it says of the others. */
function createSide({ agreed }: Look) {
  let { records, checksum } = agreed;
  return {
    add(state: RecordState): void {
      if (state === absent) return;
      records += 1;
      checksum ^= digestNumber(state.digest);
    },
    facts: (): SideFacts => ({ records, checksum: checksum.toString(16).padStart(15, '0') }),
  };
}

/** A report as the history keeps it. */
export function runOf(report: VerifyReport, startedAt: string): VerifyRun {
  const { system, stream, outcome } = report;
  const facts = 'different' in report ? report : null;
  const error = 'error' in report ? report.error : null;
  return {
    ...{ system, stream, outcome, startedAt, finishedAt: hubNow() },
    method: facts?.method ?? null,
    reason: facts?.reason ?? null,
    compared: facts?.source.records ?? null,
    reread: facts?.reread ?? null,
    missing: facts?.missing ?? null,
    extra: facts?.extra ?? null,
    different: facts?.different ?? null,
    repaired: facts?.repair?.repaired ?? null,
    completeness: facts?.completeness ?? null,
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
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

function kindOf({ source, cache }: Standing): Difference['kind'] {
  if (cache === absent) return 'MISSING';
  return source === absent ? 'EXTRA' : 'DIFFERENT';
}

function differenceOf(key: string, standing: Standing): Difference {
  const kind = kindOf(standing);
  if (kind !== 'DIFFERENT') return { key, kind, fields: [] };
  const { source, cache } = standing;
  const fields = fieldDifferences(source.rows, cache.rows);
  const { altered } = cache;
  // Rows that were altered say so themselves.
  if (!altered || (altered.field === 'rowsChecksum' && fields.length > 0)) return { key, kind, fields };
  const note = { entity: 'sourceRecord', key, field: altered.field, source: null, cache: altered.how };
  return { key, kind, fields: [...fields, note] };
}
