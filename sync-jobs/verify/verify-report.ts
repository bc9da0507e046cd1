import type { Completeness } from '../../cache/streams/completeness.ts';
import type { StoredRow, StreamName, VerifyRun } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import { isComplete } from '../pass/completeness.ts';
import { hubNow } from '../pass/end-run.ts';
import type { Look, VerifyMethod } from './comparison.ts';
import type { Rechecked, Standing } from './recheck.ts';
import { digestNumber, type FieldDifference, fieldDifferences, recordDigest } from './record-digest.ts';
import { isAbsent, type RecordState } from './record-state.ts';

interface SideFacts {
  /** Records that were compared. */
  records: number;
  /** Further records of this side that were not: in quarantine, kept, unseen, moving, pending or undecided. */
  aside: number;
  /** Over the records that were compared. Equal on both sides if and only if all canonical rows are; does not depend on the order of the records. */
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
  /** Records on which both sides agree. */
  equal: number;
  missing: number;
  extra: number;
  different: number;
  /** The first differences by key; all are counted above. */
  differences: Difference[];
  /** Records that changed in the source after the last pass, by their own stamp; the next one brings them. */
  pending: number;
  /**
   * Records that differ, where nothing tells whether they changed since the last pass: without a change stamp, or gone
   * from the source since the last reconcile, which the next one finds.
   */
  undecided: number;
  /** The first of these by key. */
  undecidedRecords: Difference[];
  /** Records that do not fit the canonical model: in quarantine, so not compared. */
  rejected: number;
  /** Differences at first sight on which both sides agreed at the second. */
  settled: number;
  /** Records that changed in the source every time they were looked at; nothing can be said of them. */
  moving: number;
  /** Records the source no longer has and the stream keeps on purpose (`deletes: none`). */
  kept: number;
  /** Records of the cache that were not in a list which may be cut; nothing can be said of them. */
  unseen: number;
  /** Records read by their key, since they seemed to differ. */
  reread: number;
  /** Whether the read of the source that was compared gave all it has. */
  completeness: Completeness;
  /** Only where a repair was asked for; all other figures are those after it. */
  repair?: RepairFacts;
}

export type VerifyReport =
  | (VerifyFacts & { outcome: 'EQUAL' })
  | (VerifyFacts & { outcome: 'DIFFERENT'; error: HubError })
  /** No difference was found, and that there is none is not proved; why not, in words that go on after "because". */
  | (VerifyFacts & { outcome: 'UNPROVED'; unproved: string })
  /** No comparison came about, e.g. for the source being down. */
  | (StreamName & { outcome: 'FAILED'; error: HubError })
  /** The signal ended it. */
  | (StreamName & { outcome: 'STOPPED' });

/** What the records that differed at first sight are. The lists are sorted by key. */
export interface Judged {
  rechecked: Rechecked;
  different: [key: string, Standing][];
  pending: [key: string, Standing][];
  undecided: [key: string, Standing][];
  kept: number;
}

/** The figures of a report, from the first look and what the second said of the records that differed in it. */
export function factsOf(
  { system, stream, listed = 50 }: StreamName & { listed?: number },
  { look, reason }: { look: Look; reason: string | null },
  judged: Judged,
): VerifyFacts {
  const { different, pending, undecided, kept, rechecked } = judged;
  const { settled, moving } = rechecked;
  const source = createSide(look);
  const cache = createSide(look);
  for (const state of settled.values()) for (const side of [source, cache]) side.add(state);
  const equal = source.facts(0).records;
  for (const [, one] of different) {
    source.add(one.source);
    cache.add(one.cache);
  }
  const strays = straysOf(look.strays);
  for (const { digest } of strays) cache.add({ digest, rows: [] });
  const aside = asideOf(look, judged);
  const count = (kind: Difference['kind']) => different.filter(([, one]) => kindOf(one) === kind).length;
  const listOf = (some: Judged['different']) => some.slice(0, listed).map(([key, one]) => differenceOf(key, one));
  return {
    system,
    stream,
    method: look.method,
    reason,
    source: source.facts(aside.source),
    cache: cache.facts(aside.cache),
    equal,
    missing: count('MISSING'),
    extra: count('EXTRA') + strays.length,
    different: count('DIFFERENT'),
    differences: [...listOf(different), ...strays.map(({ difference }) => difference)].slice(0, listed),
    pending: pending.length,
    undecided: undecided.length,
    undecidedRecords: listOf(undecided),
    rejected: look.rejected.size + rechecked.rejected.size,
    settled: settled.size,
    moving: moving.size,
    kept,
    unseen: look.unseen + rechecked.unseen,
    reread: look.reread,
    completeness: look.completeness,
  };
}

