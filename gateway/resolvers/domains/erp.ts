import type { GraphContext } from '../../context.ts';
import { customerConnection, recordConnection } from '../lists/connection.ts';
import { statsResolvers } from '../lists/connection-resolvers.ts';
import { recordIdOf } from '../lists/page-arguments.ts';
import { customerOfRecord, recordById, referenced, referencing } from '../lists/records.ts';
import { liveField } from '../live/live-field.ts';
import { money, moneyOfLine } from '../money.ts';
import { sourceRecordField } from '../source-records.ts';
import type { DomainSubschema } from '../subschema.ts';

/** Orders and their lines. */
export const erp: DomainSubschema = {
  domain: 'erp',
  resolvers: {
    Query: {
      order: (_source: unknown, { id }: { id: string }, context: GraphContext) =>
        recordById('order', recordIdOf(id, 'an order'), context),
      orders: recordConnection('Query.orders', (stores) => stores.orders),
    },
    Customer: { orders: customerConnection('Customer.orders', (stores) => stores.orders) },
    Order: {
      live: liveField('order'),
      ...money('netAmount', 'taxAmount', 'totalAmount'),
      sourceRecord: sourceRecordField('order'),
      customer: customerOfRecord,
      lines: referencing('orderLine', 'orderId', 'lineNo'),
    },
    OrderLine: {
      ...moneyOfLine('order', 'orderId', 'unitPrice', 'netAmount', 'taxAmount'),
      order: referenced('order', 'orderId'),
    },
    ...statsResolvers('Order', ['amount', 'netAmount']),
  },
};
