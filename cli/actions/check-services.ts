import { once } from '../../gateway/resolvers/once.ts';
import { createHubPart } from '../../gateway/services/hub-part.ts';
import { createServices } from '../../gateway/services/services.ts';
import type { HubSettings } from '../read-settings.ts';

/** Reads the schema of every service and tries whether it fits into the graph, beside those named before it. */
export async function checkServices({ services: settings }: HubSettings) {
  const services = createServices({ settings, hub: once(() => createHubPart()) });
  await services.refresh();
  services.stop();
  return services.states().map(({ name, status, error, schemaHash }) => ({
    source: name,
    probe: 'schema',
    ok: status === 'READY',
    detail: error ?? `in the graph (${schemaHash})`,
  }));
}
