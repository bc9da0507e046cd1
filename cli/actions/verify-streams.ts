import { createStatusStore } from '../../cache/streams/status-store.ts';
import type { HubError } from '../../config/errors.ts';
import { type Thoroughness, verify } from '../../sync-jobs/verify/verify.ts';
import {
  type Difference,
  type RepairFacts,
  unprovedBecause,
  type VerifyFacts,
  type VerifyReport,
} from '../../sync-jobs/verify/verify-report.ts';
import type { Hub } from '../compose.ts';
import { createProgress, nameOf } from '../terminal/progress.ts';
import { type Terminal, table } from '../terminal/terminal.ts';
import { eachStream } from './each-stream.ts';
import type { StreamChoice } from './select-streams.ts';

export interface VerifyStreams {
  hub: Hub;
  streams: readonly StreamChoice[];
  signal: AbortSignal;
  terminal: Terminal;
  /** As far as the sources can; `proof` when left out. */
  thoroughness?: Thoroughness;
  /** Write what differs again. */
  repair?: boolean;
  quiet?: boolean;
}

/** Verifies each stream with progress. */
export async function verifyStreams(options: VerifyStreams): Promise<VerifyReport[]> {
  const { hub, streams, signal, terminal, thoroughness = 'proof', repair = false, quiet = false } = options;
  const states = await createStatusStore(hub.cache).streams();
  const totals = new Map(states.map((state) => [nameOf(state), state.records]));
  // Off a terminal the table at the end says it all.
  const progress = createProgress({ terminal, streams, totals, quiet: quiet || !terminal.moving });
  try {
    return await eachStream(streams, async (choice) => {
      const onProgress = ({ compared }: { compared: number }) =>
        progress.update(choice, compared, `${compared.toLocaleString('en-US')} compared`);
      const report = await verify({ ...hub.requestFor(choice, signal), thoroughness, repair, onProgress });
      progress.finish(choice, outcomeOf(report));
      return report;
    });
  } finally {
    progress.stop();
  }
}

/** Counts and checksums of all streams, then what differs. */
export function describeReports(reports: readonly VerifyReport[]): string {
  const headings = [
    'STREAM',
    'METHOD',
    'SOURCE',
    'CACHE',
    'SOURCE CHECKSUM',
    'CACHE CHECKSUM',
    'QUARANTINED',
    'RESULT',
  ];
  const rows = reports.map((report) =>
    'source' in report
      ? [
          nameOf(report),
          report.method,
          report.source.records,
          report.cache.records,
          report.source.checksum.slice(0, 16),
          report.cache.checksum.slice(0, 16),
          report.rejected,
          outcomeOf(report),
        ]
      : [nameOf(report), null, null, null, null, null, null, outcomeOf(report)],
  );
  const details = reports.flatMap((report) => [
    ...('repair' in report && report.repair ? describeRepair(report, report.repair) : []),
    ...(report.outcome === 'DIFFERENT' ? describeDifferences(report) : []),
    ...('undecided' in report ? describeUndecided(report) : []),
  ]);
  const equal = reports.filter((report) => report.outcome === 'EQUAL').length;
  const verdict =
    equal === reports.length
      ? `The cache equals the sources: ${reports.length} of ${reports.length} streams.`
      : `${equal} of ${reports.length} streams equal their source.`;
  const unrepaired = reports.some((report) => report.outcome === 'DIFFERENT' && !report.repair);
  const advice = unrepaired ? ['customer360 verify --repair writes the records that differ again.'] : [];
  return [
    table(headings, rows),
    ...describeMethods(reports),
    ...describeDoubts(reports),
    ...details,
    verdict,
    ...advice,
  ].join('\n');
}

/** A report as `--json` prints it. */
export function reportAsJson(report: VerifyReport): object {
  const repair = 'repair' in report ? report.repair : undefined;
  return {
    ...report,
    ...(repair ? { repair: { ...repair, error: repair.error && errorAsJson(repair.error) } } : {}),
    ...('error' in report ? { error: errorAsJson(report.error) } : {}),
  };
}

function errorAsJson({ code, message }: HubError): object {
  return { code, message };
}

