import { decimalText } from '../landscape/amounts.ts';
import { dateOf, isoOf } from '../landscape/calendar.ts';
import type { Customer } from '../landscape/customers.ts';
import type { Order, OrderStatus } from '../landscape/orders.ts';
import type { Party } from '../landscape/parties.ts';
import type { CustomerReturn } from '../landscape/returns.ts';
import type { ErpRow } from './entity-types.ts';

export function businessPartnerRow(party: Party, customer: Customer): ErpRow {
  const isPerson = customer.kind === 'PERSON';
  const { address } = party;
  return {
    BusinessPartner: party.id,
    BusinessPartnerCategory: isPerson ? '1' : '2',
    BusinessPartnerFullName: party.name,
    OrganizationBPName1: isPerson ? '' : party.name,
    FirstName: customer.name.given ?? '',
    LastName: customer.name.family ?? '',
    CorrespondenceLanguage: customer.region.language.toUpperCase(),
    Country: customer.region.country,
    BirthDate: customer.birthDay === null ? null : dateOf(customer.birthDay),
    EmailAddress: party.email ?? '',
    PhoneNumber: party.phone ?? '',
    VATRegistration: party.taxId ?? '',
    WebsiteURL: customer.domain === null ? '' : `https://www.${customer.domain}`,
    CreationDate: dateOf(customer.since),
    LastChangeDateTime: isoOf(party.changedAt),
    Addresses: [
      {
        AddressID: `${party.id}01`,
        AddressUsage: 'XXDEFAULT',
        StreetName: address.street,
        PostalCode: address.postalCode,
        CityName: address.city,
        Region: address.region,
        Country: address.country,
      },
    ],
    TaxNumbers: party.taxId === null ? [] : [{ BPTaxType: `${customer.region.country}0`, BPTaxNumber: party.taxId }],
  };
}

/** The processing status as such systems write it: one letter, and letters of the house for what has none. */
const processStatus: Readonly<Record<OrderStatus, string>> = {
  DRAFT: 'D',
  QUOTATION: 'Q',
  CONFIRMED: 'A',
  PROCESSING: 'B',
  DONE: 'C',
  CANCELLED: 'X',
};

/** One order in about a thousand has something wrong: a status nobody knows, or a day no calendar has. */
function dirtOf(order: Order): 'status' | 'date' | null {
  const last = Number(order.number) % 2_000;
  return last === 1_371 ? 'status' : last === 613 ? 'date' : null;
}

export function salesOrderRow(order: Order, soldTo: Party | undefined): ErpRow {
  const dirt = dirtOf(order);
  return {
    SalesOrder: order.number,
    SalesOrderType: order.status === 'QUOTATION' ? 'QT' : 'OR',
    SoldToParty: soldTo?.id ?? '',
    PurchaseOrderByCustomer: order.customerReference ?? '',
    SalesOrderDate: dirt === 'date' ? `${dateOf(order.day).slice(0, 4)}-02-30` : dateOf(order.day),
    RequestedDeliveryDate: dateOf(order.requestedDay),
    ConfirmedDeliveryDate: dateOf(order.promisedDay),
    OverallSDProcessStatus: dirt === 'status' ? 'Z9' : processStatus[order.status],
    TransactionCurrency: order.currency,
    TotalNetAmount: decimalText(order.net, 2),
    TotalTaxAmount: decimalText(order.tax, 2),
    TotalGrossAmount: decimalText(order.net + order.tax, 2),
    LastChangeDateTime: isoOf(order.changedAt),
    Items: order.lines.map((line) => ({
      SalesOrderItem: line.position,
      Material: line.product.sku,
      SalesOrderItemText: line.product.description,
      RequestedQuantity: decimalText(line.quantity, 3),
      RejectedQuantity: decimalText(line.cancelled, 3),
      RequestedQuantityUnit: line.product.uom,
      NetPriceAmount: decimalText(line.unitPrice, 2),
      DiscountPercent: decimalText(line.discountPercent * 100, 2),
      NetAmount: decimalText(line.net, 2),
      TaxAmount: decimalText(line.tax, 2),
    })),
  };
}

const returnStatus = { REQUESTED: '01', RECEIVED: '02', REFUNDED: '03', CANCELLED: '09' } as const;

export function returnRow(comingBack: CustomerReturn, soldTo: Party | undefined): ErpRow {
  return {
    CustomerReturn: comingBack.number,
    SoldToParty: soldTo?.id ?? '',
    ReferenceSalesOrder: comingBack.order.number,
    ReferenceDelivery: comingBack.shipment.id,
    ReturnReason: comingBack.reason,
    ReturnStatus: returnStatus[comingBack.status],
    ReturnDateTime: `${dateOf(comingBack.day)}T10:00:00.000000Z`,
    TransactionCurrency: comingBack.order.currency,
    TotalGrossAmount: decimalText(comingBack.amount, 2),
    LastChangeDateTime: isoOf(comingBack.changedAt),
    Items: comingBack.lines.map(({ line, quantity }, i) => ({
      CustomerReturnItem: String((i + 1) * 10),
      ReferenceSalesOrderItem: line.position,
      Material: line.product.sku,
      ReturnQuantity: decimalText(quantity, 3),
      ReturnQuantityUnit: line.product.uom,
    })),
  };
}
