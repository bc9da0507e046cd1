import type { ExecutionResult } from 'graphql';
import type { z } from 'zod';
import type { Cache } from '../../cache/database/database.ts';
import type { Log } from '../../config/observability/log.ts';
import type { accessSettings } from '../../config/settings/access-settings.ts';
import { hubSettings, type Settings, type SourceSettings, sourceSettings } from '../../config/settings/settings.ts';
import { type CustomerGraph, createGraph } from '../../gateway/create-graph.ts';
import type { Lane } from '../../gateway/execution/choose-lane.ts';

/** Noon of the day the tests ask their questions on. */
const TODAY = '2026-03-01';

export interface GraphUnderTest {
  graph: CustomerGraph;
  settings: Settings;
  /** Runs one operation as one request; the answer as a client would see it. */
  ask(
    query: string,
    variables?: Record<string, unknown>,
    lane?: Lane,
    operationName?: string,
  ): Promise<ExecutionResult>;
  /** The data of an operation that must not fail. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared as plain JSON
  data(query: string, variables?: Record<string, unknown>): Promise<any>;
  /** SQL statements sent since the start. */
  statements(): string[];
}

const systems = ['erp', 'scm', 'crm', 'finance'];

export function graphUnderTest(
  cache: Cache,
  access?: z.input<typeof accessSettings>,
  streams: SourceSettings['streams'] = {},
  gateway: z.input<typeof hubSettings>['gateway'] = {},
  services: z.input<typeof hubSettings>['services'] = {},
  log?: Log,
): GraphUnderTest {
  const sent: string[] = [];
  const counting: Cache = {
    ...cache,
    query: (statement, parameters) => {
      sent.push(statement);
      return cache.query(statement, parameters);
    },
  };
  const settings = {
    ...hubSettings.parse({ gateway, services, ...(access && { access }) }),
    sources: Object.fromEntries(
      systems.map((system) => [system, { ...sourceSettings.parse({ kind: 'rest', title: `The ${system}` }), streams }]),
    ),
  };
  const graph = createGraph({
    cache: counting,
    settings,
    ...(log && { log }),
    now: () => Date.parse(`${TODAY}T12:00:00Z`),
  });

  async function ask(
    query: string,
    variables: Record<string, unknown> = {},
    lane?: Lane,
    operationName?: string,
  ): Promise<ExecutionResult> {
    const context = graph.createContext();
    const named = operationName === undefined ? {} : { operationName };
    const result = await graph.execute({ query, variables, context, ...(lane && { lane }), ...named });
    return JSON.parse(JSON.stringify(result)) as ExecutionResult;
  }

  async function data(query: string, variables?: Record<string, unknown>) {
    const result = await ask(query, variables);
    if (result.errors) throw new Error(`Expected no errors, got ${JSON.stringify(result.errors)}.`);
    return result.data;
  }

  return { graph, settings, ask, data, statements: () => sent };
}