/** Records on either side that are not compared. */
function asideOf(look: Look, { pending, undecided, kept, rechecked }: Judged): { source: number; cache: number } {
  const open = [...pending, ...undecided, ...rechecked.moving].map(([, one]) => one);
  const rejected = [...look.rejected.values(), ...rechecked.rejected.values()];
  const unseen = look.unseen + rechecked.unseen;
  return {
    source: open.filter(({ source }) => !isAbsent(source)).length + rejected.length,
    cache: open.filter(({ cache }) => !isAbsent(cache)).length + rejected.filter(Boolean).length + kept + unseen,
  };
}

/** The records the cache shows. */
export function heldInCache(look: Look, judged: Judged): number {
  const agreed = [...judged.rechecked.settled.values()].filter((state) => !isAbsent(state)).length;
  const different = judged.different.filter(([, { cache }]) => !isAbsent(cache)).length;
  return look.agreed.records + agreed + different + asideOf(look, judged).cache;
}

/** Why a comparison that found no difference proves nothing, to go on after "because"; null where it does. */
export function unprovedBecause({ completeness, unseen, undecided, undecidedRecords }: VerifyFacts): string | null {
  const reasons: string[] = [];
  if (!isComplete(completeness) && defends('unproved verify')) {
    const cut = unseen > 0 ? `, and ${recordsOf(unseen)} of the cache ${unseen === 1 ? 'was' : 'were'} not in it` : '';
    reasons.push(`the list of the source may be cut: ${completeness.reason}${cut}`);
  } else if (unseen > 0) {
    reasons.push(`${recordsOf(unseen)} of the cache could not be asked for`);
  }
  if (undecided > 0) {
    const named = undecidedRecords.slice(0, 5).map(({ key }) => key);
    reasons.push(
      `of ${recordsOf(undecided)} nothing tells whether ${undecided === 1 ? 'it' : 'they'} changed after the last pass ` +
        `(${named.join(', ')}${undecided > named.length ? ', …' : ''})`,
    );
  }
  return reasons.length === 0 ? null : reasons.join('; and ');
}

function recordsOf(count: number): string {
  return `${count} record${count === 1 ? '' : 's'}`;
}

/** Rows of a record that does not exist are a record that only the cache has, under the key the rows give. */
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
      if (isAbsent(state)) return;
      records += 1;
      checksum ^= digestNumber(state.digest);
    },
    facts: (aside: number): SideFacts => ({ records, aside, checksum: checksum.toString(16).padStart(15, '0') }),
  };
}

/** A report as the history keeps it. */
export function runOf(report: VerifyReport, startedAt: string): VerifyRun {
  const { system, stream, outcome } = report;
  const facts = 'different' in report ? report : null;
  const error = 'error' in report ? report.error : null;
  const unproved = report.outcome === 'UNPROVED' ? `Not proved, because ${report.unproved}.` : null;
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
    errorMessage: error?.message ?? unproved,
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
    return 'The source said so twice: compare the fields named in the report with it. verify --repair writes these records again.';
  }
  if (repair.left > 0) return `A repair takes on ${repair.found - repair.left} records at once: run it again.`;
  return repair.error
    ? `The repair did not get to its end: ${repair.error.message}`
    : 'A repair did not change that: compare the fields named in the report with the source.';
}

function kindOf({ source, cache }: Standing): Difference['kind'] {
  if (isAbsent(cache)) return 'MISSING';
  return isAbsent(source) ? 'EXTRA' : 'DIFFERENT';
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
