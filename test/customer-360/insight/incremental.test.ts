import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Cache } from '../../../cache/database/database.ts';
import { latestModels } from '../../../cache/insight/insight-models.ts';
import { readInsights, type StoredInsight } from '../../../cache/insight/insight-store.ts';
import type { PageRecord, PageRow } from '../../../cache/sync/page-record.ts';
import { HubError } from '../../../config/errors.ts';
import { utcDays } from '../../../config/settings/business-zones.ts';
import { insightSettings } from '../../../config/settings/insight-settings.ts';
import { hubSettings } from '../../../config/settings/settings.ts';
import { resolveDirty } from '../../../customer-360/identity/resolution/resolve-dirty.ts';
import { createSteward } from '../../../customer-360/identity/stewardship/steward.ts';
import { customerNumbers } from '../../../customer-360/insight/customer-numbers.ts';
import { portfolioOf } from '../../../customer-360/insight/portfolio-models.ts';
import { readFacts } from '../../../customer-360/insight/read-facts.ts';
import { refreshAll, refreshChanged } from '../../../customer-360/insight/refresh-insight.ts';
import { createConverter } from '../../../customer-360/insight/reporting-currency.ts';
import { storedInsight } from '../../../customer-360/insight/stored-insight.ts';
import { recordId } from '../../../schema/ids.ts';
import type { Entity } from '../../../schema/records.ts';
import { type OpenPass, openPass, rowOf } from '../../cache/page-builder.ts';
import { databases } from '../../setup/databases.ts';

const settings = insightSettings.parse({ currency: 'EUR', rates: { USD: '0.5' } });
const { identity } = hubSettings.parse({ identity: { defaultCountry: 'DE' } });
const priorities = {};
const MARCH = Date.parse('2026-03-31T12:00:00Z');

/** What is done to a small company, as its systems, its stewards and time do it. */
type Edit =
  | { do: 'save'; record: PageRecord }
  | { do: 'merge' | 'unmerge'; a: string; b: string }
  | { do: 'resolve' | 'refresh' };

const idOf = (entity: Entity, key: string) => recordId({ system: 'erp', entity, key });

