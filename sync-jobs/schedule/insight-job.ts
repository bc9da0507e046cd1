import type { Cache } from '../../cache/database/database.ts';
import type { Log } from '../../config/observability/log.ts';
import type { BusinessZones } from '../../config/settings/business-zones.ts';
import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import { countReferences } from '../../customer-360/dangling-references.ts';
import { type RefreshResult, refreshAll, refreshChanged } from '../../customer-360/insight/refresh-insight.ts';
import { followOrders } from '../../customer-360/order-to-cash/follow-orders.ts';

interface InsightJobDependencies {
  cache: Cache;
  settings: InsightSettings;
  /** Whose days are business days. */
  zones: BusinessZones;
  log: Log;
  owner: string;
  signal: AbortSignal;
}

/** A count of references is followed by a pause so many times as long as it took. */
const COUNT_PAUSE = 100;

export interface InsightJob {
  /** A step: how far orders are that changed, the numbers of customers that did, and references that lead nowhere. Does nothing while a step is under way. */
  follow(): void;
  /** A step: the models, and the numbers of all customers. Waits for a step under way. */
  refresh(): void;
  /** Resolves when no step is under way. */
  idle(): Promise<void>;
}

/** Keeps what is worked out about orders and customers in step with the cache. What goes wrong is told in the log; the next step tries again. */
export function createInsightJob({ cache, settings, zones, log, owner, signal }: InsightJobDependencies): InsightJob {
  let underWay: Promise<void> | null = null;
  let refreshWanted = false;
  let nextCount = 0;
  const request = { cache, settings, zones, holder: owner, signal };

  async function step(): Promise<void> {
    const whole = refreshWanted;
    refreshWanted = false;
    try {
      await followOrders({ cache, holder: owner, signal });
      tell(await (whole ? refreshAll(request) : refreshChanged(request)));
      await countWhenDue();
    } catch (err) {
      log.error({ err }, 'The numbers about customers could not be worked out; the next step tries again');
    }
  }

  /** It goes through whole tables, so it takes a hundredth of the time at most. */
  async function countWhenDue(): Promise<void> {
    if (performance.now() < nextCount) return;
    const begun = performance.now();
    if (await countReferences({ cache, holder: owner, signal })) {
      nextCount = performance.now() + COUNT_PAUSE * (performance.now() - begun);
    }
  }

  function tell(result: RefreshResult): void {
    if (result.outcome === 'BUSY' || (!result.whole && result.customers + result.removed === 0)) return;
    const what = result.whole ? 'Models fitted, numbers of all customers worked out' : 'Numbers of changed customers';
    log.debug(result, what);
  }

  function begin(): void {
    if (underWay || signal.aborted) return;
    underWay = step().finally(() => {
      underWay = null;
      if (refreshWanted) begin();
    });
  }

  return {
    follow: begin,
    refresh() {
      refreshWanted = true;
      begin();
    },
    async idle() {
      await underWay;
    },
  };
}
