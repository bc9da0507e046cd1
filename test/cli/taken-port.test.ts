import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { startCli } from './run-cli.ts';

jest.setTimeout(180_000);

let folder: string;
let other: Server;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'c360-taken-'));
  other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterAll(async () => {
  await new Promise((resolve) => other.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

it('ends the demo with an error, with its systems, and leaves nothing behind', async () => {
  const temporary = join(folder, 'demo');
  const { code, err, out } = await startCli(['demo', '--scale', '0.01', '--port', String(port)], {
    TMPDIR: mkdtempSync(temporary),
  }).end;
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(
    new RegExp(`error ADDRESS_IN_USE: 127\\.0\\.0\\.1:${port} is already in use\\. .*gateway\\.port`),
  );
  // the systems end with it: the pipe of their output is closed, or the command would not be over
  const [left = ''] = readdirSync(folder).filter((name) => name.startsWith('demo'));
  expect(readdirSync(join(folder, left)).filter((name) => name.startsWith('customer360-demo-'))).toEqual([]);
});

it.each([
  ['on a taken port', () => ({ port }), /error ADDRESS_IN_USE: .* is already in use/, []],
  ['on a taken port, without sync', () => ({ port }), /error ADDRESS_IN_USE: .* is already in use/, ['--no-sync']],
  [
    'at an address that is none of this machine',
    () => ({ port: 0, host: '192.0.2.1', allowUnauthenticatedNetwork: true }),
    /error ADDRESS_IN_USE: 192\.0\.2\.1:0 cannot be listened on/,
    [],
  ],
])('ends serve with an error %s', async (_where, gateway, error, options) => {
  const database = { url: `sqlite:${join(folder, 'cache.db')}` };
  const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
  const things = { resource: 'things', key: 'id', paging: { type: 'none' }, records };
  const sources = { crm: { kind: 'rest', url: 'http://127.0.0.1:9', streams: { things } } };
  const file = join(folder, 'customer360.yaml');
  writeFileSync(file, stringify({ database, gateway: gateway(), sources }));
  const { code, err, out } = await startCli(['serve', '--settings', file, ...options]).end;
  expect(`${err}${out}`).toMatch(error);
  expect(code).toBe(1);
});
