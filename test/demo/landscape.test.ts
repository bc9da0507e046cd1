import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { dayOf, momentOf } from '../../demo/landscape/calendar.ts';
import { totalOf } from '../../demo/landscape/invoices.ts';
import { type Landscape, makeLandscape } from '../../demo/landscape/landscape.ts';
import { truthOf } from '../../demo/landscape/truth.ts';

const options = { seed: 5, scale: 0.1, today: '2026-03-02' };
const landscape = makeLandscape(options);

function hashOf(made: Landscape): string {
  const { partyOf: _, ...data } = made;
  // Orders and shipments are named, not written out again, where others refer to them.
  const text = JSON.stringify(data, (key, value) =>
    key === 'order' || key === 'shipment' || key === 'original' ? (value?.number ?? value?.id ?? value) : value,
  );
  return createHash('sha256').update(text).digest('hex');
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

describe('the landscape', () => {
  it('is the same for the same seed, scale and day', () => {
    expect(hashOf(makeLandscape(options))).toBe(hashOf(landscape));
  });

  it('is another for another seed', () => {
    expect(hashOf(makeLandscape({ ...options, seed: 6 }))).not.toBe(hashOf(landscape));
  });

  it('has the size its scale says', () => {
    expect(landscape.customers).toHaveLength(200);
    expect(landscape.orders.length).toBeGreaterThan(2_400);
    expect(landscape.orders.length).toBeLessThan(2_600);
    expect(landscape.shipments.length).toBeGreaterThan(landscape.orders.length);
  });

  it('knows organisations and people with Latin, Korean and Chinese names, umlauts included', () => {
    const names = landscape.customers.map((customer) => customer.name.full).join('\n');
    for (const script of [/주식회사/, /有限公司/, /GmbH/, /[äöüß]/, /\p{Script=Hangul}/u, /\p{Script=Han}/u]) {
      expect(names).toMatch(script);
    }
    const organisations = landscape.customers.filter((customer) => customer.kind === 'ORGANIZATION').length;
    expect(organisations / landscape.customers.length).toBeGreaterThan(0.5);
  });

  it('gives the most business to few customers', () => {
    const counts = [...groupBy(landscape.orders, (order) => String(order.customer)).values()].map(
      (orders) => orders.length,
    );
    counts.sort((a, b) => b - a);
    const top = counts.slice(0, Math.round(landscape.customers.length / 5)).reduce((sum, n) => sum + n, 0);
    expect(top / landscape.orders.length).toBeGreaterThan(0.5);
  });

  it('sums every order up from its lines', () => {
    for (const order of landscape.orders) {
      expect(order.lines.reduce((sum, line) => sum + line.net, 0)).toBe(order.net);
      expect(order.lines.reduce((sum, line) => sum + line.tax, 0)).toBe(order.tax);
    }
  });

  it('sends no more of a line than was ordered, what was lost apart', () => {
    const arrived = new Map<unknown, number>();
    for (const shipment of landscape.shipments) {
      if (shipment.status === 'EXCEPTION') continue;
      for (const { line, quantity } of shipment.lines) arrived.set(line, (arrived.get(line) ?? 0) + quantity);
    }
    for (const order of landscape.orders) {
      for (const line of order.lines) expect(arrived.get(line) ?? 0).toBeLessThanOrEqual(line.quantity);
    }
  });

  it('settles every invoice by exactly what was credited and received', () => {
    const settled = new Map<string, number>();
    const add = (number: string, amount: number) => settled.set(number, (settled.get(number) ?? 0) + amount);
    for (const payment of landscape.payments) {
      expect(payment.allocations.reduce((sum, { amount }) => sum + amount, 0)).toBe(payment.amount);
      if (payment.status !== 'RECEIVED') continue;
      for (const { invoice, amount } of payment.allocations) add(invoice.number, amount);
    }
    const credited = groupBy(landscape.invoices, (invoice) => invoice.original?.number ?? null);
    for (const invoice of landscape.invoices) {
      if (invoice.kind === 'CREDIT_NOTE') continue;
      const credit = (credited.get(invoice.number) ?? []).reduce((sum, note) => sum + totalOf(note), 0);
      expect(invoice.settled).toBe(Math.min(credit, totalOf(invoice)) + (settled.get(invoice.number) ?? 0));
      expect(invoice.settled).toBeLessThanOrEqual(totalOf(invoice));
    }
  });

  it('has the dirt of real life: split, late and lost shipments, returns, unpaid and partly paid invoices', () => {
    const perOrder = [...groupBy(landscape.shipments, (shipment) => shipment.order.number).values()];
    expect(perOrder.some((shipments) => shipments.length > 1)).toBe(true);
    expect(
      landscape.shipments.some((s) => s.deliveredAt !== null && s.expectedAt !== null && s.deliveredAt > s.expectedAt),
    ).toBe(true);
    expect(landscape.shipments.some((s) => s.status === 'EXCEPTION')).toBe(true);
    expect(landscape.returns.length).toBeGreaterThan(10);
    const overdue = landscape.invoices.filter(
      (i) => i.dueDay < landscape.today && i.status === 'POSTED' && i.settled < totalOf(i),
    );
    expect(overdue.length).toBeGreaterThan(10);
    expect(overdue.some((invoice) => invoice.settled > 0)).toBe(true);
    expect(landscape.parties.some((party) => party.email === null)).toBe(true);
  });

  it('stamps everything before its day, with ties', () => {
    const midnight = momentOf(dayOf(options.today), 0);
    const stamps = [
      ...landscape.orders,
      ...landscape.shipments,
      ...landscape.returns,
      ...landscape.invoices,
      ...landscape.payments,
      ...landscape.parties,
      ...Object.values(landscape.relationship).flat(),
    ].map((record) => record.changedAt);
    expect(Math.max(...stamps)).toBeLessThan(midnight);
    expect(new Set(landscape.orders.map((order) => order.changedAt)).size).toBeLessThan(landscape.orders.length);
    expect(landscape.orders.some((order) => order.changedAt % 1_000 !== 0)).toBe(true);
  });
});

describe('the truth', () => {
  const truth = truthOf(landscape);

  it('names every record of every system once', () => {
    const refs = truth.flatMap((customer) => customer.refs.map(({ system, key }) => `${system}:${key}`));
    expect(new Set(refs).size).toBe(refs.length);
    expect(refs).toHaveLength(landscape.parties.length);
  });

  it('has customers known to four systems, to some, and twice to one', () => {
    const systems = truth.map(({ refs }) => refs.map(({ system }) => system));
    expect(systems.some((known) => new Set(known).size === 4)).toBe(true);
    expect(systems.some((known) => new Set(known).size === 1)).toBe(true);
    expect(systems.some((known) => known.length > new Set(known).size)).toBe(true);
  });

  it('is not contradicted: no two customers share a tax id, a phone number or an e-mail address of their own', () => {
    const shared = (keyOf: (party: (typeof landscape.parties)[number]) => string | null) =>
      [...groupBy(landscape.parties, keyOf)].filter(([, parties]) => new Set(parties.map((p) => p.customer)).size > 1);
    expect(shared(({ taxId }) => taxId?.replace(/[^A-Z0-9]/g, '') ?? null)).toEqual([]);
    const international = (phone: string) => phone.replace(/^00/, '+').replace(/[^+\d]/g, '');
    expect(shared(({ phone }) => (phone && /^(\+|00)/.test(phone) ? international(phone) : null))).toEqual([]);
    expect(shared(({ email }) => email?.toLowerCase() ?? null).map(([email]) => email)).toEqual([
      'noreply@customer.example',
    ]);
  });

  it('leaves some records that nothing links', () => {
    const alone = landscape.parties.filter((party) => party.email?.endsWith('@post.example'));
    expect(alone.length).toBeGreaterThan(5);
    for (const party of alone) expect([party.taxId, party.erpId]).toEqual([null, null]);
  });
});
