import { decimalText } from '../landscape/amounts.ts';
import { type Day, dateOf, isoOf, type Micros } from '../landscape/calendar.ts';
import type { Customer } from '../landscape/customers.ts';
import { type Invoice, totalOf } from '../landscape/invoices.ts';
import type { Party } from '../landscape/parties.ts';
import type { Payment } from '../landscape/payments.ts';
import type { LegacyRow, LegacyTableName } from './finance-tables.ts';

export type LegacyWrite = [table: LegacyTableName, row: LegacyRow];

const NEVER = '00000000';

function date8(day: Day): string {
  return dateOf(day).replaceAll('-', '');
}

/** `2025-11-02 08:15:00.123456`, UTC. */
function stamp(moment: Micros): string {
  return isoOf(moment).slice(0, 26).replace('T', ' ');
}

export function customerRows(party: Party, customer: Customer): LegacyWrite[] {
  const { address } = party;
  return [
    [
      'KUNDE',
      {
        KUNNR: party.id,
        NAME1: party.name,
        ART: customer.kind === 'PERSON' ? 'P' : 'F',
        USTID: party.taxId ?? '',
        EMAIL: party.email ?? '',
        TELNR: party.phone ?? '',
        STRAS: address.street,
        PLZ: address.postalCode,
        ORT: address.city,
        LAND: address.country,
        EXTNR: party.erpId ?? '',
        ANLDAT: customer.since % 9 === 0 ? NEVER : date8(customer.since),
        KZLOESCH: party.deleted ? 'X' : ' ',
        AENDERUNG: stamp(party.changedAt),
      },
    ],
    [
      'KREDIT',
      {
        KUNNR: party.id,
        LIMIT_BETRAG: decimalText(customer.creditLimit, 2),
        WAEHR: 'EUR',
        ZAHLBED: `${customer.paymentDays} Tage netto`,
      },
    ],
  ];
}

const invoiceStatus = { DRAFT: '10', POSTED: '20', CANCELLED: '90' } as const;

export function invoiceRows(invoice: Invoice, debtor: Party | undefined): LegacyWrite[] {
  const total = totalOf(invoice);
  const open = invoice.status === 'POSTED' ? total - invoice.settled : 0;
  const serial = Number(invoice.number);
  // One in about two thousand was keyed in wrong, long before anybody checked.
  const issued = serial % 2_203 === 1_100 ? `${date8(invoice.issueDay).slice(0, 4)}1340` : date8(invoice.issueDay);
  const header: LegacyWrite = [
    'RECHNG',
    {
      RENR: invoice.number,
      ART: invoice.kind === 'INVOICE' ? 'R' : 'G',
      STATUS: invoiceStatus[invoice.status],
      ZSTAT: invoice.status === 'CANCELLED' ? 'S' : invoice.settled === 0 ? 'O' : open > 0 ? 'T' : 'B',
      KUNNR: debtor?.id ?? '',
      AUFNR: invoice.order.number,
      URRENR: invoice.original?.number ?? '',
      GRUND: invoice.reason ?? '',
      REDAT: issued,
      FAEDAT: date8(invoice.dueDay),
      BEZDAT:
        open === 0 && invoice.status === 'POSTED' ? stamp(invoice.changedAt).slice(0, 10).replaceAll('-', '') : NEVER,
      WAEHR: invoice.order.currency,
      NETTO: decimalText(invoice.net, 2),
      MWST: decimalText(invoice.tax, 2),
      BRUTTO: decimalText(total, 2),
      OFFEN: decimalText(open, 2),
      KZLOESCH: ' ',
      AENDERUNG: stamp(invoice.changedAt),
    },
  ];
  const lines = invoice.lines.map(
    ({ line, quantity, net, tax }, i): LegacyWrite => [
      'RECHPOS',
      {
        RENR: invoice.number,
        POSNR: String(i + 1).padStart(4, '0'),
        AUFNR: invoice.order.number,
        AUFPOS: line.position,
        ARTNR: line.product.sku,
        BEZ: line.product.description,
        MENGE: decimalText(quantity, 3),
        PREIS: decimalText(line.unitPrice, 2),
        NETTO: decimalText(net, 2),
        MWST: decimalText(tax, 2),
        AENDERUNG: stamp(invoice.changedAt),
      },
    ],
  );
  return [header, ...lines];
}

export function paymentRows(payment: Payment, debtor: Party | undefined): LegacyWrite[] {
  const AENDERUNG = stamp(payment.changedAt);
  return [
    [
      'ZAHLG',
      {
        ZNR: payment.number,
        KUNNR: debtor?.id ?? '',
        ZDAT: date8(payment.day),
        STATUS: { PENDING: 'A', RECEIVED: 'G', FAILED: 'F' }[payment.status],
        ZART: { TRANSFER: 'UE', CARD: 'KK', DEBIT: 'LS', CHECK: 'SC' }[payment.method],
        WAEHR: payment.currency,
        BETRAG: decimalText(payment.amount, 2),
        AENDERUNG,
      },
    ],
    // What failed to arrive settles nothing.
    ...(payment.status === 'FAILED' ? [] : payment.allocations).map(
      ({ invoice, amount }): LegacyWrite => [
        'ZAHLZUO',
        { ZNR: payment.number, RENR: invoice.number, BETRAG: decimalText(amount, 2), AENDERUNG },
      ],
    ),
  ];
}
