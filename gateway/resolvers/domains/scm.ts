import { customerConnection, recordConnection } from '../lists/connection.ts';
import { connectionResolvers, statsResolvers } from '../lists/connection-resolvers.ts';
import { customerOfRecord, referenced, referencing } from '../lists/records.ts';
import { liveField } from '../live/live-field.ts';
import { money } from '../money.ts';
import { documentsOfOrder, ordersOfDocument } from '../order-documents.ts';
import { sourceRecordField } from '../source-records.ts';
import type { DomainSubschema } from '../subschema.ts';

/** Shipments and returns. */
export const scm: DomainSubschema = {
  domain: 'scm',
  resolvers: {
    Query: {
      shipments: recordConnection('Query.shipments', (stores) => stores.shipments),
      returns: recordConnection('Query.returns', (stores) => stores.returns),
    },
    Customer: {
      shipments: customerConnection('Customer.shipments', (stores) => stores.shipments),
      returns: customerConnection('Customer.returns', (stores) => stores.returns),
    },
    Order: { shipments: documentsOfOrder('shipment'), returns: documentsOfOrder('customerReturn') },
    OrderLine: { shipmentLines: referencing('shipmentLine', 'orderLineId') },
    Shipment: {
      live: liveField('shipment'),
      sourceRecord: sourceRecordField('shipment'),
      customer: customerOfRecord,
      orders: ordersOfDocument('shipment'),
      lines: referencing('shipmentLine', 'shipmentId'),
    },
    ShipmentLine: {
      orderLine: referenced('orderLine', 'orderLineId'),
      shipment: referenced('shipment', 'shipmentId'),
    },
    Return: {
      ...money('amount'),
      sourceRecord: sourceRecordField('customerReturn'),
      customer: customerOfRecord,
      orders: ordersOfDocument('customerReturn'),
      originalShipment: referenced('shipment', 'originalShipmentId'),
      lines: referencing('returnLine', 'returnId'),
    },
    ReturnLine: { orderLine: referenced('orderLine', 'orderLineId') },
    ...connectionResolvers('Return'),
    ...statsResolvers('Shipment', []),
  },
};
