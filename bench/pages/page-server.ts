import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jsonText } from '../../cache/sql/json-text.ts';
import { sourceOrder } from '../sync/order-source.ts';

/*
 * A source in a process of its own: `/orders?n=500` is a page of orders, `/small` a page of one person, `/large?mb=60` a
 * page of one record that is so large. It prints its address.
 */

const CHUNK = '1,'.repeat(32_768);
const pages = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  response.setHeader('content-type', 'application/json');
  if (pathname === '/orders') return response.end(pageOf(Number(searchParams.get('n') ?? 500)));
  if (pathname === '/small') return response.end('{"items":[{"id":1,"name":"Ada Kern"}]}');
  let left = (Number(searchParams.get('mb') ?? 60) * 1_000_000) / CHUNK.length;
  response.write('{"items":[{"id":1,"name":"Ada Kern","x":[');
  const pour = () => {
    let isFull = false;
    for (; left > 0 && !isFull; left -= 1) isFull = !response.write(CHUNK);
    if (left > 0) response.once('drain', pour);
    else response.end('1]}]}');
  };
  return pour();
});

function pageOf(orders: number): Buffer {
  const made = pages.get(String(orders));
  if (made) return made;
  const records = Array.from({ length: orders }, (_, index) => jsonText(sourceOrder(index).data));
  const page = Buffer.from(`{"items":[${records.join(',')}],"next":null}`);
  pages.set(String(orders), page);
  return page;
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
