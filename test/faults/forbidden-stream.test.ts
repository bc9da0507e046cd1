import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, jest } from '@jest/globals';
import { runCli } from '../cli/run-cli.ts';
import { serve } from '../connectors/http-server.ts';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'c360-forbidden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stream = (resource: string) => `
      ${resource}:
        resource: /${resource}
        itemsPath: items
        key: id
        records:
          - entity: order
            fields: { orderNumber: id, status: { const: CONFIRMED } }`;

it('FAULTS 13: 403 on one stream costs that stream alone, and the command says so by its exit code', async () => {
  const { origin } = await serve((request, response) =>
    request.url?.startsWith('/secret')
      ? response.writeHead(403).end('{"error":"not yours"}')
      : response.end('{"items":[{"id":"1"},{"id":"2"}]}'),
  );
  const file = join(folder, 'customer360.yaml');
  const streams = ['orders', 'secret', 'quotes'].map(stream).join('');
  writeFileSync(
    file,
    `database: { url: "sqlite:${folder}/cache.db" }\nsources:\n  shop:\n    kind: rest\n    url: ${origin}\n    streams:${streams}\n`,
  );
  const { code, out } = await runCli('sync', '--settings', file, '--json');
  const runs = JSON.parse(out) as { stream: string; outcome: string; changed: number; error?: { code: string } }[];
  expect(code).toBe(1);
  expect(runs.map((run) => [run.stream, run.outcome, run.changed, run.error?.code])).toEqual([
    ['orders', 'SUCCEEDED', 2, undefined],
    ['secret', 'FAILED', 0, 'SOURCE_FORBIDDEN'],
    ['quotes', 'SUCCEEDED', 2, undefined],
  ]);
  const status = JSON.parse((await runCli('status', '--settings', file, '--json')).out);
  expect(status.systems[0].breaker).toMatchObject({ state: 'CLOSED' });
});
