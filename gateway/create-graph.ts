import { createHash } from 'node:crypto';
import { type ExecutionResult, type GraphQLSchema, printSchema } from 'graphql';
import { createAccessAuditStore } from '../cache/access/access-audit-store.ts';
import { createChangeLog } from '../cache/changes/change-log.ts';
import type { Cache } from '../cache/database/database.ts';
import { createCustomerStore } from '../cache/records/customer-store.ts';
import { ordersOfCustomer, partiesOfCustomer } from '../cache/records/order-store.ts';
import { hubTime } from '../config/clock/hub-time.ts';
import type { Log } from '../config/observability/log.ts';
import { type BusinessZones, businessDate } from '../config/settings/business-zones.ts';
import { prioritiesOf } from '../config/settings/priorities-of.ts';
import type { Settings } from '../config/settings/settings.ts';
import type { Connector } from '../connectors/connector.ts';
import { createSteward } from '../customer-360/identity/stewardship/steward.ts';
import { createPrivacy } from '../customer-360/privacy/privacy.ts';
import { instantOf } from '../schema/time.ts';
import { createPersonalReadNotes } from './access/note-personal-reads.ts';
import { createScopeCheck } from './access/required-scopes.ts';
import { anybody, type Viewer } from './access/viewer.ts';
import { visibleCustomers } from './access/visible-customers.ts';
import { entityTag } from './caching/cache-tags.ts';
import { createLoaders } from './caching/loaders.ts';
import { createMemory, type Memory } from './caching/memory.ts';
import { createReads } from './caching/read-tracker.ts';
import type { GraphContext } from './context.ts';
import { refuseCancelled } from './execution/cancelled.ts';
import { createExecutor, type Executor, type GraphRequest } from './execution/execute.ts';
import { createLocalSchema, type SubgraphMode } from './execution/local-schema.ts';
import { createFreshnessReader } from './freshness/freshness.ts';
import { createAgeKeeper } from './freshness/freshness-gate.ts';
import type { Graph } from './graph.ts';
import { createOperationLimits } from './limits/operation-limits.ts';
import { domains, subschemas } from './resolvers/domains/all.ts';
import { createLiveRecords } from './resolvers/live/live-records.ts';
import { once } from './resolvers/once.ts';
import { allColumns } from './resolvers/read-columns.ts';
import { createStores, type Stores } from './resolvers/stores.ts';
import { type Composition, composeGraph } from './services/compose-graph.ts';
import { createHubPart } from './services/hub-part.ts';
import { createServices } from './services/services.ts';

type RowRules = NonNullable<Settings['access']>['rows'];

