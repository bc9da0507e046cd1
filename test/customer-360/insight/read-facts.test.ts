import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache, Sql, SqlParameter } from '../../../cache/database/database.ts';
import { openCache } from '../../../cache/database/open-cache.ts';
import { utcDays } from '../../../config/settings/business-zones.ts';
import { insightSettings } from '../../../config/settings/insight-settings.ts';
import { dayOf } from '../../../customer-360/insight/models/repeat-buying.ts';
import { readFacts } from '../../../customer-360/insight/read-facts.ts';
import { createConverter } from '../../../customer-360/insight/reporting-currency.ts';
import { createCacheBuilder } from '../../gateway/cache-builder.ts';

describe('the facts about customers on SQLite', () => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await openCache({ url: 'sqlite::memory:', poolSize: 1 });
  });
  afterAll(() => cache.close());

  it('are read by ids alone, so that a customer costs the same in a cache of any size', async () => {
    const builder = createCacheBuilder();
    const partyId = builder.add('party', 'erp', 'P1', { kind: 'ORGANIZATION', displayName: 'P1' });
    const id = builder.customer('P1', [partyId]);
    const orderId = builder.add('order', 'erp', 'O1', {
      partyId,
      status: 'DONE',
      orderDate: '2026-03-01',
      requestedDate: '2026-03-02',
    });
    builder.add('shipment', 'erp', 'S1', { partyId, orderId, status: 'DELIVERED' });
    await builder.save(cache);

    const sent: { statement: string; parameters: readonly SqlParameter[] }[] = [];
    const listening: Sql = {
      ...cache,
      query: (statement, parameters = []) => {
        sent.push({ statement, parameters });
        return cache.query(statement, parameters);
      },
    };
    const facts = await readFacts(listening, [id], {
      settings: insightSettings.parse({}),
      converter: createConverter('EUR', {}),
      asOf: dayOf('2026-03-31'),
      zones: utcDays,
    });

    expect(facts.get(id)?.orders[0]?.shipments).toHaveLength(1);
    const otherwise: string[] = [];
    for (const { statement, parameters } of sent) {
      for (const { detail } of await cache.query(`EXPLAIN QUERY PLAN ${statement}`, parameters)) {
        const step = String(detail);
        // `links` are the shipments found by order already
        const byId = /^SEARCH .*\((\w+_)?id=\?/.test(step) || step === 'SCAN links';
        if (/^(SEARCH|SCAN) /.test(step) && !byId) otherwise.push(`${step}: ${statement}`);
      }
    }
    expect(otherwise).toEqual([]);
  });
});
