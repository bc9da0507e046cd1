import { customerConnection, recordConnection } from '../connection.ts';
import { statsResolvers } from '../connection-resolvers.ts';
import type { GraphContext } from '../context.ts';
import { liveField } from '../live-field.ts';
import { money, moneyOfLine } from '../money.ts';
import { recordIdOf } from '../page-arguments.ts';
import { customerOfRecord, recordById, referenced, referencing } from '../records.ts';
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
