import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecutionResult, execute, type GraphQLSchema, printSchema } from 'graphql';
import { HubError } from '../../config/errors.ts';
import type { Log } from '../../config/observability/log.ts';
import { redactText } from '../../config/observability/redact.ts';
import type { ServiceSettings } from '../../config/settings/service-settings.ts';
import type { Settings } from '../../config/settings/settings.ts';
import type { BreakerNote } from '../../connectors/source-notices.ts';
import { instantOf } from '../../schema/time.ts';
import { stitchSupergraph } from '../execution/stitch.ts';
import { federationSubgraph, plainSubgraph } from './as-subgraph.ts';
import { createServiceCaller, type ServiceCaller, type ServiceRequest } from './call-service.ts';
import { type Composition, composeGraph, type HubPart, type ServicePart } from './compose-graph.ts';
import { readServiceSchema } from './read-schema.ts';
import type { ServiceListener, ServiceNotices } from './service-notices.ts';

/** How a service stands. */
export interface ServiceState {
  name: string;
  title: string | null;
  kind: ServiceSettings['kind'];
  /** Where it is, without a login. */
  url: string | null;
  /**
   * `READY`: in the graph as it was last seen. `UNREACHABLE`: its schema could not be had. `REJECTED`: its schema does
   * not fit. In both, its last good schema stays in the graph, if there ever was one.
   */
  status: 'PENDING' | 'READY' | 'UNREACHABLE' | 'REJECTED';
  /** Of the SDL that is in the graph; null while it is not. */
  schemaHash: string | null;
  /** Instant. */
  checkedAt: string | null;
  /** What is wrong, without secrets. */
  error: string | null;
}

/** The services that extend the graph, looked at again and again. */
export interface Services {
  /** How they stand, in the order of the settings. */
  states(): readonly ServiceState[];
  /** The graph with what they add; null while none of them adds anything. */
  composition(): Composition | null;
  /** Tells how they answer, and how their breakers are, now and whenever one changes. */
  watch(listener: ServiceListener): void;
  /** Looks at all of them once, and composes the graph anew where one is another. */
  refresh(): Promise<void>;
  /** Looks at all of them, then at each as often as its settings say. */
  start(): Promise<void>;
  stop(): void;
}

interface ServicesDependencies {
  settings: Settings['services'];
  /** Made when the first service is there. */
  hub: () => HubPart;
  log?: Log | undefined;
  /** Called when the graph is another. */
  onComposed?: (composition: Composition) => void;
  /** Milliseconds; for tests. */
  now?: () => number;
}

interface Service {
  name: string;
  settings: ServiceSettings;
  /** Asks the service, or one subgraph of a supergraph. */
  callerAt(address: string): ServiceCaller;
  callers: Map<string, ServiceCaller>;
  /** Address → how its breaker is. */
  breakers: Map<string, BreakerNote['state']>;
  state: ServiceState;
  /** What of it is in the graph. */
  part: ServicePart | null;
  /** What was tried last: an SDL beside the others as they were. The same again comes to the same. */
  tried: string | null;
}

