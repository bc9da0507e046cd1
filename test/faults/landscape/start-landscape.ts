import { startJsonRpcLandscape } from './json-rpc-landscape.ts';
import type { Landscape, LandscapeOptions, Protocol } from './landscape.ts';
import { odataFlavours, startOdataLandscape } from './odata-landscape.ts';
import { restFlavours, startRestLandscape } from './rest-landscape.ts';
import { sqlFlavours, startSqlLandscape } from './sql-landscape.ts';

/** The ways each protocol can be spoken. */
export const flavours: Record<Protocol, readonly string[]> = {
  'odata-v2': odataFlavours,
  'odata-v4': odataFlavours,
  rest: restFlavours,
  'json-rpc': ['tryton'],
  sql: sqlFlavours,
};

/** Starts a source of a protocol over a truth. */
export function startLandscape(protocol: Protocol, options: LandscapeOptions): Promise<Landscape> {
  switch (protocol) {
    case 'odata-v2':
      return startOdataLandscape(2, options);
    case 'odata-v4':
      return startOdataLandscape(4, options);
    case 'rest':
      return startRestLandscape(options);
    case 'json-rpc':
      return startJsonRpcLandscape(options);
    case 'sql':
      return startSqlLandscape(options);
  }
}
