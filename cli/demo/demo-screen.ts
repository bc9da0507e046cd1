import type { StreamStatus } from '../../cache/streams/status-store.ts';
import type { SyncRun } from '../../sync-jobs/pass/sync-run.ts';
import { describeRun } from '../actions/sync-streams.ts';
import type { HubSettings } from '../read-settings.ts';
import { table } from '../terminal/terminal.ts';

export interface DemoFacts {
  url: string;
  settings: HubSettings;
  settingsFile: string;
  streams: readonly StreamStatus[];
  runs: readonly SyncRun[];
  seconds: number;
  changes: boolean;
}

const firstQuery =
  '{ customers(first: 3) { totalCount nodes { displayName orders(first: 2) { nodes { orderNumber stage } } } } }';

/** What somebody sees who has just typed `npm start`. */
export function describeDemo({ url, settings, settingsFile, streams, runs, seconds, changes }: DemoFacts): string {
  const rows = Object.entries(settings.sources).map(([system, { title, kind, streams: own }]) => {
    const mine = streams.filter((stream) => stream.system === system);
    const sum = (of: (stream: StreamStatus) => number) => mine.reduce((total, stream) => total + of(stream), 0);
    return [title ?? system, kind, Object.keys(own).length, sum((s) => s.records), sum((s) => s.quarantined)];
  });
  const failed = runs.filter((run) => run.outcome === 'FAILED' || run.outcome === 'BUSY');
  const indented = (text: string) => text.replace(/^/gm, '  ');
  return [
    '',
    `customer360 is ready: four systems read in ${seconds} s.`,
    '',
    indented(table(['SYSTEM', 'KIND', 'STREAMS', 'RECORDS', 'QUARANTINED'], rows)),
    ...failed.map((run) => `\n  ${run.system}/${run.stream}: ${describeRun(run)}`),
    '',
    `  Graph     ${url}`,
    `  GraphiQL  ${url} in a browser: example operations are ready`,
    ...(changes ? ['  The systems keep changing, and the cache follows every few seconds.'] : []),
    '',
    '  A first query:',
    `  curl -s ${url} -H 'content-type: application/json' \\`,
    `    -d '{"query": "${firstQuery}"}'`,
    '',
    '  The proof that the cache equals the systems, and how they stand:',
    `  npm run customer360 -- verify --settings ${settingsFile}`,
    `  npm run customer360 -- status --settings ${settingsFile}`,
    '',
    '  Ctrl+C stops it.',
  ].join('\n');
}
