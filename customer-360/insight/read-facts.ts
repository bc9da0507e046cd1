import type { Sql } from '../../cache/database/database.ts';
import {
  countOpenComplaints,
  readInvoices,
  readOrdersToDeliver,
  readParties,
  readPurchases,
  readSurveyResponses,
  withAddress,
} from '../../cache/insight/insight-facts.ts';
import { type CustomerRow, createCustomerStore } from '../../cache/records/customer-store.ts';
import { rowsBy } from '../../cache/sql/group-rows.ts';
import { type BusinessZones, zoneOf } from '../../config/settings/business-zones.ts';
import type { CustomerFacts, NumbersContext } from './customer-numbers.ts';
import type { RecordFacts } from './data-quality.ts';
import { dateOf } from './models/repeat-buying.ts';
import { type BuyingHistory, buyingHistoryOf } from './purchases.ts';

type BuyingContext = Pick<NumbersContext, 'settings' | 'converter' | 'asOf'>;
type ReadContext = BuyingContext & { zones: BusinessZones };

/** What each customer bought; customers without orders have an empty history. */
export async function readBuyingHistories(
  sql: Sql,
  customerIds: readonly string[],
  { settings, converter, asOf }: BuyingContext,
): Promise<Map<string, BuyingHistory>> {
  const days = await readPurchases(sql, customerIds, { amount: settings.amount, until: dateOf(asOf) });
  const byCustomer = rowsBy(days, 'customerId', (day) => day);
  return new Map(customerIds.map((id) => [id, buyingHistoryOf(byCustomer.get(id) ?? [], converter)]));
}

/** All that the numbers of these customers are worked out of: a statement a kind of record. */
export async function readFacts(
  sql: Sql,
  customerIds: readonly string[],
  context: ReadContext,
): Promise<Map<string, CustomerFacts>> {
  const { settings, asOf } = context;
  const histories = await readBuyingHistories(sql, customerIds, context);
  const invoices = await readInvoices(sql, customerIds, dateOf(asOf - settings.dsoDays + 1));
  const answers = await readSurveyResponses(sql, customerIds);
  const complaints = await countOpenComplaints(sql, customerIds);
  const orders = await readOrdersToDeliver(sql, customerIds, {
    from: dateOf(asOf - settings.windowDays),
    until: dateOf(asOf),
  });
  const golden = await createCustomerStore(sql, null).byIds(customerIds);
  const parties = await readParties(sql, customerIds);
  const addresses = await withAddress(sql, customerIds);

  const facts = new Map<string, CustomerFacts>();
  for (const [id, record] of golden) {
    const known = parties.get(id) ?? [];
    facts.set(id, {
      history: histories.get(id) ?? { purchases: [], credits: [], notConverted: new Map() },
      invoices: invoices.get(id) ?? [],
      answers: answers.get(id) ?? [],
      openComplaints: complaints.get(id) ?? 0,
      orders: (orders.get(id) ?? []).map((each) => inZones(each, context.zones)),
      record: recordFacts(record, known, addresses.has(id)),
    });
  }
  return facts;
}

/** A shipment left and arrived on the days of the place it belongs to. */
function inZones<O extends { shipments: { system: string }[] }>(order: O, zones: BusinessZones) {
  return {
    ...order,
    shipments: order.shipments.map((each: O['shipments'][number]) => ({ ...each, zone: zoneOf(zones, each.system) })),
  };
}

interface KnownParty {
  system: string;
  taxId: string | null;
  country: string | null;
}

function recordFacts(record: CustomerRow, parties: readonly KnownParty[], hasAddress: boolean): RecordFacts {
  const distinct = (values: readonly (string | null)[]) => [...new Set(values.filter((value) => value !== null))];
  return {
    ...record,
    hasAddress,
    systems: distinct(parties.map(({ system }) => system)).length,
    // a tax number is written with and without blanks and dashes
    taxIds: distinct(parties.map(({ taxId }) => taxId?.toUpperCase().replace(/[^0-9A-Z]/g, '') ?? null)),
    countries: distinct(parties.map(({ country }) => country)),
  };
}
