import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Cache } from '../../cache/database/database.ts';
import { readInvoices } from '../../cache/insight/insight-facts.ts';
import { createInvoiceStore, overdueInvoice } from '../../cache/records/invoice-store.ts';
import { openAmount, readSettling } from '../../cache/records/open-amounts.ts';
import { decodeValue, selectValue } from '../../cache/sql/row-codec.ts';
import { decimalOf, sumUnits, unitsOf } from '../../customer-360/exact-decimal.ts';
import { dayOf } from '../../customer-360/insight/models/repeat-buying.ts';
import { overdueOf, receivablesOf } from '../../customer-360/insight/receivables.ts';
import { type OpenDocument, openAmountOf } from '../../customer-360/order-to-cash/open-amount.ts';
import { recordId } from '../../schema/ids.ts';
import type { CanonicalFields } from '../../schema/records.ts';
import { createCacheBuilder } from '../gateway/cache-builder.ts';
import { databases } from '../setup/databases.ts';

type Invoice = Partial<Omit<CanonicalFields<'invoice'>, 'originalInvoiceId' | 'orderId'>>;

/** One customer's documents by key (`original` and `order` name others by key), and payments with what they pay. */
interface Books {
  invoices: Record<string, Invoice & { original?: string; order?: string }>;
  payments?: {
    status?: 'RECEIVED' | 'PENDING' | 'FAILED';
    currency?: string | null;
    parts: (readonly [invoice: string | null, amount: string | null])[];
  }[];
}

const TODAY = '2026-03-01';
const decimal = { type: 'decimal' } as const;
const note = { kind: 'CREDIT_NOTE' } as const;
const paid = { paymentStatus: 'PAID' } as const;
const pays = (...parts: (readonly [string | null, string | null])[]) => [{ parts }];

/** Books, and what is open of each document: above zero is owed by the customer, below zero to it. */
const examples: [what: string, books: Books, open: Record<string, string>][] = [
  ['all of an invoice of which nothing is known', { invoices: { i: {} } }, { i: '100' }],
  [
    'what the system states',
    { invoices: { i: { outstandingAmount: '30' } }, payments: pays(['i', '100']) },
    { i: '30' },
  ],
  [
    'nothing of paid and reversed ones',
    { invoices: { i: paid, j: { paymentStatus: 'REVERSED' } } },
    { i: '0', j: '0' },
  ],
  [
    'nothing of drafts',
    { invoices: { i: { status: 'DRAFT' }, k: { ...note, status: 'CANCELLED' } } },
    { i: '0', k: '0' },
  ],
  ['what a payment leaves', { invoices: { i: {} }, payments: pays(['i', '60.5']) }, { i: '39.5' }],
  [
    'nothing that several payments leave',
    { invoices: { i: {} }, payments: pays(['i', '60'], ['i', '40']) },
    { i: '0' },
  ],
  ['a credit of what was paid too much', { invoices: { i: {} }, payments: pays(['i', '130']) }, { i: '-30' }],
  ['a stated overpayment as a credit', { invoices: { i: { outstandingAmount: '-12' } } }, { i: '-12' }],
  [
    'all where a payment failed, or is to come',
    {
      invoices: { i: {} },
      payments: (['FAILED', 'PENDING'] as const).map((status) => ({ status, parts: [['i', '100']] })),
    },
    { i: '100' },
  ],
  [
    'all where a payment was taken back',
    { invoices: { i: {} }, payments: pays(['i', '100'], ['i', '-100']) },
    { i: '100' },
  ],
  [
    'all beside a payment on account',
    { invoices: { i: {} }, payments: pays([null, '100'], ['i', null], ['i', '0']) },
    { i: '100' },
  ],
  [
    'all beside a payment in another currency',
    { invoices: { i: {} }, payments: [{ currency: 'USD', parts: [['i', '100']] }] },
    { i: '100' },
  ],
  ['a credit note of nothing', { invoices: { k: note } }, { k: '-100' }],
  ['a negative invoice', { invoices: { k: { totalAmount: '-100' } } }, { k: '-100' }],
  [
    'a negative invoice as stated',
    { invoices: { k: { totalAmount: '-100', outstandingAmount: '-40' } } },
    { k: '-40' },
  ],
  [
    'stated credits, whichever sign they have',
    {
      invoices: {
        k: { ...note, outstandingAmount: '40' },
        l: { ...note, totalAmount: '-100', outstandingAmount: '-40' },
      },
    },
    { k: '-40', l: '-40' },
  ],
  [
    'nothing of a credit note of a paid invoice',
    { invoices: { i: paid, k: { ...note, original: 'i' } } },
    { i: '0', k: '0' },
  ],
  [
    'nothing of a credit note of a settled order',
    { invoices: { i: { ...paid, order: 'o' }, k: { ...note, order: 'o' } } },
    { i: '0', k: '0' },
  ],
  [
    'nothing of a negative invoice of a settled order',
    { invoices: { i: { outstandingAmount: '0', order: 'o' }, k: { totalAmount: '-100', order: 'o' } } },
    { i: '0', k: '0' },
  ],
  [
    'nothing of a credit note of an order that payments settled',
    { invoices: { i: { order: 'o' }, k: { ...note, order: 'o' } }, payments: pays(['i', '100']) },
    { i: '0', k: '0' },
  ],
  [
    'an invoice less its credit note',
    { invoices: { i: {}, k: { ...note, totalAmount: '60', original: 'i' } } },
    { i: '40', k: '0' },
  ],
  [
    'an invoice less its payments and credit notes, and what was too much',
    { invoices: { i: {}, k: { ...note, totalAmount: '-30', original: 'i' } }, payments: pays(['i', '80']) },
    { i: '-10', k: '0' },
  ],
  [
    'what is stated where the credit note is in it',
    { invoices: { i: { outstandingAmount: '40' }, k: { ...note, totalAmount: '60', original: 'i' } } },
    { i: '40', k: '0' },
  ],
  [
    'a credit note that a stated amount cannot hold',
    { invoices: { i: { outstandingAmount: '100' }, k: { ...note, original: 'i' } } },
    { i: '100', k: '-100' },
  ],
  ['what was paid out of a credit note', { invoices: { k: note }, payments: pays(['k', '-70']) }, { k: '-30' }],
  [
    'nothing below a credit note that was paid out twice',
    { invoices: { k: note }, payments: pays(['k', '-70'], ['k', '-70']) },
    { k: '0' },
  ],
  [
    'currencies apart',
    { invoices: { i: { ...paid, currency: 'JPY', totalAmount: '10000' }, k: { ...note, original: 'i' } } },
    { i: '0', k: '-100' },
  ],
  [
    'amounts without decimals',
    {
      invoices: { i: { currency: 'KRW', totalAmount: '1500000' } },
      payments: [{ currency: 'KRW', parts: [['i', '1499999']] }],
    },
    { i: '1' },
  ],
];