describe.each(databases)('the numbers about customers on $name', (database) => {
  let cache: Cache;
  let pass: OpenPass;
  beforeAll(async () => {
    cache = await database.open();
    pass = await openPass(cache);
  });
  afterAll(() => database.drop());

  const request = () => ({ cache, settings, holder: 'test', now: () => MARCH });
  const steward = () => createSteward({ cache, identity, priorities });

  it('are the same, followed through any edits in any steps, as worked out of what there is in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edits, { minLength: 5, maxLength: 60 }), async (list) => {
        await startAnew();
        for (const edit of list) await carryOut(edit);
        await resolveDirty({ cache, identity, priorities });
        expect(await refreshChanged(request())).toMatchObject({ outcome: 'DONE', whole: false });
        const fromScratch = await workedOut();
        expect(await followed()).toEqual(fromScratch);
        expect(await thisMonth()).toEqual(new Map([...fromScratch].map(([id, { openBalance }]) => [id, openBalance])));
      }),
      { numRuns: cache.dialect === 'mysql' ? 5 : 40 },
    );
  }, 120_000);

  async function startAnew(): Promise<void> {
    for (const table of tables) await cache.execute(`DELETE FROM ${table}`);
    await cache.execute('UPDATE change_sequence SET last_sequence = 0');
    const parties = Array.from({ length: PARTIES }, (_, n) => party(`p${n}`, `m${n}`));
    const orders = Array.from({ length: ORDERS }, (_, n) =>
      order(`o${n}`, {
        party: `p${n % PARTIES}`,
        day: `2026-0${1 + (n % 3)}-1${n}`,
        amount: 100 + n,
        wanted: '2026-03-30',
        lines: 1,
      }),
    );
    await pass.save([...parties, ...orders]);
    await resolveDirty({ cache, identity, priorities });
    await refreshAll(request());
  }

  async function carryOut(edit: Edit): Promise<void> {
    switch (edit.do) {
      case 'save':
        await pass.save([edit.record]);
        return;
      case 'resolve':
        await resolveDirty({ cache, identity, priorities });
        return;
      case 'refresh':
        expect(await refreshChanged(request())).toMatchObject({ outcome: 'DONE', whole: false });
        return;
      case 'merge':
      case 'unmerge': {
        const [a, b] = [await customerOf(edit.a), await customerOf(edit.b)];
        if (a === undefined || b === undefined || (edit.do === 'merge') === (a === b)) return;
        const [how, one] = [{ actor: 'test' }, idOf('party', edit.a)];
        await refused(edit.do === 'merge' ? steward().merge(a, b, how) : steward().unmerge(a, [one], how));
      }
    }
  }

  /** An earlier decision may speak against it. */
  async function refused(action: Promise<unknown>): Promise<void> {
    await action.catch((error: unknown) => {
      if (!(error instanceof HubError)) throw error;
    });
  }

  async function customerOf(key: string): Promise<string | undefined> {
    const [row] = await cache.query('SELECT customer_id AS id FROM customer_links WHERE party_id = ?', [
      idOf('party', key),
    ]);
    return row && String(row.id);
  }

  async function customerIds(): Promise<string[]> {
    return (await cache.query('SELECT id FROM customers ORDER BY id')).map(({ id }) => String(id));
  }

  /** Of everybody, with the models there are, without looking at what was worked out before. */
  async function workedOut(): Promise<Map<string, StoredInsight>> {
    const known = portfolioOf(await latestModels(cache));
    if (!known) throw new Error('Expected models.');
    const { portfolio } = known;
    const converter = createConverter(portfolio.currency, settings.rates);
    const context = { portfolio, converter, settings, zones: utcDays, asOf: portfolio.fittedOn };
    const facts = await readFacts(cache, await customerIds(), context);
    const at = { asOf: portfolio.fittedOn, computedAt: '2026-03-31T12:00:00.000000Z' };
    return new Map([...facts].map(([id, each]) => [id, storedInsight(id, customerNumbers(each, context), at)]));
  }

  async function followed(): Promise<Map<string, StoredInsight>> {
    const rows = await cache.query('SELECT customer_id AS id FROM customer_insight ORDER BY customer_id');
    return readInsights(
      cache,
      rows.map(({ id }) => String(id)),
    );
  }

  async function thisMonth(): Promise<Map<string, string | null>> {
    const rows = await cache.query('SELECT customer_id AS id, open_balance AS balance FROM customer_insight_months');
    const decimal = (value: unknown) => String(Number(value) / (cache.dialect === 'sqlite' ? 10_000 : 1));
    return new Map(rows.map(({ id, balance }) => [String(id), balance === null ? null : decimal(balance)]));
  }
});

// few of everything, so that edits meet
const PARTIES = 4;
const ORDERS = 4;

let versions = 0;
/** Later than all before. */
const stamp = () => `2026-02-01T00:00:00.${String(++versions).padStart(6, '0')}Z`;

const mapped = (key: string, rows: PageRow[]): PageRecord => {
  const version = stamp();
  return { outcome: 'mapped', record: { key, version, data: { version } }, rows };
};

function party(key: string, mailbox: string | null): PageRecord {
  const email = mailbox && `${mailbox}@example.com`;
  return mapped(key, [
    rowOf('party', key, { kind: 'ORGANIZATION', displayName: `Firm ${key}`, email, crossReferences: [] }),
  ]);
}

interface OrderEdit {
  party: string | null;
  day: string | null;
  amount: number;
  status?: string;
  currency?: string;
  wanted?: string | null;
  lines?: number;
  cancelled?: number;
}

function order(key: string, edit: OrderEdit): PageRecord {
  const { party: of, day, amount, status = 'CONFIRMED', currency = 'EUR', wanted = null, lines = 0 } = edit;
  return mapped(key, [
    rowOf('order', key, {
      partyId: of === null ? null : idOf('party', of),
      status,
      orderDate: day,
      requestedDate: wanted,
      currency,
      netAmount: String(amount),
    }),
    ...Array.from({ length: lines }, (_, n) =>
      rowOf('orderLine', `${key}/${n}`, {
        orderId: idOf('order', key),
        lineNo: n,
        orderedQty: '5',
        cancelledQty: String(edit.cancelled ?? 0),
      }),
    ),
  ]);
}

