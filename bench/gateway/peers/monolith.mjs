import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import DataLoader from 'dataloader';
import Fastify from 'fastify';
import { createPool } from 'mysql2/promise';

/* What a team would build for itself: Apollo Server, a resolver a field, dataloaders, the same tables. */

const { databaseUrl } = JSON.parse(process.argv[2]);
const pool = createPool({ uri: databaseUrl, connectionLimit: 8, dateStrings: true });
const query = async (sql, values) => (await pool.query(sql, values))[0];

const typeDefs = `
  scalar Date
  scalar Instant
  scalar Decimal
  type Money { amount: Decimal currency: String }
  type Query {
    customer(id: ID!): Customer
    customers(search: String, filter: CustomerFilter, orderBy: CustomerOrder = NAME_ASC, first: Int = 20): CustomerConnection
    orders(first: Int = 20, filter: OrderFilter, orderBy: OrderOrder = ORDER_DATE_DESC): OrderConnection
  }
  input CustomerFilter { createdAt: InstantRange }
  input InstantRange { from: Instant to: Instant }
  input OrderFilter { status: [OrderStatus!] orderDate: DateRange }
  input DateRange { from: Date to: Date }
  input CaseFilter { status: [CaseStatus!] }
  enum CustomerOrder { NAME_ASC CREATED_AT_ASC }
  enum OrderOrder { ORDER_DATE_ASC ORDER_DATE_DESC }
  enum OrderStatus { DRAFT QUOTATION CONFIRMED PROCESSING DONE CANCELLED }
  enum CaseStatus { NEW IN_PROGRESS WAITING_CUSTOMER RESOLVED CLOSED }
  type CustomerConnection { nodes: [Customer!] }
  type OrderConnection { nodes: [Order!] }
  type InteractionConnection { nodes: [Interaction!] }
  type CaseConnection { nodes: [ServiceCase!] }
  type Customer {
    id: ID! kind: String displayName: String legalName: String taxId: String email: String phone: String country: String
    orders(first: Int = 20): OrderConnection
    interactions(first: Int = 20): InteractionConnection
    cases(first: Int = 20, filter: CaseFilter): CaseConnection
    openBalance: [Money!]
  }
  type Order {
    id: ID! orderNumber: String status: OrderStatus orderDate: Date currency: String totalAmount: Money
    customer: Customer lines: [OrderLine!] shipments: [Shipment!] invoices: [Invoice!] payments: [Payment!]
  }
  type OrderLine { lineNo: Int sku: String description: String orderedQty: Decimal unitPrice: Money netAmount: Money }
  type Shipment { shipmentNumber: String status: String carrier: String trackingNumber: String shippedAt: Instant deliveredAt: Instant }
  type Invoice {
    invoiceNumber: String status: String paymentStatus: String issueDate: Date dueDate: Date
    totalAmount: Money outstandingAmount: Money
  }
  type Payment { receivedAt: Date method: String status: String amount: Money }
  type Interaction { channel: String direction: String occurredAt: Instant subject: String agentName: String }
  type ServiceCase { caseNumber: String kind: String status: CaseStatus priority: String subject: String openedAt: Instant }
`;

const camel = (row) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name.replace(/_(\w)/g, (_, c) => c.toUpperCase()), value]),
  );
const decimal = (value) =>
  value === null
    ? null
    : String(value)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
const money =
  (field, currency = 'currency') =>
  (row) => ({ amount: decimal(row[field]), currency: row[currency] });
const time = (field) => (row) => (row[field] === null ? null : `${row[field].replace(' ', 'T')}Z`);

/** Rows of a table by a column, for one request. */
function many(sql, column, limits) {
  return new DataLoader(async (ids) => {
    const groups = new Map(ids.map((id) => [id, []]));
    for (const row of await query(sql, [ids, ...(limits ?? [])])) groups.get(row[column]).push(camel(row));
    return ids.map((id) => groups.get(id));
  });
}

