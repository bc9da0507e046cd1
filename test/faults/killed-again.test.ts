import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { defends } from '../../config/defences.ts';
import { startLoopback } from '../connectors/loopback.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import type { PassOrder } from './kills/one-pass.ts';

jest.setTimeout(180_000);

const child = fileURLToPath(new URL('./kills/one-pass.ts', import.meta.url));
const PAGES = 6;
const A_PAGE = 5;
const KILLS = 3;

const thing = (n: number) => ({
  id: `t${n}`,
  name: `Thing ${n}`,
  changed: `2026-03-01T08:00:${String(n).padStart(2, '0')}Z`,
});

/** Pages by number. A page is given out only when the test allows it: how far a process gets is no matter of time. */
async function startSlowSource() {
  const asked: number[] = [];
  let allowed = 0;
  const server = await startLoopback(null, async (url) => {
    const page = Number(url.searchParams.get('page') ?? 1);
    asked.push(page);
    while (page > allowed) await sleep(20);
    const items = Array.from({ length: A_PAGE }, (_, n) => thing((page - 1) * A_PAGE + n));
    return { body: { items, next: page < PAGES ? page + 1 : null } };
  });
  return {
    asked,
    allow: (page: number) => {
      allowed = page;
    },
    settings: {
      kind: 'rest',
      url: server.origin,
      paging: { type: 'cursor', cursorParam: 'page', nextPath: 'next' },
      streams: {
        things: {
          resource: '/things',
          itemsPath: 'items',
          key: 'id',
          records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }],
        },
      },
    },
    stop: server.stop,
  };
}

describe.each(databases)('a hub that is killed again and again, on $name', (database) => {
  let cache: Cache;
  let at = 0;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  fault(56, 'each process goes on where the killed one stopped, without waiting', 'dead holders', async () => {
    at += 1;
    const system = `killed${at}`;
    const source = await startSlowSource();
    const running: ReturnType<typeof spawn>[] = [];
    const start = () => {
      const order: PassOrder = {
        cacheUrl: database.url,
        system,
        source: source.settings,
        without: defends('dead holders') ? null : 'dead holders',
      };
      const process = spawn(globalThis.process.execPath, ['--import', 'tsx', child, JSON.stringify(order)], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.push(process);
      let out = '';
      let err = '';
      process.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      process.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text;
      });
      return { process, said: () => out, complained: () => err, ended: once(process, 'exit') };
    };
    const stored = async () => {
      const rows = await cache.query('SELECT COUNT(*) AS n FROM source_records WHERE `system` = ?', [system]);
      return Number(rows[0]?.n);
    };
    try {
      for (let kill = 1; kill <= KILLS; kill += 1) {
        source.allow(kill);
        const { process, said, complained, ended } = start();
        while ((await stored()) < kill * A_PAGE && process.exitCode === null) await sleep(20);
        // It is still at work on the next page, unless it could not begin.
        expect({ kill, stored: await stored(), said: said(), complained: complained() }).toEqual({
          kill,
          stored: kill * A_PAGE,
          said: '',
          complained: '',
        });
        process.kill('SIGKILL');
        await ended;
      }
      source.allow(PAGES);
      const last = start();
      await last.ended;
      expect(JSON.parse(last.said() || '{}')).toEqual({ outcome: 'SUCCEEDED', followed: true, leaseOwner: null });
      expect(await stored()).toBe(PAGES * A_PAGE);
      // What was committed is not read again: the first page was read once. Each process asks the same address for the
      // source's clock.
      expect(source.asked.filter((page) => page === 1)).toHaveLength(KILLS + 1 + 1);
    } finally {
      for (const process of running) if (process.exitCode === null) process.kill('SIGKILL');
      await source.stop();
    }
  });
});
