import type { Row } from './contract.ts';
import { inOrder, jsonOf, type Loopback, startLoopback } from './loopback.ts';

export const REST_TOKEN = 'rest-Token-1';

/** A small API that offers its rows by every kind of paging, oldest change first. */
export async function startRestServer(rows: Map<string, Row>): Promise<Loopback> {
  return startLoopback(`Bearer ${REST_TOKEN}`, (url) => {
    const [, kind, key] = url.pathname.split('/');
    if (key !== undefined) {
      const row = rows.get(decodeURIComponent(key));
      return row ? { body: `{"item":${json(row)}}` } : { status: 404, body: { error: 'unknown' } };
    }
    const parameter = (name: string) => url.searchParams.get(name);
    const ids = parameter('ids')?.split('~');
    const since = parameter('modified_since');
    const matching = inOrder(rows.values()).filter(
      ({ id, stamp }) => (!ids || ids.includes(id)) && (since === null || stamp >= canonical(since)),
    );
    const size = Number(parameter('limit') ?? '1000');
    const list = (some: Row[]) => `[${some.map(json).join(',')}]`;
    switch (kind) {
      case 'cursor': {
        const after = parameter('cursor');
        const rest = matching.filter(({ id, stamp }) => after === null || place(stamp, id) > decodePlace(after));
        const last = rest[size - 1];
        const next = last && rest.length > size ? encodePlace(last) : null;
        return { body: `{"data":${list(rest.slice(0, size))},"meta":{"next":${JSON.stringify(next)}}}` };
      }
      case 'page': {
        const from = (Number(parameter('page') ?? '1') - 1) * size;
        const pages = Math.ceil(matching.length / size);
        return { body: `{"data":${list(matching.slice(from, from + size))},"pages":${pages}}` };
      }
      case 'offset': {
        const from = Number(parameter('offset') ?? '0');
        return { body: `{"data":${list(matching.slice(from, from + size))}}` };
      }
      case 'link': {
        const after = parameter('after');
        const rest = matching.filter(({ id, stamp }) => after === null || place(stamp, id) > decodePlace(after));
        const last = rest[size - 1];
        const next = new URL(url);
        next.host = 'somewhere.else.example';
        if (last) next.searchParams.set('after', encodePlace(last));
        const link = `<${url.origin}/link>; rel="first", <${next.href}>; rel="next"`;
        return { headers: last && rest.length > size ? { link } : {}, body: `{"data":${list(rest.slice(0, size))}}` };
      }
      default:
        return { body: `{"data":${list(matching)}}` };
    }
  });
}

function json(row: Row): string {
  return jsonOf(row, { modified: row.stamp.replace('Z', '+00:00') });
}

function canonical(text: string): string {
  const [whole = '', fraction = ''] = text.replace('Z', '').split('.');
  return `${whole}.${fraction.padEnd(6, '0')}Z`;
}

function place(stamp: string, id: string): string {
  return Buffer.from(`${stamp}|${id}`).toString('latin1');
}

function encodePlace({ stamp, id }: Row): string {
  return Buffer.from(`${stamp}|${id}`).toString('base64');
}

function decodePlace(token: string): string {
  return Buffer.from(token, 'base64').toString('latin1');
}
