import { mercuriusFederationPlugin } from '@mercuriusjs/federation';
import Fastify from 'fastify';
import { makeCompany } from '../company.ts';
import { sdl } from './subgraph-sdl.mjs';

/*
 * Four subgraphs over HTTP with their data in memory, on the fastest server there is for them: what the gateways are
 * measured with costs as little as it can.
 */

const company = makeCompany(JSON.parse(process.argv[2]));
const customers = new Map(company.customers.map((customer) => [customer.id, customer]));
const orders = new Map(company.orders.map((order) => [order.id, order]));
const byAge = [...company.orders].reverse();
const byName = [...company.customers].sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
const page = (list, first) => ({ nodes: list.slice(0, first) });
const oldestFirst = (list) =>
  [...list].sort((a, b) => (a.shippedAt === b.shippedAt ? (a.id < b.id ? -1 : 1) : a.shippedAt < b.shippedAt ? -1 : 1));

const resolvers = {
  crm: {
    Query: {
      customer: (_, { id }) => customers.get(id),
      customers: (_, { search, filter, orderBy, first }) => {
        const list = orderBy === 'NAME_ASC' ? byName : company.customers;
        const from = filter?.createdAt?.from;
        const words = search?.toLowerCase();
        const found = [];
        for (const customer of list) {
          if (from && customer.createdAt < from) continue;
          if (words && !customer.displayName.toLowerCase().includes(words)) continue;
          if (found.push(customer) === first) break;
        }
        return { nodes: found };
      },
    },
    Customer: {
      __resolveReference: ({ id }) => customers.get(id),
      interactions: ({ interactions }, { first }) => page(interactions, first),
      cases: ({ cases }, { first, filter }) =>
        page(filter?.status ? cases.filter(({ status }) => filter.status.includes(status)) : cases, first),
    },
  },
  erp: {
    Query: {
      orders: (_, { first, filter, orderBy }) => {
        const list = orderBy === 'ORDER_DATE_ASC' ? byAge : company.orders;
        const from = filter?.orderDate?.from;
        const found = [];
        for (const order of list) {
          if (from && order.orderDate < from) continue;
          if (filter?.status && !filter.status.includes(order.status)) continue;
          if (found.push(order) === first) break;
        }
        return { nodes: found };
      },
    },
    Customer: { orders: ({ id }, { first }) => page(customers.get(id)?.orders ?? [], first) },
    Order: {
      __resolveReference: ({ id }) => orders.get(id),
      customer: ({ customer }) => ({ __typename: 'Customer', id: customer.id }),
    },
  },
  scm: { Order: { shipments: ({ id }) => oldestFirst(orders.get(id)?.shipments ?? []) } },
  finance: {
    Customer: { openBalance: ({ id }) => customers.get(id)?.openBalance ?? [] },
    Order: {
      invoices: ({ id }) => orders.get(id)?.invoices ?? [],
      payments: ({ id }) => orders.get(id)?.payments ?? [],
    },
  },
};

const urls = {};
for (const [name, schema] of Object.entries(sdl)) {
  const app = Fastify();
  app.register(mercuriusFederationPlugin, { schema, resolvers: resolvers[name], jit: 1 });
  urls[name] = `${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql`;
}
process.stdout.write(`ready ${JSON.stringify(urls)}\n`);
