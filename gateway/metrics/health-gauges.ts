import { Gauge, type Registry } from 'prom-client';
import type { Cache } from '../../cache/database/database.ts';
import { lookAtClock } from '../../cache/database/look-at-clock.ts';
import { createHealthStore, type Health } from '../../cache/streams/health-store.ts';
import type { Settings } from '../../config/settings/settings.ts';
import { streamAge } from '../../customer-360/freshness.ts';
import { instantOf, millisecondsOf } from '../../schema/time.ts';

interface HealthGaugesDependencies {
  registry: Registry;
  cache: Cache;
  settings: Pick<Settings, 'sources'>;
  now: () => number;
}

const HOUR = 3_600_000;
/** Somebody who asks again and again costs the database no more than this. */
const HELD_FOR = 1_000;
export const BREAKER_STATES = ['CLOSED', 'HALF_OPEN', 'OPEN'] as const;

/** What the cache knows of sources and streams, as gauges. */
export function createHealthGauges({ registry, cache, settings, now }: HealthGaugesDependencies) {
  const store = createHealthStore(cache);
  const all: Gauge[] = [];
  const gauge = (name: string, help: string, ...labelNames: string[]): Gauge => {
    const made = new Gauge({ name: `customer360_${name}`, help, labelNames, registers: [registry] });
    all.push(made);
    return made;
  };
  const ofStream = (name: string, help: string, ...more: string[]) => gauge(name, help, 'source', 'stream', ...more);

  const up = gauge('cache_up', '1: the cache database answers. 0: it does not, and what it knows is missing here.');
  const age = ofStream('stream_age_seconds', 'Since the cache held all that the stream had; missing before that.');
  const late = ofStream('stream_late_seconds', 'How much of the age its schedule does not explain.');
  const failures = ofStream('stream_failures', 'Passes in a row that failed.');
  const quarantined = ofStream('stream_quarantined_records', 'Records that do not fit.');
  const drift = ofStream('stream_drift_events', "Changes of the records' shape that nobody has accepted.");
  const differences = ofStream('stream_verify_differences', 'What the last verify found different; missing before it.');
  const verifyAge = ofStream('stream_verify_age_seconds', 'Since the last verify; missing before it.');
  const complete = ofStream(
    'stream_complete',
    '1: the last full read proved that it gave all records. 0: that is unknown. Missing before the first.',
  );
  const runs = ofStream('sync_runs_last_hour', 'Runs of the last hour by how they ended.', 'outcome');
  const records = ofStream('sync_records_last_hour', 'Records of the runs of the last hour.', 'what');
  const breaker = gauge('source_breaker', '1 for the state the breaker of a source is in.', 'source', 'state');

  function show(health: Health, at: number): void {
    for (const [source, { streams, schedule }] of Object.entries(settings.sources)) {
      const state = health.breakers.find(({ system }) => system === source)?.state ?? 'CLOSED';
      for (const one of BREAKER_STATES) breaker.set({ source, state: one }, one === state ? 1 : 0);
      for (const [stream, own] of Object.entries(streams)) {
        const labels = { source, stream };
        const isIt = (row: { system: string; stream: string }) => row.system === source && row.stream === stream;
        const known = health.streams.find(isIt);
        const times = streamAge({ lastSuccessAt: known?.lastSuccessAt ?? null }, own.schedule ?? schedule, at);
        if (times.ageSeconds !== null) age.set(labels, times.ageSeconds);
        if (times.lagSeconds !== null) late.set(labels, times.lagSeconds);
        failures.set(labels, known?.failures ?? 0);
        quarantined.set(labels, health.quarantined.find(isIt)?.count ?? 0);
        drift.set(labels, health.drift.find(isIt)?.count ?? 0);
        if (known?.lastVerifyAt) verifyAge.set(labels, (at - millisecondsOf(known.lastVerifyAt)) / 1_000);
        if (known?.completeness) complete.set(labels, known.completeness.status === 'UNKNOWN' ? 0 : 1);
        if (known && known.lastVerifyDifferences !== null) differences.set(labels, known.lastVerifyDifferences);
      }
    }
    for (const { system: source, stream, outcome, count, read, changed, deleted, quarantined: aside } of health.runs) {
      const labels = { source, stream };
      runs.set({ ...labels, outcome }, count);
      for (const [what, n] of Object.entries({ read, changed, deleted, quarantined: aside })) {
        records.inc({ ...labels, what }, n);
      }
    }
  }

  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> = Promise.resolve();

  async function read(at: number): Promise<void> {
    await lookAtClock(cache).catch(() => undefined);
    const health = await store.read({ now: instantOf(at), runsSince: instantOf(at - HOUR) }).catch(() => null);
    for (const one of all) one.reset();
    up.set(health ? 1 : 0);
    if (health) show(health, at);
  }

  return {
    /** Reads the cache anew; of many who ask at once, one does. */
    refresh(): Promise<void> {
      const at = now();
      if (at - readAt >= HELD_FOR || at < readAt) {
        readAt = at;
        reading = read(at);
      }
      return reading;
    },
  };
}
