import { countReferences } from '../../customer-360/dangling-references.ts';
import { type RefreshResult, refreshAll, refreshChanged } from '../../customer-360/insight/refresh-insight.ts';
import { followOrders } from '../../customer-360/order-to-cash/follow-orders.ts';
import type { Hub } from '../compose.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** How long a command counts references that lead nowhere, in milliseconds. */
const COUNT_WITHIN = 20_000;

export interface RunRefresh {
  hub: Hub;
  signal: AbortSignal;
  terminal: Terminal;
  /** Only customers that changed since the last time. */
  changed: boolean;
  quiet?: boolean;
}

/** Works out how far orders are, and the numbers about customers, telling a terminal how far it is. */
export async function runRefresh({ hub, signal, terminal, changed, quiet }: RunRefresh): Promise<RefreshResult> {
  let told = 0;
  const onProgress = ({ done, customers }: { done: number; customers: number }) => {
    const tenth = Math.floor((10 * done) / Math.max(1, customers));
    if (tenth === told || quiet || customers < 5_000) return;
    told = tenth;
    terminal.err(`Numbers about customers: ${done.toLocaleString('en-US')} of ${customers.toLocaleString('en-US')}`);
  };
  const request = {
    cache: hub.cache,
    settings: hub.settings.insight,
    zones: hub.settings,
    holder: hub.owner,
    signal,
    onProgress,
  };
  await followOrders({ cache: hub.cache, holder: hub.owner, signal });
  const result = await (changed ? refreshChanged(request) : refreshAll(request));
  // For those who read what was counted last; `status` counts by itself where that is quick.
  const enough = AbortSignal.any([signal, AbortSignal.timeout(COUNT_WITHIN)]);
  await countReferences({ cache: hub.cache, holder: hub.owner, signal: enough });
  return result;
}

export function describeRefresh(result: RefreshResult): string {
  if (result.outcome === 'BUSY') {
    return 'Another process is working out the numbers: it ends in a few minutes, or is taken over when it does not answer.';
  }
  const { outcome, whole, customers, removed } = result;
  const numbers = `${customers.toLocaleString('en-US')} customers${removed > 0 ? `, ${removed} that are no more removed` : ''}`;
  if (outcome === 'STOPPED') return `Stopped after ${numbers}; the next time begins anew.`;
  return whole ? `Models fitted; numbers of ${numbers}` : `Numbers of ${numbers} that had changed`;
}