export interface GraphDependencies {
  cache: Cache;
  settings: Pick<Settings, 'sources' | 'services' | 'gateway' | 'insight' | 'access' | 'identity'> &
    Partial<BusinessZones>;
  /** Source → its connector, for what is read at the moment of a question. */
  connectors?: Readonly<Record<string, Connector>>;
  log?: Log;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/** The customer-360 graph over a cache: one graph, two lanes. */
export interface CustomerGraph extends Required<Omit<Graph<GraphContext>, 'execute'>> {
  /** The graph with what services add, as the stitched lane executes it. */
  readonly stitchedSchema: GraphQLSchema;
  /** Looks at all services once. */
  refreshServices(): Promise<void>;
  execute(request: GraphRequest): Promise<ExecutionResult>;
  /** Parses, validates and compiles an operation before it is asked for. */
  warm(query: string, operationName?: string): void;
  /** Records and answers that are kept for the next requests, once the graph is started. */
  readonly memory: Memory;
}

export function createGraph({
  cache,
  settings,
  connectors = {},
  log,
  now = hubTime,
}: GraphDependencies): CustomerGraph {
  const mode = subgraphMode(settings.gateway);
  const localSchema = createLocalSchema(subschemas, mode);
  const hub = once(() => createHubPart(localSchema));
  const { identity, zone = 'UTC' } = settings;
  const priorities = prioritiesOf(settings);
  const steward = createSteward({ cache, identity, priorities });
  const privacy = createPrivacy({ cache, identity, priorities });
  const storesOf = rememberStores(cache, settings.access?.rows ?? []);
  const freshness = createFreshnessReader({ cache, settings, now });
  const notePersonalReads = settings.access
    ? createPersonalReadNotes({
        kept: settings.access.auditKept,
        audit: createAccessAuditStore(cache),
        customers: createCustomerStore(cache, null),
        now,
      })
    : async () => undefined;
  const live = createLiveRecords({ cache, settings, connectors });
  const memory = createMemory({
    cache,
    settings: settings.gateway,
    fingerprint: () => fingerprintOf(localSchema, settings),
    log,
    now,
  });
  const ages = createAgeKeeper({ schema: localSchema, settings, cache, freshness, memory, now });
  /** Without services the stitched lane adds nothing: it is made when somebody asks for it. */
  const hubAlone = once(() => composeGraph(hub(), []).schema);
  const watchers: ((schema: GraphQLSchema) => void)[] = [];
  let executor = executorOf(null);
  const services = createServices({
    settings: settings.services,
    hub,
    log,
    now,
    onComposed(composition) {
      executor = executorOf(composition);
      for (const tell of watchers) tell(composition.schema);
    },
  });

  function executorOf(composition: Composition | null): Executor {
    const whole = composition?.schema ?? localSchema;
    return createExecutor({
      schemas: { whole, local: localSchema, stitched: composition ? () => composition.schema : hubAlone },
      settings: settings.gateway,
      ...(composition && { remote: composition.remote }),
      notePersonalReads,
      makeFresh: ages.make,
      measureWithin: createOperationLimits(whole, settings.gateway),
      refuseForbidden: createScopeCheck(domains, whole, composition?.requirements),
    });
  }

  /** The company's business date. */
  function today(): string {
    return businessDate(instantOf(now()), zone);
  }

  return {
    localSchema,
    get stitchedSchema() {
      return services.composition()?.schema ?? hubAlone();
    },
    watchSchema(tell) {
      watchers.push(tell);
      tell(services.composition()?.schema ?? localSchema);
    },
    watchServices: services.watch,
    refreshServices: services.refresh,
    execute: (request) => executor.execute(request),
    warm: (query, operationName) => executor.warm(query, operationName),
    prepare: (query) => executor.prepare(query),
    read: (query) => executor.read(query),
    refusal: (asked) => executor.refusal(asked),
    changes: {
      at: memory.at,
      watch: memory.watch,
      read: createChangeLog(cache).read,
      async ordersOf(customerId, changed) {
        const there = await ordersOfCustomer(cache, customerId, [...changed.keys()]);
        const others = [...changed].filter(([id]) => !there.includes(id));
        const parties = new Set(others.flatMap(([, named]) => [...named]));
        const own = new Set(await partiesOfCustomer(cache, customerId, [...parties]));
        return { there, gone: others.filter(([, named]) => [...named].some((id) => own.has(id))).map(([id]) => id) };
      },
    },
    memory,
    start: async () => void (await Promise.all([memory.start(), services.start()])),
    async stop() {
      services.stop();
      await memory.stop();
    },
    answerPlace(question) {
      const { viewer } = question;
      const age = ages.isKnown(question);
      if (age === false) return undefined;
      const place = memory.answers?.place({ ...question, today: today(), rights: viewer.rights });
      if (!place) return undefined;
      const { found, foundElsewhere } = place;
      const told = ({ text, personal }: { text: Buffer; personal: ReadonlySet<string> }) => ({
        text,
        extensions: age,
        noteRead: (requestId: string) => notePersonalReads({ ...question, personal, requestId }),
      });
      return {
        found: found && told(found),
        foundElsewhere: foundElsewhere && (() => foundElsewhere().then((one) => one && told(one))),
        keep: (text, { personal, reads }) => place.keep({ text, personal }, reads),
      };
    },
    createContext(viewer = anybody, signal = neverAborted, authorization = undefined) {
      const reads = createReads();
      const stores = storesOf(viewer);
      return {
        viewer,
        personal: new Set(),
        // asked for wherever something is read
        get stores() {
          refuseCancelled(signal);
          return stores;
        },
        loaders: createLoaders({
          reads,
          signal,
          records: memory.records?.of(viewer.rights),
          // whom a restricted viewer may see is decided by the customers' own fields
          always: stores.visible ? [entityTag('customer')] : [],
        }),
        live,
        columns: allColumns,
        reads,
        freshness: {
          ...freshness,
          async current() {
            reads.noteUntold();
            return freshness.current();
          },
        },
        sources: settings.sources,
        identity,
        priorities,
        steward,
        privacy,
        insight: settings.insight,
        today: today(),
        zone,
        maxPage: settings.gateway.maxPage,
        signal,
        authorization,
        services: services.states(),
      };
    },
  };
}

/** What decides an answer besides the question and the database: whose, by which settings, of which version of the graph. */
function fingerprintOf(schema: GraphQLSchema, settings: GraphDependencies['settings']): string {
  const { gateway: _, ...others } = settings;
  return createHash('sha256').update(JSON.stringify(others)).update(printSchema(schema)).digest('hex');
}

/** What the graph is, it tells gateways of a federation wherever it tells anybody. */
function subgraphMode({ federation, introspection }: Settings['gateway']): SubgraphMode {
  if (!federation) return 'NONE';
  return introspection ? 'SDL_TOLD' : 'SDL_UNTOLD';
}

const neverAborted = new AbortController().signal;

/** Most kinds of rights whose stores are kept. */
const RIGHTS_KEPT = 1_000;

/** The stores of a viewer: those of viewers who may see the same are the same. */
function rememberStores(cache: Cache, rules: RowRules): (viewer: Viewer) => Stores {
  const everybody = createStores(cache, null);
  if (rules.length === 0) return () => everybody;
  const known = new Map<string, Stores>();
  return (viewer) => {
    const visible = visibleCustomers(rules, viewer);
    if (!visible) return everybody;
    const stores = known.get(viewer.rights) ?? createStores(cache, visible);
    known.delete(viewer.rights);
    known.set(viewer.rights, stores);
    const [oldest] = known.keys();
    if (known.size > RIGHTS_KEPT && oldest !== undefined) known.delete(oldest);
    return stores;
  };
}
