import type { Connector } from '../../connectors/connector.ts';
import { connect } from '../../connectors/kinds.ts';
import { noNotices, type SourceNotices } from '../../connectors/source-notices.ts';
import type { HubSettings } from '../read-settings.ts';

/** Source → its connector. Nothing is asked of a source yet. */
export function connectAll(
  settings: HubSettings,
  noticesOf: (system: string) => SourceNotices = () => noNotices,
): Record<string, Connector> {
  return Object.fromEntries(
    Object.entries(settings.sources).map(([system, source]) => [
      system,
      connect({ system, settings: source, notices: noticesOf(system) }),
    ]),
  );
}
