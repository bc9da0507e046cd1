import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';

/** 20:30 of 28 February in New York. */
const NOW = Date.parse('2026-03-01T01:30:00Z');

describe.each(databases)('today, on $name', (database) => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    const partyId = builder.add('party', 'crm', 'P', { kind: 'ORGANIZATION', displayName: 'Hudson Lamps' });
    builder.customer('Hudson Lamps', [partyId]);
    for (const dueDate of ['2026-02-27', '2026-02-28']) {
      const invoice = {
        partyId,
        kind: 'INVOICE',
        status: 'POSTED',
        dueDate,
        totalAmount: '1',
        currency: 'USD',
      } as const;
      builder.add('invoice', 'erp', dueDate, invoice);
    }
    for (const followUpDueAt of ['2026-02-28T04:59:00.000000Z', '2026-02-28T05:00:00.000000Z']) {
      const request = { partyId, kind: 'REQUEST', status: 'NEW', followUpDueAt } as const;
      builder.add('serviceCase', 'crm', followUpDueAt, request);
    }
    await builder.save(cache);
  });
  afterAll(() => database.drop());

  it.each([
    ['UTC', ['2026-02-27', '2026-02-28'], ['2026-02-28T04:59:00.000000Z', '2026-02-28T05:00:00.000000Z']],
    // there the invoice may still be paid, and the second follow-up is one of today
    ['America/New_York', ['2026-02-27'], ['2026-02-28T04:59:00.000000Z']],
  ])('is the day of %s for what is overdue, in lists and on records', async (zone, invoices, followUps) => {
    const graph = createGraph({ cache, settings: { ...hubSettings.parse({ zone }), sources: {} }, now: () => NOW });
    const query = `{
      invoices(filter: { overdue: true }) { nodes { sourceKey } }
      allInvoices: invoices { nodes { sourceKey overdue } }
      cases(filter: { followUpOverdue: true }) { nodes { sourceKey } }
      allCases: cases { nodes { sourceKey followUpOverdue } } }`;
    const { data } = await graph.execute({ query, variables: {}, context: graph.createContext() });
    type Lists = Record<string, { nodes: { sourceKey: string; overdue?: boolean; followUpOverdue?: boolean }[] }>;
    const lists = JSON.parse(JSON.stringify(data)) as Lists;
    const keys = (name: string, late?: 'overdue' | 'followUpOverdue') =>
      (lists[name]?.nodes ?? []).flatMap((node) => (late && !node[late] ? [] : [node.sourceKey])).sort();
    expect([keys('invoices'), keys('allInvoices', 'overdue')]).toEqual([invoices, invoices]);
    expect([keys('cases'), keys('allCases', 'followUpOverdue')]).toEqual([followUps, followUps]);
  });
});