function outcomeOf(report: VerifyReport): string {
  switch (report.outcome) {
    case 'EQUAL':
      return `equal${newsOf(report)}`;
    case 'UNPROVED':
      return `unproved${newsOf(report)}`;
    case 'DIFFERENT':
      return `DIFFERENT: ${report.missing} missing, ${report.extra} extra, ${report.different} different`;
    case 'FAILED':
      return `FAILED ${report.error.code}: ${report.error.message}`;
    case 'STOPPED':
      return 'stopped';
  }
}

/** What the cache is behind with, which is no difference. */
function newsOf({ pending, moving }: { pending: number; moving: number }): string {
  const news = [
    ...(pending > 0 ? [`${pending} changed since the last pass`] : []),
    ...(moving > 0 ? [`${moving} still changing`] : []),
  ];
  return news.length === 0 ? '' : ` (${news.join(', ')})`;
}

/** Why streams are not proved to be equal beside the differences that were found. */
function describeDoubts(reports: readonly VerifyReport[]): string[] {
  return reports.flatMap((report) => {
    if (report.outcome === 'UNPROVED') {
      return [`${nameOf(report)} is not proved to be equal, because ${report.unproved}.`];
    }
    const reason = report.outcome === 'DIFFERENT' ? unprovedBecause(report) : null;
    return reason === null ? [] : [`${nameOf(report)} may differ in more records, because ${reason}.`];
  });
}

/** Every database could be compared by checksums; where one was not, somebody may want to know why. */
function describeMethods(reports: readonly VerifyReport[]): string[] {
  const streams = new Map<string, string[]>();
  for (const report of reports) {
    if (!('reason' in report) || report.reason === null || report.method === 'CHECKSUM') continue;
    const how = report.method === 'RECORDS' ? 'Read in full' : 'Compared by keys and change stamps';
    const why = `${how}, because ${report.reason}`;
    streams.set(why, [...(streams.get(why) ?? []), nameOf(report)]);
  }
  return [...streams].map(([why, names]) => `${why}: ${names.join(', ')}.`);
}

function describeRepair(report: VerifyReport, { found, repaired, left, error }: RepairFacts): string[] {
  if (found === 0) return [];
  const name = nameOf(report);
  return [
    '',
    `${name}: ${repaired} of ${found} differing records repaired.`,
    ...(error ? [`  The repair did not get to its end: ${error.code}: ${error.message}`] : []),
    ...(left > 0 ? [`  ${left} more than one repair takes on: run customer360 verify ${name} --repair again.`] : []),
  ];
}

function describeDifferences(report: Extract<VerifyReport, { outcome: 'DIFFERENT' }>): string[] {
  const all = report.missing + report.extra + report.different;
  const unlisted = all - report.differences.length;
  return [
    '',
    `${nameOf(report)} differs in ${all} records:`,
    ...report.differences.flatMap(describeDifference),
    ...(unlisted > 0 ? [`  … and ${unlisted} more`] : []),
  ];
}

function describeUndecided(report: VerifyFacts): string[] {
  const { undecided, undecidedRecords } = report;
  if (undecided === 0) return [];
  const name = nameOf(report);
  const unlisted = undecided - undecidedRecords.length;
  return [
    '',
    `${name} differs in ${undecided} ${undecided === 1 ? 'record that has' : 'records that have'} no change stamp to tell whether that is news:`,
    ...undecidedRecords.flatMap(describeDifference),
    ...(unlisted > 0 ? [`  … and ${unlisted} more`] : []),
    `  customer360 sync ${name} and customer360 reconcile ${name} bring what is new; verify it again after them.`,
  ];
}

function describeDifference({ key, kind, fields }: Difference): string[] {
  const what = { MISSING: 'is missing in the cache', EXTRA: 'is only in the cache', DIFFERENT: 'differs' }[kind];
  return [`  ${key} ${what}`, ...fields.map((field) => `    ${describeField(field)}`)];
}

function describeField({ entity, key, field, source, cache }: Difference['fields'][number]): string {
  return `${entity} ${key} ${field}: source ${textOf(source)}, cache ${textOf(cache)}`;
}

function textOf(value: string | null): string {
  return value === null ? 'nothing' : JSON.stringify(value);
}
