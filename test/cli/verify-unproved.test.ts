import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Loopback, startLoopback } from '../connectors/loopback.ts';
import { runCli } from './run-cli.ts';

jest.setTimeout(240_000);

describe('verify of a list that may be cut', () => {
  let server: Loopback;
  let folder: string;
  let list: object[] = [];

  beforeAll(async () => {
    server = await startLoopback(null, () => ({ body: { data: { orders: list } } }));
    folder = mkdtempSync(join(tmpdir(), 'c360-unproved-'));
    list = Array.from({ length: 20 }, (_, index) => ({ id: `o${index}`, code: `T${index}` }));
    const orders = {
      ...{ resource: 'orders', key: 'id', query: '{ orders { id code } }' },
      records: [{ entity: 'order', fields: { orderNumber: 'code', status: { const: 'CONFIRMED' } } }],
    };
    const settings = {
      database: { url: `sqlite:${join(folder, 'cache.db')}` },
      sources: { shop: { kind: 'graphql', url: server.origin, streams: { orders } } },
    };
    writeFileSync(join(folder, 'customer360.yaml'), JSON.stringify(settings));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const cli = (...args: string[]) => runCli(...args, '--settings', join(folder, 'customer360.yaml'));

  it('is unproved with the reason and exit code 1, or 0 when that is allowed, and takes nothing away', async () => {
    await cli('sync', 'shop');
    const checked = await cli('check', 'shop');
    expect(checked).toMatchObject({
      code: 0,
      out: expect.stringMatching(/warn {3}shop: orders: completeness: UNKNOWN: 20 records were read, .*because /),
    });
    list = list.slice(0, 10);
    const told = await cli('verify');
    expect(told.code).toBe(1);
    expect(told.out).toContain('unproved');
    expect(told.out).toMatch(
      /shop\/orders is not proved to be equal, because the list of the source may be cut: .*10 records of the cache were not in it/,
    );
    const json = await cli('verify', '--repair', '--allow-unproved', '--json');
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject([
      {
        outcome: 'UNPROVED',
        equal: 10,
        unseen: 10,
        cache: { records: 10, aside: 10 },
        completeness: { status: 'UNKNOWN' },
      },
    ]);
  });
});
