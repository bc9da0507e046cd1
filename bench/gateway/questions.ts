import { type Company, type Customer, dice, type Order } from './company.ts';

/** One of the benchmark's operations, with many sets of variables and what each must be answered with. */
export interface Question {
  name: string;
  query: string;
  cases: { variables: Record<string, unknown>; data: unknown }[];
}

const openStates = ['NEW', 'IN_PROGRESS', 'WAITING_CUSTOMER'];

export const oneCustomer = `query Q1($id: ID!) {
  customer(id: $id) {
    id kind displayName legalName taxId email phone country
    orders(first: 10) {
      nodes {
        id orderNumber status orderDate currency totalAmount { amount currency }
        lines { lineNo sku description orderedQty unitPrice { amount currency } netAmount { amount currency } }
        shipments { shipmentNumber status carrier trackingNumber shippedAt deliveredAt }
        invoices {
          invoiceNumber status paymentStatus issueDate dueDate
          totalAmount { amount currency } outstandingAmount { amount currency }
        }
        payments { receivedAt method status amount { amount currency } }
      }
    }
    interactions(first: 5) { nodes { channel direction occurredAt subject agentName } }
    cases(first: 10, filter: { status: [NEW, IN_PROGRESS, WAITING_CUSTOMER] }) {
      nodes { caseNumber kind status priority subject openedAt }
    }
  }
}`;

export const orderBoard = `query Q2($status: [OrderStatus!], $from: Date) {
  orders(first: 50, filter: { status: $status, orderDate: { from: $from } }, orderBy: ORDER_DATE_ASC) {
    nodes {
      id orderNumber orderDate totalAmount { amount currency }
      customer { id displayName }
      shipments { shipmentNumber status }
      invoices { invoiceNumber paymentStatus outstandingAmount { amount currency } }
    }
  }
}`;

export const customersWithOrders = `query Q3($from: Instant) {
  customers(first: 20, filter: { createdAt: { from: $from } }, orderBy: CREATED_AT_ASC) {
    nodes {
      id displayName
      orders(first: 3) { nodes { id orderNumber status orderDate shipments { shipmentNumber status } } }
    }
  }
}`;

export const search = `query Q4($search: String) {
  customers(first: 20, search: $search) { nodes { id displayName country openBalance { amount currency } } }
}`;

/** The four operations with 1,000, 200, 400 and 200 sets of variables. */
export function makeQuestions(company: Company, seed: number): Question[] {
  const roll = dice(seed + 1);
  const some = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
  const byAge = [...company.orders].reverse();
  const byName = [...company.customers].sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
  return [
    {
      name: 'Q1',
      query: oneCustomer,
      cases: times(1_000, () => {
        const customer = some(company.customers);
        return { variables: { id: customer.id }, data: { customer: inFull(customer) } };
      }),
    },
    {
      name: 'Q2',
      query: orderBoard,
      cases: times(200, () => {
        const { status, orderDate: from } = some(company.orders);
        const found = byAge.filter((order) => order.status === status && order.orderDate >= from).slice(0, 50);
        return { variables: { status: [status], from }, data: { orders: { nodes: found.map(onBoard) } } };
      }),
    },
    {
      name: 'Q3',
      query: customersWithOrders,
      cases: times(400, () => {
        const start = roll(company.customers.length);
        const found = company.customers.slice(start, start + 20);
        const variables = { from: company.customers[start]?.createdAt };
        return { variables, data: { customers: { nodes: found.map(withOrders) } } };
      }),
    },
    {
      name: 'Q4',
      query: search,
      cases: times(200, () => {
        const [word = ''] = some(company.customers).displayName.toLowerCase().split(' ');
        const part = word.slice(1, 5);
        const found = byName.filter((each) => each.displayName.toLowerCase().includes(part)).slice(0, 20);
        return { variables: { search: part }, data: { customers: { nodes: found.map(withBalance) } } };
      }),
    },
  ];
}

function inFull({ id, kind, displayName, legalName, taxId, email, phone, country, ...lists }: Customer) {
  const profile = { id, kind, displayName, legalName, taxId, email, phone, country };
  return {
    ...profile,
    orders: {
      nodes: lists.orders.slice(0, 10).map((order) => ({
        id: order.id,
        orderNumber: order.orderNumber,
        status: order.status,
        orderDate: order.orderDate,
        currency: order.currency,
        totalAmount: order.totalAmount,
        lines: order.lines.map(({ id: _, ...line }) => line),
        shipments: shipmentsOf(order).map(({ id: _, ...shipment }) => shipment),
        invoices: order.invoices.map(({ id: _, ...invoice }) => invoice),
        payments: order.payments.map(({ id: _, ...payment }) => payment),
      })),
    },
    interactions: { nodes: lists.interactions.slice(0, 5).map(({ id: _, ...interaction }) => interaction) },
    cases: {
      nodes: lists.cases
        .filter(({ status }) => openStates.includes(status))
        .slice(0, 10)
        .map(({ id: _, ...each }) => each),
    },
  };
}

function onBoard(order: Order) {
  const { id, orderNumber, orderDate, totalAmount, customer, invoices } = order;
  return {
    id,
    orderNumber,
    orderDate,
    totalAmount,
    customer: { id: customer.id, displayName: customer.displayName },
    shipments: shipmentsOf(order).map(({ shipmentNumber, status }) => ({ shipmentNumber, status })),
    invoices: invoices.map(({ invoiceNumber, paymentStatus, outstandingAmount }) => ({
      invoiceNumber,
      paymentStatus,
      outstandingAmount,
    })),
  };
}

function withOrders({ id, displayName, orders }: Customer) {
  const nodes = orders.slice(0, 3).map((order) => ({
    id: order.id,
    orderNumber: order.orderNumber,
    status: order.status,
    orderDate: order.orderDate,
    shipments: shipmentsOf(order).map(({ shipmentNumber, status }) => ({ shipmentNumber, status })),
  }));
  return { id, displayName, orders: { nodes } };
}

function withBalance({ id, displayName, country, openBalance }: Customer) {
  return { id, displayName, country, openBalance };
}

/** Oldest first, as the graph has them. */
function shipmentsOf({ shipments }: Order) {
  return [...shipments].sort((a, b) =>
    a.shippedAt === b.shippedAt ? (a.id < b.id ? -1 : 1) : a.shippedAt < b.shippedAt ? -1 : 1,
  );
}
