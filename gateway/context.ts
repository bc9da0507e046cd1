import type { Settings } from '../config/settings/settings.ts';
import type { Steward } from '../customer-360/identity/stewardship/steward.ts';
import type { Privacy } from '../customer-360/privacy/privacy.ts';
import type { Viewer } from './access/viewer.ts';
import type { Loaders } from './caching/loaders.ts';
import type { Reads } from './caching/read-tracker.ts';
import type { FreshnessReader } from './freshness/freshness.ts';
import type { LiveRecords } from './resolvers/live/live-records.ts';
import type { ReadColumns } from './resolvers/read-columns.ts';
import type { Stores } from './resolvers/stores.ts';
import type { ServiceState } from './services/services.ts';

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
