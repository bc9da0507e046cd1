import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openHub } from '../../cli/compose.ts';
import { readSettings } from '../../cli/read-settings.ts';
import { refreshAll } from '../../customer-360/insight/refresh-insight.ts';
import { runSync } from '../../sync-jobs/pass/run-sync.ts';
import { reconcile } from '../../sync-jobs/reconcile/reconcile.ts';
import { verify } from '../../sync-jobs/verify/verify.ts';

/** A whole hub with a fresh cache, made from a settings file as a user would write it. */
export interface AcceptanceHub {
  /** One pass of every stream. Throws where one does not succeed or puts a record into quarantine. */
  sync(): Promise<void>;
  /** Compares all keys and removes what is gone from the source. */
  reconcile(): Promise<void>;
  /** Compares every record of the source with the cache; the number of streams in which they differ. */
  verify(): Promise<number>;
  /** The numbers about all customers, as of the end of that day. */
  workOutNumbers(day: string): Promise<void>;
  /** Asks the graph over HTTP. */
  ask<T>(query: string, variables?: object): Promise<T>;
  close(): Promise<void>;
}

export interface AcceptanceHubOptions {
  system: string;
  /** The source's part of the settings file; secrets as `${NAME}`. */
  source: object;
  /** `mysql://…` of an empty database; a SQLite file that is thrown away when left out. */
  cacheUrl: string | undefined;
  say(line: string): void;
}

export async function startAcceptanceHub(options: AcceptanceHubOptions): Promise<AcceptanceHub> {
  const { system, source, cacheUrl, say } = options;
  const folder = mkdtempSync(join(tmpdir(), 'c360-accept-'));
  const file = join(folder, 'customer360.yaml');
  const settingsText = {
    database: { url: cacheUrl ?? `sqlite:${join(folder, 'cache.db')}` },
    gateway: { port: 0 },
    log: { level: 'warn' },
    sources: { [system]: source },
  };
  writeFileSync(file, stringify(settingsText));
  const hub = await openHub(readSettings(file, process.env));
  const gateway = await hub.gateway();
  const url = await gateway.listen();
  const { signal } = new AbortController();
  const streams = Object.keys(hub.settings.sources[system]?.streams ?? {});

  async function eachStream(job: typeof runSync | typeof reconcile, name: string): Promise<void> {
    for (const stream of streams) {
      const started = Date.now();
      const run = await job(hub.requestFor({ system, stream }, signal));
      const { outcome, mode, read, changed, deleted, quarantined } = run;
      const counts = `${read} read, ${changed} changed, ${deleted} deleted, ${quarantined} quarantined`;
      say(
        `  ${name} ${stream.padEnd(20)} ${(mode ?? outcome).toLowerCase().padEnd(12)} ${counts}, ${Date.now() - started} ms`,
      );
      if (outcome === 'FAILED' || outcome === 'BUSY') throw run.error;
      if (quarantined > 0)
        throw new Error(`Expected every record of ${stream} to fit, got ${quarantined} in quarantine.`);
    }
  }

  return {
    sync: () => eachStream(runSync, 'sync'),
    reconcile: () => eachStream(reconcile, 'reconcile'),
    async verify() {
      let unequal = 0;
      for (const stream of streams) {
        const { onProgress: _, ...request } = hub.requestFor({ system, stream }, signal);
        const report = await verify(request);
        const compared = 'source' in report ? `${report.source.records} records` : '';
        const why = 'error' in report ? report.error.message : '';
        say(`  verify ${stream.padEnd(20)} ${report.outcome.toLowerCase().padEnd(10)} ${compared} ${why}`.trimEnd());
        if (report.outcome !== 'EQUAL') unequal += 1;
      }
      return unequal;
    },
    async workOutNumbers(day) {
      const { cache, owner } = hub;
      const now = () => Date.parse(`${day}T23:00:00Z`);
      const refreshed = await refreshAll({ cache, settings: hub.settings.insight, holder: owner, now });
      if (refreshed.outcome !== 'DONE') throw new Error(`Expected the numbers to be worked out: ${refreshed.outcome}.`);
    },
    async ask<T>(query: string, variables: object = {}): Promise<T> {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const answer = (await response.json()) as { data?: T; errors?: { message: string }[] };
      const [error] = answer.errors ?? [];
      if (error || !answer.data) throw new Error(`The graph answered: ${error?.message ?? `HTTP ${response.status}`}`);
      return answer.data;
    },
    async close() {
      await gateway.close();
      await hub.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
