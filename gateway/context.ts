import type { Settings } from '../config/settings.ts';
import type { Steward } from '../customer-360/identity/steward.ts';
import type { Privacy } from '../customer-360/privacy.ts';
import type { Viewer } from './access/viewer.ts';
import type { FreshnessReader } from './freshness.ts';
import type { LiveRecords } from './live-records.ts';
import type { Loaders } from './loaders.ts';
import type { ReadColumns } from './read-columns.ts';
import type { Reads } from './reads.ts';
import type { ServiceState } from './services/services.ts';
import type { Stores } from './stores.ts';

/** What the resolvers of one request have at hand. A new one for every request: the loaders live in it. */
export interface GraphContext {
  /** Who asks. */
  viewer: Viewer;
  /** Customers and parties whose personal data the answer holds. */
  personal: Set<string>;
  stores: Stores;
  loaders: Loaders;
  /** Reads records from their sources, past the cache. */
  live: LiveRecords;
  /** Of the operation that is run: what is read of rows. */
  columns: ReadColumns;
  /** What the request reads, for those who keep its answer. */
  reads: Reads;
  freshness: FreshnessReader;
  sources: Settings['sources'];
  /** What the numbers about customers are worked out with. */
  insight: Settings['insight'];
  /** How identity is resolved, and the systems' priorities in the golden record. */
  identity: Settings['identity'];
  priorities: Readonly<Record<string, number>>;
  steward: Steward;
  privacy: Privacy;
  /** The company's business date at the request. */
  today: string;
  /** The zone that `today` is of. */
  zone: string;
  /** Most items of one page. */
  maxPage: number;
  /** The caller's own `Authorization`, for services that are to get it. */
  authorization: string | undefined;
  /** The services that extend the graph, and how they stand. */
  services: readonly ServiceState[];
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}
