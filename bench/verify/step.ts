import { openCache } from '../../cache/database/open-cache.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import type { Connector } from '../../connectors/connector.ts';
import { connect } from '../../connectors/kinds.ts';
import { runSync } from '../../sync-jobs/pass/run-sync.ts';
import { verify } from '../../sync-jobs/verify/verify.ts';
import { orderTableSettings, STREAM, SYSTEM } from './order-table.ts';

/** What one process of the benchmark does: it is told in its arguments, and sends what came of it. */
export type Step = 'sync' | 'read' | 'verify' | 'verify-full';

export interface StepResult {
  seconds: number;
  /** CPU seconds of the process. */
  own: number;
  /** Peak resident memory in MB. */
  peak: number;
  /** Records of the stream. */
  records: number;
  /** Records read by their key. */
  readByKey: number;
  outcome: string;
}

const [, , step, sourceUrl = '', cacheUrl = ''] = process.argv;
const settings = orderTableSettings(sourceUrl);
const connector = connect({ system: SYSTEM, settings });
const cache = await openCache({ url: cacheUrl, poolSize: 8 });
let readByKey = 0;
const counted: Connector = {
  ...connector,
  readByKeys: (stream, keys, signal) => {
    readByKey += keys.length;
    return connector.readByKeys(stream, keys, signal);
  },
};
const request = {
  ...{
    system: SYSTEM,
    stream: STREAM,
    source: settings,
    connector: counted,
    cache,
    identity: hubSettings.parse({}).identity,
  },
  ...{ priorities: {}, owner: 'bench', log: createLog({ level: 'warn' }), signal: new AbortController().signal },
};
// The connections are there before the clock runs.
await connector.now(request.signal);
const before = process.cpuUsage();
const started = performance.now();
const { records, outcome } = await perform(step as Step);
const seconds = (performance.now() - started) / 1_000;
const { user, system } = process.cpuUsage(before);
const peak = process.resourceUsage().maxRSS / 1_024;
const result: StepResult = { seconds, own: (user + system) / 1e6, peak, records, readByKey, outcome };
process.send?.(result);
await connector.close();
await cache.close();

async function perform(which: Step): Promise<{ records: number; outcome: string }> {
  switch (which) {
    case 'sync': {
      const run = await runSync(request);
      return { records: run.read, outcome: run.outcome === 'FAILED' ? run.error.message : run.outcome };
    }
    case 'read': {
      let records = 0;
      for await (const page of connector.pull(STREAM, { since: null, resume: null }, request.signal)) {
        records += page.records.length;
      }
      return { records, outcome: 'READ' };
    }
    case 'verify':
    case 'verify-full': {
      const report = await verify({ ...request, thoroughness: which === 'verify' ? 'proof' : 'full' });
      const told = 'different' in report ? `${report.outcome} by ${report.method}` : report.outcome;
      const why = 'error' in report && !('different' in report) ? `: ${report.error.message}` : '';
      return { records: 'source' in report ? report.source.records : 0, outcome: told + why };
    }
  }
}
