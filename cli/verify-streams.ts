import { createStatusStore } from '../cache/status-store.ts';
import { verify } from '../sync-jobs/verify.ts';
import type { Difference, VerifyReport } from '../sync-jobs/verify-report.ts';
import type { Hub } from './compose.ts';
import { eachStream } from './each-stream.ts';
import { createProgress, nameOf } from './progress.ts';
import type { StreamChoice } from './select-streams.ts';
import { type Terminal, table } from './terminal.ts';

export interface VerifyStreams {
  hub: Hub;
  streams: readonly StreamChoice[];
  signal: AbortSignal;
  terminal: Terminal;
  quiet?: boolean;
}

/** Verifies each stream with progress. */
export async function verifyStreams(options: VerifyStreams): Promise<VerifyReport[]> {
  const { hub, streams, signal, terminal, quiet = false } = options;
  const states = await createStatusStore(hub.cache).streams();
  const totals = new Map(states.map((state) => [nameOf(state), state.records]));
  // Off a terminal the table at the end says it all.
  const progress = createProgress({ terminal, streams, totals, quiet: quiet || !terminal.moving });
  try {
    return await eachStream(streams, async (choice) => {
      const onProgress = ({ compared }: { compared: number }) =>
        progress.update(choice, compared, `${compared.toLocaleString('en-US')} compared`);
      const report = await verify({ ...hub.requestFor(choice, signal), onProgress });
      progress.finish(choice, outcomeOf(report));
      return report;
    });
  } finally {
    progress.stop();
  }
}

/** Counts and checksums of all streams, then what differs. */
export function describeReports(reports: readonly VerifyReport[]): string {
  const headings = ['STREAM', 'SOURCE', 'CACHE', 'SOURCE CHECKSUM', 'CACHE CHECKSUM', 'QUARANTINED', 'RESULT'];
  const rows = reports.map((report) =>
    'source' in report
      ? [
          nameOf(report),
          report.source.records,
          report.cache.records,
          report.source.checksum.slice(0, 16),
          report.cache.checksum.slice(0, 16),
          report.rejected,
          outcomeOf(report),
        ]
      : [nameOf(report), null, null, null, null, null, outcomeOf(report)],
  );
  const details = reports.flatMap((report) => (report.outcome === 'DIFFERENT' ? describeDifferences(report) : []));
  const equal = reports.filter((report) => report.outcome === 'EQUAL').length;
  const verdict =
    equal === reports.length
      ? `The cache equals the sources: ${reports.length} of ${reports.length} streams.`
      : `${equal} of ${reports.length} streams equal their source.`;
  return [table(headings, rows), ...details, verdict].join('\n');
}

/** A report as `--json` prints it. */
export function reportAsJson(report: VerifyReport): object {
  if (!('error' in report)) return report;
  const { error, ...facts } = report;
  return { ...facts, error: { code: error.code, message: error.message } };
}

function outcomeOf(report: VerifyReport): string {
  switch (report.outcome) {
    case 'EQUAL':
      return report.moving > 0 ? `equal (${report.moving} still changing)` : 'equal';
    case 'DIFFERENT':
      return `DIFFERENT: ${report.missing} missing, ${report.extra} extra, ${report.different} different`;
    case 'FAILED':
      return `FAILED ${report.error.code}: ${report.error.message}`;
    case 'STOPPED':
      return 'stopped';
  }
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
