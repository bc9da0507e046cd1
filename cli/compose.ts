import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Cache } from '../cache/cache.ts';
import { openCache } from '../cache/open-cache.ts';
import { loadSettings } from '../config/load-settings.ts';
import { createLog, type Log } from '../config/log.ts';
import type { Settings } from '../config/settings.ts';
import type { Connector } from '../connectors/connector.ts';
import { connect, type KnownSource, sourceSchema } from '../connectors/kinds.ts';
import { compileMapping } from '../connectors/mapping/compile-mapping.ts';
import type { Graph } from '../gateway/graph.ts';
import type { Gateway } from '../gateway/server.ts';
import { prioritiesOf } from '../sync-jobs/priorities-of.ts';
import { createSchedule, type Schedule } from '../sync-jobs/schedule.ts';
import type { StreamRequest } from '../sync-jobs/sync-run.ts';
import type { StreamChoice } from './select-streams.ts';

export type HubSettings = Settings<KnownSource>;

/** Everything of one running hub; built here and nowhere else. */
export interface Hub {
  settings: HubSettings;
  log: Log;
  cache: Cache;
  /** Source → its connector. */
  connectors: Readonly<Record<string, Connector>>;
  /** What a job on one stream needs. */
  requestFor(choice: StreamChoice, signal: AbortSignal): StreamRequest;
  gateway(): Promise<Gateway>;
  schedule(): Schedule;
  close(): Promise<void>;
}

const presetsFolder = fileURLToPath(new URL('../connectors/presets', import.meta.url));

/** The settings, with every mapping tried: whatever is wrong in the file is said before anything starts. */
export function readSettings(file: string, env: Readonly<Record<string, string | undefined>>): HubSettings {
  const settings = loadSettings({ file, env, sourceSchema, presetsFolder });
  for (const [system, source] of Object.entries(settings.sources)) {
    for (const [streamName, stream] of Object.entries(source.streams)) compileMapping({ system, streamName, stream });
  }
  return settings;
}

/** Opens the cache and makes the connectors; nothing is asked of a source yet. */
export async function openHub(settings: HubSettings, log: Log = createLog(settings.log)): Promise<Hub> {
  const cache = await openCache(settings.database);
  const connectors = connectAll(settings);
  const owner = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const { identity } = settings;
  const priorities = prioritiesOf(settings);

  return {
    settings,
    log,
    cache,
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
      // The graph makes the contexts it is given back, so it may know more of them than the server does.
      return createGateway({ cache, settings, log, graph: createGraph({ cache, settings }) as Graph });
    },
    schedule: () => createSchedule({ settings, cache, connectors, log, owner }),
    async close() {
      await Promise.all(Object.values(connectors).map((connector) => connector.close()));
      await cache.close();
    },
  };
}

/** The connectors alone, for commands that only talk to the sources. */
export function connectAll(settings: HubSettings): Record<string, Connector> {
  return Object.fromEntries(
    Object.entries(settings.sources).map(([system, source]) => [system, connect({ system, settings: source })]),
  );
}
