import { dice } from '../gateway/company.ts';
import { customersWithOrders, oneCustomer, orderBoard, search } from '../gateway/questions.ts';
import {
  customerBySource,
  customerNumbers,
  invoicesOfCustomer,
  merge,
  mistakes,
  ordersAtStage,
  overdueInvoices,
  portfolio,
  sources,
  timeline,
  unmerge,
} from './operations.ts';

/** What there is to ask about, as the hub says before the load. */
export interface Subjects {
  customers: { id: string; displayName: string; createdAt: string }[];
  orders: { system: string; sourceKey: string; status: string; orderDate: string }[];
}

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** One request, and what is wrong with an answer to it; null: nothing. */
export interface Request {
  kind: string;
  body: string;
  wrong(answer: Answer): string | null;
}

type Variables = Record<string, unknown>;

const stages = ['ORDERED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'DELIVERED', 'INVOICED', 'OVERDUE', 'COMPLETE'];

/** One request in so many is a mistake. */
const MISTAKE = 100;
/** One request in so many merges two customers or brings one back: every few seconds. */
const CHANGE = 500;

interface MixtureOptions {
  seed: number;
  /** Whether customers are merged too; each pair can be once. */
  changes: boolean;
}

/** The requests of a load, one after the other: the same for the same seed and subjects. */
export function createMixture(
  { customers, orders }: Subjects,
  { seed, changes }: MixtureOptions,
): (n: number) => Request {
  const roll = dice(seed);
  const some = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  const customer = () => ({ id: some(customers).id });
  const asks: { kind: string; share: number; query: string; variables?: () => Variables }[] = [
    { kind: 'one customer in full', share: 24, query: oneCustomer, variables: customer },
    {
      kind: 'order board',
      share: 8,
      query: orderBoard,
      variables() {
        const { status, orderDate } = some(orders);
        return { status: [status], from: orderDate };
      },
    },
    {
      kind: 'customers with orders',
      share: 8,
      query: customersWithOrders,
      variables: () => ({ from: some(customers).createdAt }),
    },
    {
      kind: 'search',
      share: 12,
      query: search,
      variables: () => ({ search: some(customers).displayName.toLowerCase().slice(1, 5).trim() }),
    },
    {
      kind: 'orders at a stage',
      share: 8,
      query: ordersAtStage,
      variables: () => ({ stage: [some(stages)], from: some(orders).orderDate }),
    },
    {
      kind: 'invoices of a customer',
      share: 8,
      query: invoicesOfCustomer,
      variables: () => ({ customer: [some(customers).id], status: ['POSTED'] }),
    },
    { kind: 'overdue invoices', share: 4, query: overdueInvoices, variables: () => ({ due: some(orders).orderDate }) },
    { kind: 'timeline', share: 10, query: timeline, variables: customer },
    { kind: 'numbers of a customer', share: 8, query: customerNumbers, variables: customer },
    {
      kind: 'customer by order number',
      share: 6,
      query: customerBySource,
      variables() {
        const { system, sourceKey: key } = some(orders);
        return { system, key };
      },
    },
    { kind: 'portfolio', share: 2, query: portfolio },
    { kind: 'sources', share: 2, query: sources },
  ];
  const table = asks.flatMap((ask) => Array.from({ length: ask.share }, () => ask));
  let pairs = 0;
  /** Who was merged into another and has not been brought back. */
  let merged: string | undefined;

  return function request(n) {
    if (n % MISTAKE === MISTAKE / 2) return mistake(Math.floor(n / MISTAKE));
    if (changes && n % CHANGE === CHANGE - 1) return change();
    const { kind, query, variables } = some(table);
    return { kind, body: JSON.stringify({ query, variables: variables?.() }), wrong: notAnswered };
  };

  function mistake(n: number): Request {
    const { code, ...body } = mistakes[n % mistakes.length] ?? mistakes[0];
    return {
      kind: 'mistake',
      body: JSON.stringify(body),
      wrong({ errors = [] }) {
        const told = errors[0]?.extensions?.code;
        return told === code ? null : `expected the error ${code}, got ${told}: ${errors[0]?.message}`;
      },
    };
  }

  /** Two customers become one, and next time what they were before. */
  function change(): Request {
    if (merged !== undefined) {
      const id = merged;
      merged = undefined;
      return { kind: 'unmerge', body: JSON.stringify({ query: unmerge, variables: { id } }), wrong: notAnswered };
    }
    const at = (2 * pairs++) % (customers.length - 1);
    const variables = { a: customers[at]?.id, b: customers[at + 1]?.id };
    return {
      kind: 'merge',
      body: JSON.stringify({ query: merge, variables }),
      wrong(answer) {
        const made = answer.data?.mergeCustomers as { moves: { from: string }[] } | undefined;
        merged = made?.moves[0]?.from;
        return notAnswered(answer);
      },
    };
  }
}

function notAnswered({ data, errors }: Answer): string | null {
  if (errors) return JSON.stringify(errors).slice(0, 300);
  const missing = Object.entries(data ?? { data: null }).find(([, value]) => value === null);
  return missing ? `${missing[0]} is null` : null;
}
