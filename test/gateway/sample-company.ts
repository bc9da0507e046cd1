import type { CacheBuilder } from './cache-builder.ts';

/** A small generator of numbers below `below`, the same for the same seed (mulberry32). */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

export interface SampleOrder {
  id: string;
  customerId: string | null;
  status: string;
  sourceStatus: string;
  currency: string;
  orderDate: string | null;
  /** Whole ten-thousandths. */
  total: bigint | null;
}

export interface SampleCompany {
  seed: number;
  customerIds: string[];
  mergedId: string;
  orders: SampleOrder[];
}

const statuses = ['DRAFT', 'QUOTATION', 'CONFIRMED', 'PROCESSING', 'DONE', 'CANCELLED'] as const;
const currencies = ['EUR', 'USD', 'KRW'] as const;

/**
 * A company with customers known to four systems, orders with and without dates, amounts and customers, documents
 * that name their orders themselves or on their lines, and everything a CRM knows.
 */
export function sampleCompany(builder: CacheBuilder, { seed = 7, customers = 8, ordersEach = 6 } = {}): SampleCompany {
  const roll = dice(seed);
  const { add, customer } = builder;
  const orders: SampleOrder[] = [];
  const customerIds: string[] = [];
  const parties: Record<string, string>[] = [];

  for (let c = 0; c < customers; c++) {
    const name = c % 3 === 0 ? `한국상사 ${c}` : `Company ${String.fromCharCode(65 + (c % 26))}${c}`;
    const kind = c % 4 === 3 ? 'PERSON' : 'ORGANIZATION';
    const known: Record<string, string> = {};
    for (const system of ['erp', 'scm', 'crm', 'finance']) {
      if (system === 'scm' && c % 5 === 4) continue;
      known[system] = add('party', system, `P${c}`, {
        kind,
        displayName: `${name} (${system})`,
        country: c % 2 ? 'DE' : 'KR',
      });
    }
    parties.push(known);
    customerIds.push(
      customer(name, Object.values(known), {
        kind,
        country: c % 2 ? 'DE' : 'KR',
        search_text: `${name.toLowerCase()}\ninfo@company${c}.example`,
        email: `info@company${c}.example`,
      }),
    );
  }

  for (let n = 0; n < customers * ordersEach; n++) {
    const owner = n % 11 === 10 ? null : n % customers;
    const party = owner === null ? null : (parties[owner]?.erp ?? null);
    const status = statuses[roll(statuses.length)] ?? 'DONE';
    const currency = currencies[roll(currencies.length)] ?? 'EUR';
    const orderDate = n % 7 === 6 ? null : day(roll(400));
    const total = n % 13 === 12 ? null : BigInt(roll(2_000_000_000)) * 10n + BigInt(roll(10));
    const id = add('order', 'erp', `O${n}`, {
      partyId: party,
      orderNumber: `SO-${1000 + roll(40)}`,
      status,
      sourceStatus: status.toLowerCase(),
      orderDate,
      requestedDate: orderDate,
      currency,
      netAmount: total === null ? null : decimal(total),
      totalAmount: total === null ? null : decimal(total),
    });
    orders.push({
      id,
      customerId: owner === null ? null : (customerIds[owner] ?? null),
      status,
      sourceStatus: status.toLowerCase(),
      currency,
      orderDate,
      total,
    });
    addDocuments(builder, n, id, owner === null ? undefined : parties[owner], roll);
  }

  const [first, second] = [parties[0] ?? {}, parties[1] ?? {}];
  addCrm(builder, first, orders[0]?.id ?? null, second);
  const mergedId = '01890000-0000-7000-8000-00000000dead';
  builder.forward(mergedId, customerIds[0] ?? '');
  return { seed, customerIds, mergedId, orders };
}

