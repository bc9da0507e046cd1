import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type RunningCli, runCli, startCli } from './run-cli.ts';

jest.setTimeout(120_000);

let folder: string;
let demo: RunningCli;
let screen: string;

beforeAll(async () => {
  // The demo's own temporary folder goes in here, so that its removal can be seen.
  folder = mkdtempSync(join(tmpdir(), 'c360-demo-test-'));
  demo = startCli(['demo', '--scale', '0.01', '--port', '0'], { TMPDIR: folder });
  await demo.waitFor(/Ctrl\+C stops it/);
  screen = demo.output();
});
afterAll(async () => {
  demo.child.kill('SIGKILL');
  await demo.end;
  rmSync(folder, { recursive: true, force: true });
});

it('shows its four systems, where the graph is, and a first query that works as printed', async () => {
  for (const system of ['ERP', 'Warehouse', 'CRM', 'Finance'])
    expect(screen).toMatch(new RegExp(`^  ${system} .* \\d`, 'm'));
  const [, url = ''] = /Graph +(http:\S+)/.exec(screen) ?? [];
  const [, body = ''] = /-d '(.*)'/.exec(screen) ?? [];
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data, errors, extensions } = (await answer.json()) as {
    data: { customers: { totalCount: number; nodes: unknown[] } };
    errors?: unknown;
    extensions: { freshness: { status: string }[] };
  };
  expect(errors).toBeUndefined();
  expect(data.customers.totalCount).toBeGreaterThan(10);
  expect(data.customers.nodes).toHaveLength(3);
  expect(extensions.freshness.map(({ status }) => status)).toEqual(['FRESH', 'FRESH', 'FRESH', 'FRESH']);
});

it('can be verified from another shell while its systems keep changing', async () => {
  const [, settings = ''] = /verify --settings (\S+)/.exec(screen) ?? [];
  expect(await runCli('verify', '--settings', settings)).toMatchObject({
    code: 0,
    out: expect.stringContaining('The cache equals the sources'),
  });
});

it('stops when told, with its systems, and leaves nothing behind', async () => {
  const [, settings = ''] = /verify --settings (\S+)/.exec(screen) ?? [];
  const [, source = ''] = /url: (http:\S+)/.exec(readFileSync(settings, 'utf8')) ?? [];
  demo.child.kill('SIGINT');
  expect(await demo.end).toMatchObject({ code: 0 });
  expect(existsSync(dirname(settings))).toBe(false);
  await expect(fetch(source)).rejects.toThrow();
});
