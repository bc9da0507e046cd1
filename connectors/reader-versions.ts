import type { KnownSource } from './kinds.ts';

/**
 * Raised when a connector makes other records, keys, versions or places in a stream of the same settings: what it
 * left in checkpoints before says nothing then, and its streams are read in full.
 */
export const readerVersions: Record<KnownSource['kind'], number> = {
  odata: 2,
  rest: 2,
  sql: 2,
  'json-rpc': 2,
  file: 1,
  graphql: 2,
};
