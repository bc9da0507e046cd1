import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { createLocalSchema } from '../../gateway/execution/local-schema.ts';
import { exampleOperations } from '../../gateway/graphiql/serve-graphiql.ts';
import { subschemas } from '../../gateway/resolvers/domains/all.ts';
import { startTinyGateway, type TinyGateway } from './tiny-gateway.ts';

let hub: TinyGateway;
let plain: TinyGateway;
beforeAll(async () => {
  hub = await startTinyGateway();
  plain = await startTinyGateway({ graphiql: false });
});
afterAll(() => Promise.all([hub.close(), plain.close()]));

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('GraphiQL', () => {
  it('greets browsers at /graphql and /graphiql, and leaves other clients alone', async () => {
    for (const path of ['/graphql', '/graphiql']) {
      const answer = await fetch(new URL(path, hub.url), { headers: browser });
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(await answer.text()).toContain('id="graphiql"');
    }
    const client = await fetch(hub.url, { headers: { accept: 'application/json' } });
    expect(client.headers.get('content-type')).toContain('application/json');
  });

  it('loads nothing from elsewhere, and may not', async () => {
    const answer = await fetch(hub.url, { headers: browser });
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    const html = await answer.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url ?? '');
    expect(loaded.filter((url) => !url.startsWith('/graphiql/') && url !== 'data:,')).toEqual([]);
    for (const url of loaded.filter((link) => link.startsWith('/'))) {
      const asset = await fetch(new URL(url, hub.url));
      expect({ url, status: asset.status, type: asset.headers.get('content-type') }).toMatchObject({
        status: 200,
        type: expect.stringMatching(url.endsWith('.css') ? /^text\/css/ : /^text\/javascript/),
      });
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(20);
    }
  });

  it('is sent zipped to who can unzip', async () => {
    const plainSize = await sizeOf('/graphiql/graphiql.js', 'identity');
    expect(await sizeOf('/graphiql/graphiql.js', 'gzip, br')).toBeLessThan(plainSize / 2);
  });

  it('can be switched off', async () => {
    expect((await fetch(new URL('/graphiql', plain.url))).status).toBe(404);
    expect((await fetch(plain.url, { headers: browser })).headers.get('content-type')).not.toContain('text/html');
  });

  it.each(exampleOperations().map((operation) => [/query (\w+)/.exec(operation)?.[1], operation]))(
    'has an example that fits the graph: %s',
    (_name, operation) => {
      const schema = createLocalSchema(subschemas);
      expect(validate(schema, parse(operation ?? '')).map((error) => error.message)).toEqual([]);
    },
  );
});

/** Bytes on the wire; fetch would unzip them. */
function sizeOf(path: string, encoding: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': encoding };
    const request = httpRequest(new URL(path, hub.url), { headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('end', () => resolve(bytes));
    });
    request.on('error', reject);
    request.end();
  });
}
