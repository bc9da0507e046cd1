import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Cache } from '../../cache/database/database.ts';
import type { ClockWatch } from '../../config/clock/clock-watch.ts';
import { hubTime } from '../../config/clock/hub-time.ts';
import type { Settings } from '../../config/settings/settings.ts';
import type { ServiceListener } from '../services/service-notices.ts';
import { BREAKER_STATES, createHealthGauges } from './health-gauges.ts';

/** What the hub tells Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** All of it in Prometheus' text format. */
  text(): Promise<string>;
  /** One GraphQL operation that was answered. */
  operation(seconds: number, outcome: 'ok' | 'error'): void;
  /** How many subscriptions are open. */
  subscriptions(open: number): void;
  /** Requests to the services that extend the graph. */
  readonly services: ServiceListener;
}

/** Tries over the wire of this process: system → outcome → how many. */
export type SourceTries = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface MetricsDependencies {
  cache: Cache;
  settings: Pick<Settings, 'sources'>;
  tries?: SourceTries | undefined;
  /** How often the clock of the machine was put back or forward. */
  clockJumps?: ClockWatch['jumps'] | undefined;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/** Bounds of the buckets of how long something took. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/**
 * What this process did (operations, requests to sources, memory, event loop), and what the cache knows of all
 * processes, read when it is asked for: every process answers the same there.
 */
export function createMetrics({
  cache,
  settings,
  tries = new Map(),
  clockJumps = { back: 0, forward: 0 },
  now = hubTime,
}: MetricsDependencies): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const health = createHealthGauges({ registry, cache, settings, now });
  const operations = new Histogram({
    name: 'customer360_graphql_operation_seconds',
    help: 'GraphQL operations this process answered, by how long they took.',
    labelNames: ['outcome'],
    buckets: SECONDS,
    registers: [registry],
  });
  const subscriptions = new Gauge({
    name: 'customer360_graphql_subscriptions',
    help: 'Subscriptions that are open at this process.',
    registers: [registry],
  });
  const serviceRequests = new Histogram({
    name: 'customer360_service_request_seconds',
    help: 'Requests of this process to the services that extend the graph, by how long they took and what they came to.',
    labelNames: ['service', 'outcome'],
    buckets: SECONDS,
    registers: [registry],
  });
  const serviceBreakers = new Gauge({
    name: 'customer360_service_breaker',
    help: '1 for the state that the breaker of a service is in at this process.',
    labelNames: ['service', 'state'],
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

  new Counter({
    name: 'customer360_clock_jumps_total',
    help: 'How often the clock of the machine was put back or forward while this process ran.',
    labelNames: ['direction'],
    registers: [registry],
    collect() {
      this.reset();
      for (const direction of ['back', 'forward'] as const) this.inc({ direction }, clockJumps[direction]);
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
    services: {
      asked: (service, outcome, seconds) => serviceRequests.observe({ service, outcome }, seconds),
      breaker(service, state) {
        for (const one of BREAKER_STATES) serviceBreakers.set({ service, state: one }, one === state ? 1 : 0);
      },
    },
  };
}
