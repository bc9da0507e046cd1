import { z } from 'zod';
import type { SourceSettings } from '../config/settings/settings.ts';
import type { Connector } from './connector.ts';
import { createFileConnector } from './file/file-connector.ts';
import { fileSettings } from './file/settings.ts';
import { createGraphqlConnector } from './graphql/graphql-connector.ts';
import { graphqlSettings } from './graphql/settings.ts';
import { createJsonRpcConnector } from './json-rpc/json-rpc-connector.ts';
import { jsonRpcSettings } from './json-rpc/settings.ts';
import { createOdataConnector } from './odata/odata-connector.ts';
import { odataSettings } from './odata/settings.ts';
import { withOwnKeys } from './own-keys.ts';
import { createRestConnector } from './rest/rest-connector.ts';
import { restSettings } from './rest/settings.ts';
import type { SourceNotices } from './source-notices.ts';
import { sqlSettings } from './sql/settings.ts';
import { createSqlConnector } from './sql/sql-connector.ts';

/** The settings of a source of any kind: a new kind is one line here and one in `connect`. */
export const sourceSchema = z
  .discriminatedUnion('kind', [
    odataSettings,
    restSettings,
    sqlSettings,
    jsonRpcSettings,
    fileSettings,
    graphqlSettings,
  ])
  .transform(withNulls);

/** What means nothing in a source does so in each of its streams that does not say it for itself. */
function withNulls<S extends Pick<SourceSettings, 'nulls' | 'streams'>>(source: S): S {
  const { nulls } = source;
  if (nulls !== undefined) for (const stream of Object.values(source.streams)) stream.nulls ??= nulls;
  return source;
}

export type KnownSource = z.infer<typeof sourceSchema>;

interface ConnectRequest {
  system: string;
  settings: KnownSource;
  notices?: SourceNotices | undefined;
}

/** The connector of a source. Connects to nothing yet. */
export function connect(request: ConnectRequest): Connector {
  return withOwnKeys(connectorOf(request));
}

function connectorOf({ system, settings, notices }: ConnectRequest): Connector {
  switch (settings.kind) {
    case 'odata':
      return createOdataConnector({ system, settings, notices });
    case 'rest':
      return createRestConnector({ system, settings, notices });
    case 'sql':
      return createSqlConnector({ system, settings, notices });
    case 'json-rpc':
      return createJsonRpcConnector({ system, settings, notices });
    case 'file':
      return createFileConnector({ system, settings });
    case 'graphql':
      return createGraphqlConnector({ system, settings, notices });
  }
}
