import { Agent } from 'node:http';
import { post } from '../gateway/load.ts';
import type { Subjects } from './mixture.ts';
import { somebody, something } from './operations.ts';

interface Page<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const PAGE = 200;
const PAGES = 5;

/** Who and what a hub may be asked about, as it says itself: a thousand customers and orders. */
export async function readSubjects(url: string): Promise<Subjects> {
  const customers = await pagesOf<Subjects['customers'][number]>(url, somebody, 'customers');
  const orders = await pagesOf<Subjects['orders'][number] & { customer: object | null }>(url, something, 'orders');
  return { customers, orders: orders.filter(({ customer }) => customer !== null) };
}

async function pagesOf<Node>(url: string, query: string, field: string): Promise<Node[]> {
  const agent = new Agent({ keepAlive: true });
  const nodes: Node[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const text = await post(url, agent, JSON.stringify({ query, variables: { first: PAGE, after } }));
    const { data, errors } = JSON.parse(text) as { data?: Record<string, Page<Node>>; errors?: unknown };
    const found: Page<Node> | undefined = data?.[field];
    if (!found) throw new Error(`Expected ${field} of the hub, got ${JSON.stringify(errors).slice(0, 300)}.`);
    nodes.push(...found.nodes);
    if (!found.pageInfo.hasNextPage) break;
    after = found.pageInfo.endCursor;
  }
  agent.destroy();
  return nodes;
}