/** Nothing is asked before `start` or `refresh`. */
export function createServices({
  settings,
  hub,
  log,
  onComposed = () => undefined,
  now = Date.now,
}: ServicesDependencies): Services {
  const listeners: ServiceListener[] = [];
  const services = Object.entries(settings).map(([name, each]) =>
    createService(name, each, {
      asked: (...told) => tellAll((listener) => listener.asked(...told)),
      breaker: (...told) => tellAll((listener) => listener.breaker(...told)),
    }),
  );
  let composed: Composition | null = null;
  /** How often the graph became another. */
  let generation = 0;
  /** Looks come one after another: each composes with what the one before left. */
  let last: Promise<void> = Promise.resolve();
  let stopping = new AbortController();

  return {
    states: () => services.map(({ state }) => ({ ...state })),
    composition: () => composed,
    watch(listener) {
      listeners.push(listener);
      for (const { name, breakers } of services) listener.breaker(name, worst(breakers.values()));
    },
    refresh: async () => void (await Promise.all(services.map(look))),
    async start() {
      stopping = new AbortController();
      await Promise.all(services.map(look));
      for (const service of services) void watch(service, stopping.signal);
    },
    stop() {
      stopping.abort();
      for (const { callers } of services) for (const caller of callers.values()) caller.close();
    },
  };

  function tellAll(tell: (listener: ServiceListener) => void): void {
    for (const listener of listeners) tell(listener);
  }

  async function watch(service: Service, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(service.settings.refresh, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await look(service);
    }
  }

  /** Reads the schema of a service and takes it into the graph. Never rejects. */
  async function look(service: Service): Promise<void> {
    const { name } = service;
    try {
      const sdl = await readServiceSchema(name, service.settings, (request) => ask(service, request));
      last = last.then(() => take(service, sdl));
      await last;
    } catch (error) {
      note(service, 'UNREACHABLE', error);
    }
  }

  function take(service: Service, sdl: string): void {
    const hash = createHash('sha256').update(sdl).digest('hex').slice(0, 16);
    const trial = `${hash} beside ${generation}`;
    try {
      if (hash === service.state.schemaHash) {
        note(service, 'READY');
        return;
      }
      if (trial === service.tried) throw new Error(service.state.error ?? 'as before');
      service.tried = trial;
      const part = partOf(service, sdl);
      const others = services.flatMap((each) => (each !== service && each.part ? [each.part] : []));
      composed = composeGraph(hub(), [...others, part]);
      generation += 1;
      service.part = part;
      service.state.schemaHash = hash;
      note(service, 'READY');
      onComposed(composed);
    } catch (error) {
      note(service, 'REJECTED', error);
    }
  }

  function note(service: Service, status: ServiceState['status'], error?: unknown): void {
    const before = service.state;
    const message =
      error === undefined || error === null ? null : redactText(error instanceof Error ? error.message : String(error));
    service.state = { ...before, status, error: message, checkedAt: instantOf(now()) };
    if (before.status === status && before.error === message) return;
    const told = { service: service.name, status, schemaHash: service.state.schemaHash };
    if (status === 'READY') log?.info(told, 'A service is in the graph');
    else log?.warn({ ...told, error: message }, 'A service could not be taken as it is; what was known of it stays');
  }

  function partOf(service: Service, sdl: string): ServicePart {
    const { name, settings: each } = service;
    const { requires, queries, forwardAuthorization } = each;
    const passing = (run: ServicePart['execute']): ServicePart['execute'] =>
      forwardAuthorization ? run : (request) => run({ ...request, authorization: undefined });
    const common = { name, requires, execute: passing((request) => ask(service, request)) };
    if (each.kind === 'federation') {
      return { ...common, entries: {}, document: federationSubgraph({ name, sdl, hub: hub().plain, queries }) };
    }
    const extensions = each.extends;
    if (each.kind === 'graphql')
      return { ...common, ...plainSubgraph({ name, sdl, hub: hub().plain, queries, extensions }) };
    const schema = supergraphSchema(sdl, service);
    return {
      ...common,
      ...plainSubgraph({ name, sdl: printSchema(schema), hub: hub().plain, queries, extensions }),
      execute: passing((request) => executeSupergraph(schema, request)),
    };
  }
}

function createService(name: string, settings: ServiceSettings, listener: ServiceListener): Service {
  const callers = new Map<string, ServiceCaller>();
  const breakers: Service['breakers'] = new Map();
  const url = 'url' in settings ? settings.url : null;
  return {
    name,
    settings,
    callers,
    breakers,
    callerAt(address) {
      const caller = callers.get(address) ?? createServiceCaller(name, address, settings, noticesOf(address));
      callers.set(address, caller);
      return caller;
    },
    state: {
      name,
      title: settings.title ?? null,
      kind: settings.kind,
      url: url && redactText(url),
      status: 'PENDING',
      schemaHash: null,
      checkedAt: null,
      error: null,
    },
    part: null,
    tried: null,
  };

  function noticesOf(address: string): ServiceNotices {
    return {
      asked: (outcome, seconds) => listener.asked(name, outcome, seconds),
      breaker(state) {
        breakers.set(address, state);
        listener.breaker(name, worst(breakers.values()));
      },
    };
  }
}

function worst(states: Iterable<BreakerNote['state']>): BreakerNote['state'] {
  const all = new Set(states);
  return all.has('OPEN') ? 'OPEN' : all.has('HALF_OPEN') ? 'HALF_OPEN' : 'CLOSED';
}

function ask({ settings, callerAt }: Service, request: ServiceRequest): Promise<ExecutionResult> {
  if (settings.kind === 'supergraph') throw new TypeError('Expected a service with an address of its own.');
  return callerAt(settings.url).execute(request);
}

/** A supergraph as one schema: its subgraphs are asked at the addresses it has for them. */
function supergraphSchema(supergraphSdl: string, { name, callerAt }: Service): GraphQLSchema {
  try {
    return stitchSupergraph({
      supergraphSdl,
      subgraphAt: (address) => ({
        execute: ({ document, variables, context }) =>
          callerAt(address).execute({ document, variables, ...(context as Passed) }) as Promise<never>,
      }),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HubError('SERVICE_SCHEMA_INVALID', `Expected of the service ${name} a supergraph: ${why}.`, {
      source: name,
    });
  }
}

/** What of a request goes on to the subgraphs. */
type Passed = Pick<ServiceRequest, 'authorization' | 'signal'>;

async function executeSupergraph(schema: GraphQLSchema, request: ServiceRequest): Promise<ExecutionResult> {
  const { document, variables, authorization, signal } = request;
  const contextValue: Passed = { authorization, signal };
  return execute({ schema, document, variableValues: variables, contextValue });
}
