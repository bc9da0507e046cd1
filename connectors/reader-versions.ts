import type { KnownSource } from './kinds.ts';

/**
 * Raised when a connector makes other records, keys, versions or places in a stream of the same settings: what it
 * left in checkpoints before says nothing then, and its streams are read in full.
 */
export const readerVersions: Record<KnownSource['kind'], number> = {
  odata: 1,
  rest: 2,
  sql: 2,
  'json-rpc': 1,
  file: 1,
  graphql: 1,
};