const nthKey = (letter: string, count: number) => fc.nat(count - 1).map((n) => `${letter}${n}`);
const aParty = fc.option(nthKey('p', PARTIES), { freq: 8 });
const aDay = fc.option(
  fc.constantFrom('2024-01-05', '2025-03-01', '2025-09-20', '2026-01-02', '2026-03-30', '2026-04-09'),
  { freq: 9 },
);
const aReference = (entity: Entity, key: string | null) => (key === null ? null : idOf(entity, key));

const savedParty = fc
  .record({ key: nthKey('p', PARTIES), mailbox: fc.option(nthKey('m', 4), { freq: 3 }) })
  .map(({ key, mailbox }) => party(key, mailbox));

const savedOrder = fc
  .record({
    key: nthKey('o', ORDERS),
    party: aParty,
    day: aDay,
    amount: fc.integer({ min: -50, max: 5_000 }),
    status: fc.constantFrom('DRAFT', 'CONFIRMED', 'PROCESSING', 'DONE', 'CANCELLED'),
    currency: fc.constantFrom('EUR', 'EUR', 'USD', 'JPY'),
    wanted: aDay,
    lines: fc.nat(2),
    cancelled: fc.constantFrom(0, 0, 3, 5),
  })
  .map(({ key, ...edit }) => order(key, edit));

/** Names its order itself, on its lines, or by the order's lines alone. */
const savedShipment = fc
  .record({
    key: nthKey('s', 2),
    party: fc.option(nthKey('p', PARTIES), { freq: 1 }),
    order: nthKey('o', ORDERS),
    names: fc.constantFrom('itself', 'line', 'orderLine', 'nothing'),
    line: fc.constantFrom(0, 0, 1),
    status: fc.constantFrom('PLANNED', 'IN_TRANSIT', 'DELIVERED', 'DELIVERED', 'RETURNED'),
    came: fc.option(fc.constantFrom('2025-09-19', '2026-01-01', '2026-03-29'), { freq: 4 }),
    quantity: fc.constantFrom(2, 5, 5),
  })
  .map(({ key, party: of, order: to, names, line, status, came, quantity }) =>
    mapped(key, [
      rowOf('shipment', key, {
        partyId: aReference('party', of),
        orderId: names === 'itself' ? idOf('order', to) : null,
        status,
        deliveredAt: came && `${came}T10:00:00.000000Z`,
        shippedAt: came && `${came}T08:00:00.000000Z`,
      }),
      rowOf('shipmentLine', `${key}/0`, {
        shipmentId: idOf('shipment', key),
        orderId: names === 'line' ? idOf('order', to) : null,
        orderLineId: names === 'nothing' ? null : idOf('orderLine', `${to}/${line}`),
        shippedQty: String(quantity),
        deliveredQty: came && String(quantity),
      }),
    ]),
  );

const savedReturn = fc
  .record({ key: nthKey('r', 3), party: aParty, order: nthKey('o', ORDERS), quantity: fc.nat(5) })
  .map(({ key, party: of, order: to, quantity }) =>
    mapped(key, [
      rowOf('customerReturn', key, {
        partyId: aReference('party', of),
        orderId: idOf('order', to),
        status: 'RECEIVED',
      }),
      rowOf('returnLine', `${key}/0`, {
        returnId: idOf('customerReturn', key),
        orderLineId: idOf('orderLine', `${to}/0`),
        quantity: String(quantity),
      }),
    ]),
  );

const savedInvoice = fc
  .record({
    key: nthKey('i', 3),
    party: aParty,
    order: nthKey('o', ORDERS),
    kind: fc.constantFrom('INVOICE', 'INVOICE', 'CREDIT_NOTE'),
    status: fc.constantFrom('DRAFT', 'POSTED', 'POSTED', 'CANCELLED'),
    paid: fc.constantFrom('NOT_PAID', 'PARTIAL', 'PAID', 'REVERSED'),
    issued: aDay,
    due: aDay,
    currency: fc.constantFrom('EUR', 'USD', 'JPY'),
    left: fc.option(fc.nat(200).map(String), { freq: 3 }),
  })
  .map(({ key, party: of, order: to, kind, status, paid, issued, due, currency, left }) =>
    mapped(key, [
      rowOf('invoice', key, {
        partyId: aReference('party', of),
        orderId: idOf('order', to),
        kind,
        status,
        paymentStatus: paid,
        issueDate: issued,
        dueDate: due,
        currency,
        totalAmount: '200',
        outstandingAmount: left,
      }),
    ]),
  );