function loaders() {
  const lists = new Map();
  const ofCustomer = (table, order, first, statuses) => {
    const key = `${table} ${first} ${statuses}`;
    const where = statuses ? 'AND t.status IN (?)' : '';
    const sql = `SELECT * FROM (SELECT t.*, l.customer_id AS owner,
        ROW_NUMBER() OVER (PARTITION BY l.customer_id ORDER BY t.${order} DESC, t.id DESC) AS place
      FROM customer_links l JOIN ${table} t ON t.party_id = l.party_id WHERE l.customer_id IN (?) ${where}) ranked
      WHERE place <= ${Number(first)} ORDER BY owner, place`;
    const known = lists.get(key) ?? many(sql, 'owner', statuses ? [statuses] : []);
    lists.set(key, known);
    return known;
  };
  const customers = new DataLoader(async (ids) => {
    const rows = await query('SELECT * FROM customers WHERE id IN (?)', [ids]);
    const byId = new Map(rows.map((row) => [row.id, camel(row)]));
    return ids.map((id) => byId.get(id) ?? null);
  });
  const links = new DataLoader(async (ids) => {
    const rows = await query('SELECT party_id, customer_id FROM customer_links WHERE party_id IN (?)', [ids]);
    const byId = new Map(rows.map((row) => [row.party_id, row.customer_id]));
    return ids.map((id) => byId.get(id) ?? null);
  });
  return {
    customers,
    links,
    ofCustomer,
    lines: many(
      'SELECT l.*, o.currency FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.order_id IN (?) ORDER BY l.line_no',
      'order_id',
    ),
    shipments: many('SELECT * FROM shipments WHERE order_id IN (?) ORDER BY shipped_at, id', 'order_id'),
    invoices: many('SELECT * FROM invoices WHERE order_id IN (?) ORDER BY issue_date, id', 'order_id'),
    payments: many(
      'SELECT p.*, i.order_id FROM invoices i JOIN payment_allocations a ON a.invoice_id = i.id JOIN payments p ON p.id = a.payment_id WHERE i.order_id IN (?) ORDER BY p.received_at, p.id',
      'order_id',
    ),
    balances: many(
      `SELECT l.customer_id, i.currency, SUM(i.outstanding_amount) AS amount FROM customer_links l JOIN invoices i ON i.party_id = l.party_id
       WHERE l.customer_id IN (?) AND i.status = 'POSTED' AND i.outstanding_amount <> 0 GROUP BY l.customer_id, i.currency`,
      'customer_id',
    ),
  };
}

const resolvers = {
  Query: {
    customer: (_, { id }, { customers }) => customers.load(id),
    customers: async (_, { search, filter, orderBy, first }) => {
      const from = filter?.createdAt?.from?.slice(0, 26).replace('T', ' ');
      const order = orderBy === 'NAME_ASC' ? 'display_name, id' : 'created_at, id';
      const conditions = [search ? 'search_text LIKE ?' : null, from ? 'created_at >= ?' : null].filter(Boolean);
      const values = [search ? `%${search}%` : null, from].filter(Boolean);
      const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
      const rows = await query(`SELECT * FROM customers ${where} ORDER BY ${order} LIMIT ?`, [...values, first]);
      return { nodes: rows.map(camel) };
    },
    orders: async (_, { first, filter, orderBy }) => {
      const direction = orderBy === 'ORDER_DATE_ASC' ? 'ASC' : 'DESC';
      const rows = await query(
        `SELECT * FROM orders WHERE status IN (?) AND order_date >= ? ORDER BY order_date ${direction}, id ${direction} LIMIT ?`,
        [filter.status, filter.orderDate.from, first],
      );
      return { nodes: rows.map(camel) };
    },
  },
  Customer: {
    orders: async ({ id }, { first }, { ofCustomer }) => ({
      nodes: await ofCustomer('orders', 'order_date', first).load(id),
    }),
    interactions: async ({ id }, { first }, { ofCustomer }) => ({
      nodes: await ofCustomer('interactions', 'occurred_at', first).load(id),
    }),
    cases: async ({ id }, { first, filter }, { ofCustomer }) => ({
      nodes: await ofCustomer('service_cases', 'opened_at', first, filter?.status).load(id),
    }),
    openBalance: async ({ id }, _, { balances }) => (await balances.load(id)).map(money('amount')),
  },
  Order: {
    totalAmount: money('totalAmount'),
    customer: async ({ partyId }, _, { customers, links }) => customers.load(await links.load(partyId)),
    lines: ({ id }, _, { lines }) => lines.load(id),
    shipments: ({ id }, _, { shipments }) => shipments.load(id),
    invoices: ({ id }, _, { invoices }) => invoices.load(id),
    payments: ({ id }, _, { payments }) => payments.load(id),
  },
  OrderLine: {
    orderedQty: ({ orderedQty }) => decimal(orderedQty),
    unitPrice: money('unitPrice'),
    netAmount: money('netAmount'),
  },
  Shipment: { shippedAt: time('shippedAt'), deliveredAt: time('deliveredAt') },
  Invoice: { totalAmount: money('totalAmount'), outstandingAmount: money('outstandingAmount') },
  Payment: { amount: money('amount') },
  Interaction: { occurredAt: time('occurredAt') },
  ServiceCase: { openedAt: time('openedAt') },
};

const server = new ApolloServer({ typeDefs, resolvers, plugins: [ApolloServerPluginCacheControlDisabled()] });
await server.start();
const app = Fastify();
app.post('/graphql', fastifyApolloHandler(server, { context: async () => loaders() }));
process.stdout.write(`ready ${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql\n`);
