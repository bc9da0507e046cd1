import type { Connector } from '../connectors/connector.ts';
import { connect } from '../connectors/kinds.ts';
import type { HubSettings } from './read-settings.ts';

/** Source → its connector. Nothing is asked of a source yet. */
export function connectAll(settings: HubSettings): Record<string, Connector> {
  return Object.fromEntries(
    Object.entries(settings.sources).map(([system, source]) => [system, connect({ system, settings: source })]),
  );
}
