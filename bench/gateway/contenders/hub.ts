import { z } from 'zod';
import { openCache } from '../../../cache/database/open-cache.ts';
import { createLog } from '../../../config/observability/log.ts';
import { settingsSchema } from '../../../config/settings/load-settings.ts';
import { sourceSettings, streamSettings } from '../../../config/settings/settings.ts';
import { createGraph } from '../../../gateway/create-graph.ts';
import type { Graph } from '../../../gateway/graph.ts';
import { createGateway } from '../../../gateway/server.ts';
import { announce, contenderTask } from './contender.ts';

/* The hub's gateway as `customer360 serve --no-sync` runs it, in a process of its own. */

const { databaseUrl, gateway: options } = contenderTask();
const sourceSchema = sourceSettings.extend({ streams: z.record(z.string(), streamSettings) });
const stream = { resource: 'all', key: 'id', records: [{ entity: 'order', fields: {} }] };
const source = { kind: 'bench', streams: { all: stream }, staleAfter: '1h' };
const settings = settingsSchema(sourceSchema).parse({
  database: { url: databaseUrl },
  gateway: { port: 0, ...options },
  sources: { erp: source, scm: source, crm: source, finance: source },
});
const cache = await openCache(settings.database);
const log = createLog({ level: 'warn' });
const gateway = await createGateway({ cache, settings, log, graph: createGraph({ cache, settings }) as Graph });
announce(await gateway.listen());