const savedPayment = fc
  .record({ key: nthKey('y', 3), party: aParty, invoice: nthKey('i', 3), amount: fc.nat(200).map(String) })
  .map(({ key, party: of, invoice, amount }) =>
    mapped(key, [
      rowOf('payment', key, { partyId: aReference('party', of), status: 'RECEIVED', currency: 'EUR', amount }),
      rowOf('paymentAllocation', `${key}/0`, {
        paymentId: idOf('payment', key),
        invoiceId: idOf('invoice', invoice),
        amount,
      }),
    ]),
  );

const savedCase = fc
  .record({
    key: nthKey('c', 3),
    party: aParty,
    kind: fc.constantFrom('COMPLAINT', 'QUESTION'),
    status: fc.constantFrom('NEW', 'RESOLVED'),
  })
  .map(({ key, party: of, kind, status }) =>
    mapped(key, [rowOf('serviceCase', key, { partyId: aReference('party', of), kind, status })]),
  );

const savedAnswer = fc
  .record({
    key: nthKey('n', 4),
    party: aParty,
    kind: fc.constantFrom('NPS', 'CSAT', 'CES'),
    score: fc.nat(10).map(String),
    day: aDay,
  })
  .map(({ key, party: of, kind, score, day }) =>
    mapped(key, [
      rowOf('surveyResponse', key, {
        partyId: aReference('party', of),
        kind,
        score,
        respondedAt: day && `${day}T09:00:00.000000Z`,
      }),
    ]),
  );

const savedAddress = fc
  .record({ key: nthKey('a', 4), party: nthKey('p', PARTIES), city: fc.option(fc.constant('Bonn')) })
  .map(({ key, party: of, city }) =>
    mapped(key, [
      rowOf('contactPoint', key, {
        partyId: idOf('party', of),
        kind: 'ADDRESS',
        raw: 'Am Hof 1',
        street: 'Am Hof 1',
        city,
        country: 'DE',
      }),
    ]),
  );

const deleted = fc
  .tuple(fc.constantFrom('o', 's', 'i', 'r', 'y', 'c', 'n', 'a', 'p'), fc.nat(ORDERS - 1))
  .map(([letter, n]): PageRecord => {
    return { outcome: 'deleted', record: { key: `${letter}${n}`, version: stamp(), data: {} } };
  });

const saved = fc.oneof(
  { arbitrary: savedOrder, weight: 3 },
  { arbitrary: savedShipment, weight: 3 },
  { arbitrary: savedInvoice, weight: 2 },
  { arbitrary: savedParty, weight: 2 },
  { arbitrary: deleted, weight: 2 },
  savedReturn,
  savedPayment,
  savedCase,
  savedAnswer,
  savedAddress,
);

const edits: fc.Arbitrary<Edit> = fc.oneof(
  { arbitrary: saved.map((record): Edit => ({ do: 'save', record })), weight: 12 },
  {
    arbitrary: fc
      .record({
        do: fc.constantFrom<'merge' | 'unmerge'>('merge', 'unmerge'),
        a: nthKey('p', PARTIES),
        b: nthKey('p', PARTIES),
      })
      .map((edit): Edit => edit),
    weight: 2,
  },
  { arbitrary: fc.constantFrom<Edit>({ do: 'resolve' }, { do: 'refresh' }), weight: 6 },
);

const tables = [
  'source_records',
  'quarantine',
  'parties',
  'contact_points',
  'orders',
  'order_lines',
  'shipments',
  'shipment_lines',
  'customer_returns',
  'return_lines',
  'invoices',
  'payments',
  'payment_allocations',
  'service_cases',
  'survey_responses',
  'customers',
  'customer_links',
  'customer_forwards',
  'change_log',
  'identity_keys',
  'identity_dirty',
  'identity_unjudged',
  'identity_profiles',
  'identity_pairs',
  'identity_decisions',
  'identity_actions',
  'identity_merges',
  'customer_insight',
  'customer_insight_months',
  'insight_models',
  'insight_progress',
];
