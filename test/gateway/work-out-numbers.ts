import type { Cache } from '../../cache/database/database.ts';
import { insightSettings } from '../../config/settings/insight-settings.ts';
import { refreshAll } from '../../customer-360/insight/refresh-insight.ts';
import { followOrders } from '../../customer-360/order-to-cash/follow-orders.ts';

/** The rates that the numbers of sample companies are worked out with. */
const settings = insightSettings.parse({ currency: 'EUR', rates: { USD: '0.9', KRW: '0.0007' } });

/** Leaves the cache as the hub does: with how far its orders are, and the numbers about its customers, of this month and the one before. */
export async function workOutNumbers(cache: Cache): Promise<void> {
  await followOrders({ cache, holder: 'test' });
  for (const date of ['2026-02-15', '2026-03-01']) {
    const now = () => Date.parse(`${date}T12:00:00Z`);
    const result = await refreshAll({ cache, settings, holder: 'test', now });
    if (result.outcome !== 'DONE') throw new Error(`Expected the numbers to be worked out, got ${result.outcome}.`);
  }
}