describe.each(databases)('what is open of invoices on $name', (database) => {
  let cache: Cache;
  let books = 0;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => cache.close());

  /** What each document leaves open by the rule; SQL, the balance, the ageing and the filter have to say the same. */
  async function openOf({ invoices, payments = [] }: Books): Promise<Record<string, string>> {
    books += 1;
    const builder = createCacheBuilder(1_772_000_000_000 + books * 100_000);
    const system = `b${books}`;
    const partyId = builder.add('party', system, 'P', { kind: 'ORGANIZATION', displayName: 'Elster GmbH' });
    const customerId = builder.customer('Elster GmbH', [partyId]);
    const idOf = (key: string) => recordId({ system, entity: 'invoice', key });
    const documents: Record<string, OpenDocument> = {};
    for (const [key, { original, order, ...fields }] of Object.entries(invoices)) {
      const document = {
        kind: 'INVOICE' as const,
        status: 'POSTED' as const,
        paymentStatus: null,
        totalAmount: '100',
        outstandingAmount: null,
        currency: 'EUR',
        dueDate: '2026-02-01',
        partyId,
        originalInvoiceId: original === undefined ? null : idOf(original),
        orderId: order === undefined ? null : recordId({ system, entity: 'order', key: order }),
        ...fields,
      };
      builder.add('invoice', system, key, document);
      documents[key] = document;
    }
    for (const [index, { status = 'RECEIVED', currency = 'EUR', parts }] of payments.entries()) {
      const paymentId = builder.add('payment', system, `Z${index}`, { partyId, status, currency });
      for (const [part, [invoice, amount]] of parts.entries()) {
        const invoiceId = invoice === null ? null : idOf(invoice);
        builder.add('paymentAllocation', system, `Z${index}-${part}`, { paymentId, invoiceId, amount });
      }
    }
    await builder.save(cache);

    const keys = Object.keys(documents);
    const settling = await readSettling(cache, keys.map(idOf));
    const open: Record<string, string> = {};
    for (const [key, document] of Object.entries(documents)) {
      open[key] = decimalOf(openAmountOf(document, settling.get(idOf(key))));
    }
    const amount = selectValue(decimal, openAmount('t', cache.dialect), cache.dialect);
    const late = overdueInvoice('t', { dialect: cache.dialect, today: TODAY });
    const rows = await cache.query(
      `SELECT t.source_key AS \`key\`, ${amount} AS amount, CASE WHEN ${late.sql} THEN 1 ELSE 0 END AS late
       FROM invoices t WHERE t.party_id = ?`,
      [...late.parameters, partyId],
    );
    expect(Object.fromEntries(rows.map((row) => [row.key, decodeValue(decimal, row.amount, cache.dialect)]))).toEqual(
      open,
    );
    const lateKeys = rows.filter((row) => Number(row.late) === 1).map((row) => String(row.key));
    expect(lateKeys.sort()).toEqual(keys.filter((key) => unitsOf(open[key]) > 0n).sort());

    const facts = (await readInvoices(cache, [customerId], '2026-01-01')).get(customerId) ?? [];
    const aged = receivablesOf(facts, dayOf(TODAY), 90).filter(
      ({ balance, credits }) => balance !== 0n || credits !== 0n,
    );
    const balances = (await createInvoiceStore(cache, null).openBalances([customerId])).get(customerId) ?? [];
    const sums = new Map<string | null, bigint>();
    for (const [key, { currency }] of Object.entries(invoices).map(
      ([key, one]) => [key, { currency: 'EUR', ...one }] as const,
    )) {
      sums.set(currency, (sums.get(currency) ?? 0n) + unitsOf(open[key]));
    }
    const nonZero = (amounts: [string | null, bigint][]) =>
      Object.fromEntries(
        amounts.filter(([, units]) => units !== 0n).map(([currency, units]) => [String(currency), decimalOf(units)]),
      );
    expect(nonZero(balances.map(({ currency, amount: sum }) => [currency, unitsOf(sum)]))).toEqual(nonZero([...sums]));
    expect(nonZero(aged.map(({ currency, balance }) => [currency, balance]))).toEqual(nonZero([...sums]));
    for (const each of aged) {
      for (const bucket of [
        each.current,
        each.days1To30,
        each.days31To60,
        each.days61To90,
        each.over90,
        each.credits,
      ]) {
        expect(bucket >= 0n).toBe(true);
      }
      expect(each.balance).toBe(each.current + overdueOf(each) - each.credits);
    }
    expect(sumUnits(aged.map((each) => each.credits))).toBe(
      sumUnits(Object.values(open).map((each) => (unitsOf(each) < 0n ? -unitsOf(each) : 0n))),
    );
    return open;
  }

  it.each(examples)('is %s', async (_what, given, open) => {
    expect(await openOf(given)).toEqual(open);
  });

  it('is one rule for sums, filters, ageing and records', async () => {
    const amount = fc.option(fc.integer({ min: -20_000, max: 20_000 }).map((cents) => decimalOf(BigInt(cents) * 100n)));
    const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
    const currency = fc.constantFrom('EUR', 'EUR', 'JPY', null);
    const keys = ['a', 'b', 'c', 'd'];
    const key = fc.constantFrom(...keys);
    const document = fc
      .record({
        kind: fc.constantFrom('INVOICE' as const, 'INVOICE' as const, 'CREDIT_NOTE' as const),
        status: fc.constantFrom('POSTED' as const, 'POSTED' as const, 'POSTED' as const, 'DRAFT' as const),
        paymentStatus: fc.constantFrom(null, null, 'NOT_PAID' as const, 'PARTIAL' as const, 'PAID' as const),
        totalAmount: amount,
        outstandingAmount: fc.oneof(fc.constant(null), fc.constant(null), amount),
        currency,
        original: optional(key),
        order: optional(fc.constantFrom('o', 'p')),
      })
      .map(({ original, order, ...rest }) => ({ ...rest, ...(original && { original }), ...(order && { order }) }));
    const anyBooks: fc.Arbitrary<Books> = fc.record({
      invoices: fc
        .array(document, { minLength: 1, maxLength: 4 })
        .map((all) => Object.fromEntries(all.map((one, index) => [String(keys[index]), one]))),
      payments: fc.array(
        fc.record({
          status: fc.constantFrom('RECEIVED' as const, 'RECEIVED' as const, 'FAILED' as const),
          currency,
          parts: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', null), amount), { maxLength: 3 }),
        }),
        { maxLength: 3 },
      ),
    });
    // what fast-check throws names the seed
    await fc.assert(
      fc.asyncProperty(anyBooks, async (given) => {
        await openOf(given);
      }),
      { numRuns: 60 },
    );
  });
});
