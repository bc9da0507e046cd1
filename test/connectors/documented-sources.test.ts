import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { startLoopback } from './loopback.ts';

const text = readFileSync(new URL('../../docs/adding-a-connector.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, yaml = '']) =>
  Object.entries((parse(yaml) as { sources: Record<string, unknown> }).sources),
);

/** Like Request Tracker: nothing without a query, twenty a page at most, and how many there are. */
function ticketsOf(url: URL, total: number): object {
  const parameter = (name: string) => url.searchParams.get(name);
  const size = Math.min(20, Number(parameter('per_page') ?? '20'));
  const page = Number(parameter('page') ?? '1');
  const found = parameter('query') === null ? 0 : total;
  const items = Array.from({ length: Math.max(0, Math.min(size, found - (page - 1) * size)) }, (_, n) => {
    const id = String((page - 1) * size + n + 1);
    return { id, type: 'ticket', _url: `${url.origin}/REST/2.0/ticket/${id}`, LastUpdated: '2026-11-01T10:00:00Z' };
  });
  const pages = Math.ceil(found / size);
  const next = page < pages ? { next_page: `${url.origin}/REST/2.0/tickets?page=${page + 1}` } : {};
  return { count: items.length, page, pages, per_page: size, total: found, items, ...next };
}

describe('docs/adding-a-connector.md', () => {
  it.each([0, 7, 40, 59])('reads all %d tickets of a source like Request Tracker, and counts them', async (total) => {
    const server = await startLoopback(null, (url) => ({ body: ticketsOf(url, total) }));
    const settings = Object.fromEntries(examples).rt as object;
    const url = `${server.origin}/REST/2.0`;
    const connector = connect({
      system: 'rt',
      settings: sourceSchema.parse({ ...settings, url, auth: { type: 'none' } }),
    });
    const keys = new Set<string>();
    let evidence: unknown;
    const request = { since: null, resume: null };
    for await (const page of connector.pull('tickets', request, new AbortController().signal)) {
      for (const { key } of page.records) keys.add(key);
      evidence = page.evidence;
    }
    await connector.close();
    await server.stop();
    expect({ keys: keys.size, evidence }).toEqual({ keys: total, evidence: { total, came: total, doubt: null } });
  });

  it('has examples', () => {
    expect(examples.map(([system]) => system)).toEqual([
      'tickets',
      'rt',
      's4',
      'warehouse',
      'shop',
      'vendure',
      'directus',
    ]);
  });

  it.each(examples)('the source %s is valid, and so is its mapping', (system, source) => {
    const settings = sourceSchema.parse(source);
    for (const [streamName, stream] of Object.entries(settings.streams)) {
      expect(compileMapping({ system, streamName, stream }).hash).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