/** Lines, and by turns: a shipment and an invoice that name the order, or only on their lines, or one for two. */
function addDocuments(
  { add }: CacheBuilder,
  n: number,
  orderId: string,
  known: Record<string, string> | undefined,
  roll: (below: number) => number,
): void {
  const line = add('orderLine', 'erp', `O${n}/1`, {
    orderId,
    lineNo: 1,
    sku: `A-${n}`,
    orderedQty: '10',
    unitPrice: '1.2345',
    netAmount: '12.345',
  });
  add('orderLine', 'erp', `O${n}/2`, { orderId, lineNo: 2, sku: `B-${n}`, orderedQty: '2.5' });
  if (n % 3 === 0) return;
  const byLine = n % 3 === 2;
  const shipmentId = add('shipment', 'scm', `S${n}`, {
    partyId: known?.scm ?? null,
    orderId: byLine ? null : orderId,
    shipmentNumber: `SH-${n}`,
    status: n % 5 === 0 ? 'EXCEPTION' : 'DELIVERED',
    sourceStatus: 'x',
    carrier: n % 2 ? 'DHL' : 'Post',
    shippedAt: `${day(roll(400))}T08:30:00.123456Z`,
    deliveredAt: n % 5 === 0 ? null : `${day(roll(400))}T09:00:00.000001Z`,
  });
  add('shipmentLine', 'scm', `S${n}/1`, {
    shipmentId,
    orderLineId: line,
    shippedQty: '10',
    deliveredQty: '10',
    sku: `A-${n}`,
  });
  const invoiceId = add('invoice', 'finance', `I${n}`, {
    partyId: known?.finance ?? null,
    orderId: byLine ? null : orderId,
    invoiceNumber: `INV-${n}`,
    kind: n % 10 === 1 ? 'CREDIT_NOTE' : 'INVOICE',
    status: n % 4 === 1 ? 'DRAFT' : 'POSTED',
    paymentStatus: n % 2 ? 'PARTIAL' : 'NOT_PAID',
    issueDate: day(roll(400)),
    dueDate: n % 6 === 5 ? null : day(roll(460)),
    currency: 'EUR',
    totalAmount: '119.99',
    netAmount: '100.83',
    outstandingAmount: n % 8 === 2 ? '0' : n % 8 === 4 ? null : '19.9999',
  });
  add('invoiceLine', 'finance', `I${n}/1`, {
    invoiceId,
    orderLineId: line,
    lineNo: 1,
    quantity: '10',
    netAmount: '100.83',
  });
  const paymentId = add('payment', 'finance', `Y${n}`, {
    partyId: known?.finance ?? null,
    receivedAt: day(roll(400)),
    status: 'RECEIVED',
    method: 'transfer',
    currency: 'EUR',
    amount: '100',
  });
  add('paymentAllocation', 'finance', `Y${n}/1`, { paymentId, invoiceId, amount: '99.9901' });
  if (n % 4 === 0) {
    const returnId = add('customerReturn', 'scm', `R${n}`, {
      partyId: known?.scm ?? null,
      orderId: byLine ? orderId : null,
      originalShipmentId: shipmentId,
      status: 'RECEIVED',
      reason: 'broken',
      returnedAt: `${day(roll(400))}T10:00:00.000000Z`,
      currency: 'EUR',
      amount: '12.5',
    });
    add('returnLine', 'scm', `R${n}/1`, { returnId, orderLineId: line, quantity: '1' });
  }
}

function addCrm(
  { add }: CacheBuilder,
  own: Record<string, string>,
  orderId: string | null,
  other: Record<string, string>,
): void {
  const partyId = own.crm ?? '';
  add('contactPoint', 'crm', 'CP1', {
    partyId,
    kind: 'EMAIL',
    raw: 'Info@Company0.example',
    normalized: 'info@company0.example',
  });
  const boss = add('contact', 'crm', 'CT1', {
    partyId,
    name: 'Jiwoo Park',
    role: 'DECISION_MAKER',
    personId: other.crm ?? null,
  });
  add('contact', 'crm', 'CT2', { partyId, name: 'Min Lee', role: 'BUYER', reportsToId: boss });
  const top = add('account', 'crm', 'AC1', {
    partyId,
    accountNumber: '00017',
    creditLimit: '5000',
    openBalance: '12.34',
    currency: 'EUR',
    isKeyAccount: true,
  });
  add('account', 'crm', 'AC2', { partyId, accountNumber: '00018', parentAccountId: top });
  add('identification', 'crm', 'ID1', { partyId, scheme: 'VAT', value: 'DE123456789' });
  add('consent', 'crm', 'CO1', {
    partyId,
    purpose: 'newsletter',
    status: 'GRANTED',
    decidedAt: '2026-01-01T00:00:00.000000Z',
  });
  add('relationship', 'crm', 'RE1', {
    fromPartyId: partyId,
    toPartyId: other.crm ?? '',
    kind: 'PARENT_OF',
    validFrom: '2020-01-01',
  });
  const caseId = add('serviceCase', 'crm', 'CA1', {
    partyId,
    kind: 'COMPLAINT',
    status: 'IN_PROGRESS',
    priority: 'HIGH',
    subject: 'Late',
    orderId,
    openedAt: '2026-02-01T10:00:00.000000Z',
  });
  for (let n = 0; n < 9; n++) {
    add('interaction', 'crm', `IN${n}`, {
      partyId,
      channel: n % 2 ? 'PHONE' : 'EMAIL',
      occurredAt: '2026-02-02T10:00:00.000000Z',
      subject: `Touch ${n}`,
      caseId: n ? null : caseId,
      orderId: n ? null : orderId,
    });
  }
  add('surveyResponse', 'crm', 'SU1', {
    partyId,
    kind: 'NPS',
    scaleMin: 0,
    scaleMax: 10,
    score: '9',
    respondedAt: '2026-02-03T10:00:00.000000Z',
    followUpCaseId: caseId,
  });
  add('opportunity', 'crm', 'OP1', {
    partyId,
    name: 'New plant',
    status: 'OPEN',
    stage: 'offer',
    currency: 'USD',
    amount: '1000000.01',
    openedOn: '2026-01-15',
    contactId: boss,
  });
  add('procurementPlan', 'crm', 'PP1', {
    partyId,
    project: 'Line 4',
    budget: '500',
    currency: 'EUR',
    plannedDate: '2026-09-01',
    status: 'PLANNED',
  });
  add('competitorPresence', 'crm', 'CM1', {
    partyId,
    competitor: 'Other Ltd',
    sharePercent: '12.5',
    observedOn: '2026-01-01',
  });
}

/** A day of the 400 before 1 February 2026, or after for numbers above 400. */
function day(number: number): string {
  return new Date(Date.UTC(2025, 0, 1) + number * 86_400_000).toISOString().slice(0, 10);
}

/** Ten-thousandths as a canonical decimal. */
export function decimal(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(5, '0');
  const text = `${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0+$/, '');
  return units < 0n ? `-${text}` : text;
}
