import type { Cache } from '../cache/cache.ts';
import type { InsightSettings } from '../config/insight-settings.ts';
import type { Log } from '../config/log.ts';
import { type RefreshResult, refreshAll, refreshChanged } from '../customer-360/insight/refresh-insight.ts';
import { followOrders } from '../customer-360/order-to-cash/follow-orders.ts';

interface InsightJobDependencies {
  cache: Cache;
  settings: InsightSettings;
  log: Log;
  owner: string;
  signal: AbortSignal;
}

export interface InsightJob {
  /** A step: how far orders are that changed, and the numbers of customers that did. Does nothing while a step is under way. */
  follow(): void;
  /** A step: the models, and the numbers of all customers. Waits for a step under way. */
  refresh(): void;
  /** Resolves when no step is under way. */
  idle(): Promise<void>;
}

/** Keeps what is worked out about orders and customers in step with the cache. What goes wrong is told in the log; the next step tries again. */
export function createInsightJob({ cache, settings, log, owner, signal }: InsightJobDependencies): InsightJob {
  let underWay: Promise<void> | null = null;
  let refreshWanted = false;
  const request = { cache, settings, holder: owner, signal };

  async function step(): Promise<void> {
    const whole = refreshWanted;
    refreshWanted = false;
    try {
      await followOrders({ cache, holder: owner, signal });
      tell(await (whole ? refreshAll(request) : refreshChanged(request)));
    } catch (err) {
      log.error({ err }, 'The numbers about customers could not be worked out; the next step tries again');
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
