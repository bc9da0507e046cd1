import type { Cache } from '../cache/database/database.ts';
import { openCache } from '../cache/database/open-cache.ts';
import { ownerOfThisProcess } from '../cache/streams/lease-owner.ts';
import { createClockWatch } from '../config/clock/clock-watch.ts';
import { createLog, type Log } from '../config/observability/log.ts';
import { prioritiesOf } from '../config/settings/priorities-of.ts';
import type { Connector } from '../connectors/connector.ts';
import { createSteward, type Steward } from '../customer-360/identity/stewardship/steward.ts';
import { createPrivacy, type Privacy } from '../customer-360/privacy/privacy.ts';
import type { Graph } from '../gateway/graph.ts';
import type { Gateway } from '../gateway/server.ts';
import type { StreamRequest } from '../sync-jobs/pass/sync-run.ts';
import { createSchedule, type Schedule } from '../sync-jobs/schedule/schedule.ts';
import { connectAll } from './actions/connect-all.ts';
import type { StreamChoice } from './actions/select-streams.ts';
import { createSourceHealth } from './actions/source-health.ts';
import type { HubSettings } from './read-settings.ts';

/** Everything of one running hub; built here and nowhere else. */
export interface Hub {
  settings: HubSettings;
  log: Log;
  cache: Cache;
  /** Names this process in leases. */
  owner: string;
  /** Source → its connector. */
  connectors: Readonly<Record<string, Connector>>;
  /** What a job on one stream needs. */
  requestFor(choice: StreamChoice, signal: AbortSignal): StreamRequest;
  gateway(): Promise<Gateway>;
  /** What stewards do about identity. */
  steward(): Steward;
  /** What is kept of a person. */
  privacy(): Privacy;
  schedule(): Schedule;
  close(): Promise<void>;
}

/** Opens the cache and makes the connectors; nothing is asked of a source yet. */
export async function openHub(settings: HubSettings, log: Log = createLog(settings.log)): Promise<Hub> {
  const cache = await openCache({ ...settings.database, onWarning: (text) => log.warn(text) });
  const health = createSourceHealth(cache, log);
  const connectors = connectAll(settings, health.noticesOf);
  const owner = ownerOfThisProcess();
  const clock = createClockWatch(log);
  const { identity } = settings;
  const priorities = prioritiesOf(settings);

  return {
    settings,
    log,
    cache,
    owner,
    connectors,
    requestFor({ system, stream }, signal) {
      const source = settings.sources[system];
      const connector = connectors[system];
      if (!source || !connector) throw new TypeError(`Expected a configured source, got ${system}.`);
      return { system, stream, source, connector, cache, identity, priorities, owner, log, signal };
    },
    async gateway() {
      // Loaded when asked for: most commands serve nothing, and it is half of what there is to load.
      const [{ createGraph }, { createGateway }] = await Promise.all([
        import('../gateway/create-graph.ts'),
        import('../gateway/server.ts'),
      ]);
      clock.start();
      // The graph makes the contexts it is given back, so it may know more of them than the server does.
      return createGateway({
        cache,
        settings,
        log,
        graph: createGraph({ cache, settings, connectors, log }) as Graph,
        tries: health.tries,
        clockJumps: clock.jumps,
      });
    },
    steward: () => createSteward({ cache, identity, priorities }),
    privacy: () => createPrivacy({ cache, identity, priorities }),
    schedule: () => createSchedule({ settings, cache, connectors, log, owner, clock }),
    async close() {
      clock.stop();
      await Promise.all(Object.values(connectors).map((connector) => connector.close()));
      await health.settled();
      await cache.close();
    },
  };
}
