import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Cache } from '../../cache/cache.ts';
import type { Settings } from '../../config/settings.ts';
import { createHealthGauges } from './health-gauges.ts';

/** What the hub tells Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** All of it in Prometheus' text format. */
  text(): Promise<string>;
  /** One GraphQL operation that was answered. */
  operation(seconds: number, outcome: 'ok' | 'error'): void;
  /** How many subscriptions are open. */
  subscriptions(open: number): void;
}

/** Tries over the wire of this process: system → outcome → how many. */
export type SourceTries = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface MetricsDependencies {
  cache: Cache;
  settings: Pick<Settings, 'sources'>;
  tries?: SourceTries | undefined;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/**
 * What this process did (operations, requests to sources, memory, event loop), and what the cache knows of all
 * processes, read when it is asked for: every process answers the same there.
 */
export function createMetrics({ cache, settings, tries = new Map(), now = Date.now }: MetricsDependencies): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const health = createHealthGauges({ registry, cache, settings, now });
  const operations = new Histogram({
    name: 'customer360_graphql_operation_seconds',
    help: 'GraphQL operations this process answered, by how long they took.',
    labelNames: ['outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers: [registry],
  });
  const subscriptions = new Gauge({
    name: 'customer360_graphql_subscriptions',
    help: 'Subscriptions that are open at this process.',
    registers: [registry],
  });
  new Counter({
    name: 'customer360_source_requests_total',
    help: 'Requests of this process to the sources, by what they came to; each try counts.',
    labelNames: ['source', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [source, outcomes] of tries) {
        for (const [outcome, count] of outcomes) this.inc({ source, outcome }, count);
      }
    },
  });

  return {
    contentType: registry.contentType,
    async text() {
      await health.refresh();
      return registry.metrics();
    },
    operation: (seconds, outcome) => operations.observe({ outcome }, seconds),
    subscriptions: (open) => subscriptions.set(open),
  };
}
