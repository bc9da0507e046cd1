import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { selectStreams } from '../../cli/actions/select-streams.ts';
import { syncStreams } from '../../cli/actions/sync-streams.ts';
import { openHub } from '../../cli/compose.ts';
import { readSettings } from '../../cli/read-settings.ts';
import { createLog } from '../../config/observability/log.ts';
import { runCli } from '../cli/run-cli.ts';
import { serve } from '../connectors/http-server.ts';
import { databases } from '../setup/databases.ts';
import { withoutDefence } from './without-defence.ts';

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

describe.each(databases)('FAULTS 13: 403 on one stream, into $name', (database) => {
  const file = join(folder, `${database.name}.yaml`);

  beforeEach(async () => {
    await database.open();
    const { origin } = await serve((request, response) =>
      request.url?.startsWith('/secret')
        ? response.writeHead(403).end('{"error":"not yours"}')
        : response.end('{"items":[{"id":"1"},{"id":"2"}]}'),
    );
    const streams = ['orders', 'secret', 'quotes'].map(stream).join('');
    writeFileSync(
      file,
      `database: { url: "${database.url}" }\nsources:\n  shop:\n    kind: rest\n    url: ${origin}\n    streams:${streams}\n`,
    );
  });
  afterAll(() => database.drop());

  it('costs that stream alone, and the command says so by its exit code', async () => {
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

  it('goes red without: streams apart', async () => {
    const hub = await openHub(readSettings(file, {}), createLog({ level: 'silent' }));
    const terminal = { out: () => undefined, err: () => undefined, moving: false, columns: () => null };
    const { signal } = new AbortController();
    const passes = () =>
      syncStreams({ hub, streams: selectStreams(hub.settings, undefined), signal, terminal, quiet: true });
    try {
      expect((await passes()).map(({ outcome }) => outcome)).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED']);
      await expect(withoutDefence('streams apart', passes)).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    } finally {
      await hub.close();
    }
  });
});
