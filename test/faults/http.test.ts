import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { createBreakerStore } from '../../cache/streams/breaker-store.ts';
import { HubError } from '../../config/errors.ts';
import { hideSecrets } from '../../connectors/http/hide-secrets.ts';
import { createRateBudget } from '../../connectors/http/rate-budget.ts';
import { breakerPause, createSourceBreaker } from '../../connectors/source-breaker.ts';
import { type BreakerNote, noNotices } from '../../connectors/source-notices.ts';
import { clientOf, live, serve } from '../connectors/http-server.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';
import { withoutDefence } from './without-defence.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error) => (error instanceof HubError ? error.code : String(error.name)),
  );

describe('a source that asks for patience', () => {
  it('FAULTS 14: 429 is waited for as long as the source asks, in seconds or by date', async () => {
    const { origin, count } = await serve((request, response, n) => {
      const when = request.url === '/date' ? new Date(Date.now() - 1_000).toUTCString() : '0';
      if (n % 2 === 1) response.writeHead(429, { 'retry-after': when }).end();
      else response.end('{}');
    });
    await clientOf().request({ url: `${origin}/seconds` }, live());
    await clientOf().request({ url: `${origin}/date` }, live());
    expect(count()).toBe(4);
  });

  it('FAULTS 14: 429 without saying when is tried again a few times, and then left to the next pass', async () => {
    const { origin, count } = await serve((_, response) => response.writeHead(429).end());
    const { code } = await clientOf()
      .request({ url: origin }, live())
      .catch((error) => error);
    expect([code, count()]).toEqual(['SOURCE_RATE_LIMITED', 4]);
  });

  it('FAULTS 14: 429 for a day is not waited for, and holds for every stream of the source', async () => {
    const { origin, count } = await serve((_, response) => response.writeHead(429, { 'retry-after': '86400' }).end());
    const client = clientOf();
    await expect(client.request({ url: origin }, live())).rejects.toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      message: expect.stringContaining('asks to wait 86400 s'),
    });
    await expect(client.request({ url: `${origin}/other` }, live())).rejects.toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      message: expect.stringContaining('for another 300 s'),
    });
    expect(count()).toBe(1);
  });

  it('FAULTS 14: without the cap, a pass waits for the day to pass', async () => {
    const { origin } = await serve((_, response) => response.writeHead(429, { 'retry-after': '86400' }).end());
    const request = () => clientOf().request({ url: origin }, AbortSignal.timeout(300));
    expect(await codeOf(request())).toBe('SOURCE_RATE_LIMITED');
    expect(await withoutDefence('Retry-After cap', () => codeOf(request()))).toBe('TimeoutError');
  });

  it('is asked no faster, and by no more at once, than `rateLimit` says', async () => {
    let now = 0;
    let most = 0;
    const { origin } = await serve((_, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.end('{}');
      }, 10);
    });
    const client = clientOf({ rateLimit: { requestsPerSecond: 200, concurrent: 2 } });
    const begun = Date.now();
    await Promise.all(Array.from({ length: 21 }, () => client.request({ url: origin }, live())));
    expect(most).toBe(2);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(95);
  });

  it('lets go of who gives up while waiting for a turn', async () => {
    const budget = createRateBudget({ concurrent: 1 });
    const leave = await budget.enter(live());
    await expect(budget.enter(AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' });
    const next = budget.enter(live());
    leave();
    (await next)();
    expect(typeof (await budget.enter(live()))).toBe('function');
  });
});

describe.each(databases)('a pass that is asked for patience, on $name', (database) => {
  afterAll(() => database.drop());

  it('FAULTS 14: ends, gives its lease back and leaves the rest to the next pass', async () => {
    const cache = await database.open();
    const source = createFakeSource();
    const stream = orderStream(source, cache, { system: 'erp' });
    for (let n = 0; n < 25; n += 1) source.put(`k${n + 10}`, { number: `N${n}`, amount: '1', date: '2026-01-01' });
    source.faults.page = (index) => {
      if (index === 1) throw new HubError('SOURCE_RATE_LIMITED', 'GET /orders: answered 429 (asks to wait 86400 s)');
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_RATE_LIMITED' } });
    expect((await stream.store.state({ system: 'erp', stream: 'orders' })).leaseOwner).toBe(null);
    source.faults.page = undefined;
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', reason: expect.stringContaining('resumed') });
    expect(await stream.orders()).toEqual(stream.truth());
  });
});

describe('a source in a storm', () => {
  it('FAULTS 15: again and again opens the breaker, which says why and asks no more', async () => {
    const { origin, count } = await serve((_, response) => response.writeHead(500).end('down'));
    const client = clientOf();
    const fail = () => codeOf(client.request({ url: origin, method: 'POST' }, live()));
    const codes = [await fail(), await fail(), await fail(), await fail(), await fail()];
    expect(codes.at(-1)).toBe('SOURCE_BREAKER_OPEN');
    const asked = count();
    await expect(client.request({ url: origin }, live())).rejects.toMatchObject({
      message: expect.stringMatching(/4 times in a row .* Last: POST .*answered 500: down/),
    });
    expect(count()).toBe(asked);
  });

  it('FAULTS 15: without the breaker, every stream goes on asking', async () => {
    const { origin, count } = await serve((_, response) => response.writeHead(500).end('down'));
    const client = clientOf();
    await withoutDefence('breaker', async () => {
      for (let n = 0; n < 8; n += 1) await codeOf(client.request({ url: origin, method: 'POST' }, live()));
    });
    expect(count()).toBe(8);
  });

  it('FAULTS 15: 5xx and resets that pass are not noticed', async () => {
    const { origin } = await serve((request, response, n) => {
      if (n % 3 === 1) request.socket.destroy();
      else if (n % 3 === 2) response.writeHead(503).end();
      else response.end('{"ok":true}');
    });
    const client = clientOf();
    for (let n = 0; n < 3; n += 1) expect((await client.request({ url: origin }, live())).json()).toEqual({ ok: true });
  });

  it('FAULTS 15: a source that is back is tried by one call, and then spoken to again', async () => {
    const notes: BreakerNote[] = [];
    const breaker = createSourceBreaker('erp', { ...noNotices, breaker: (note) => void notes.push(note) });
    let up = false;
    let calls = 0;
    const work = async () => {
      calls += 1;
      if (!up) throw new Error('connection refused');
      return 'answer';
    };
    const call = () => breaker.run(work, ({ status }) => (status === 'rejected' ? 'connection refused' : null), live());
    for (let n = 0; n < 6; n += 1) await codeOf(call());
    expect(calls).toBe(4);

    const later = jest.spyOn(performance, 'now');
    const begun = performance.now();
    later.mockReturnValue(begun + 20_000);
    await codeOf(call());
    expect(calls).toBe(5);
    up = true;
    later.mockReturnValue(begun + 20_000 + 40_000);
    expect(await Promise.all([call(), call()])).toEqual(['answer', 'answer']);
    expect(notes.map(({ state }) => state)).toEqual(['OPEN', 'HALF_OPEN', 'OPEN', 'HALF_OPEN', 'CLOSED', 'CLOSED']);
    expect(notes[0]).toMatchObject({ failures: 4, lastError: 'connection refused' });
  });

  it('FAULTS 51: is tried as soon when the clock of the machine is put back meanwhile', async () => {
    const breaker = createSourceBreaker('erp', noNotices);
    let up = false;
    const call = () =>
      breaker.run(
        () => (up ? Promise.resolve('answer') : Promise.reject(new Error('x'))),
        ({ status }) => (status === 'rejected' ? 'refused' : null),
        live(),
      );
    for (let n = 0; n < 4; n += 1) await codeOf(call());
    up = true;
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 2 * 86_400_000);
    expect(await codeOf(call())).toBe('SOURCE_BREAKER_OPEN');
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 20_000);
    expect(await call()).toBe('answer');
  });

  it('a call that is given up proves nothing', async () => {
    const notes: BreakerNote[] = [];
    const breaker = createSourceBreaker('erp', { ...noNotices, breaker: (note) => void notes.push(note) });
    const aborted = AbortSignal.abort(new Error('enough'));
    const call = (signal: AbortSignal) =>
      breaker.run(
        () => Promise.reject(new Error('x')),
        () => (signal.aborted ? null : 'refused'),
        signal,
      );
    for (let n = 0; n < 4; n += 1) await codeOf(call(live()));
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 20_000);
    await codeOf(call(aborted));
    expect(notes.map(({ state }) => state)).toEqual(['OPEN', 'HALF_OPEN', 'OPEN']);
  });

  it('is left alone for longer each time, up to five minutes, never in step with others', () => {
    expect([1, 2, 3, 9].map((attempt) => breakerPause(attempt, 0.5))).toEqual([15_000, 30_000, 60_000, 300_000]);
    expect([breakerPause(1, 0), breakerPause(1, 0.999)]).toEqual([12_000, 17_994]);
  });
});

describe.each(databases)('the breakers of the sources on $name', (database) => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  it('FAULTS 15: are seen by every process: open, on trial when their time is over, closed again', async () => {
    const other = await openCache({ url: database.url, poolSize: 1 });
    try {
      const [mine, theirs] = [createBreakerStore(cache), createBreakerStore(other)];
      const at = (minute: number) => `2026-03-01T08:0${minute}:00.000000Z`;
      const closed = {
        system: 'erp',
        state: 'CLOSED',
        since: at(0),
        until: null,
        failures: 0,
        lastError: null,
      } as const;
      await mine.note(closed);
      await theirs.note({ ...closed, since: at(1) });
      expect(await theirs.list(at(1))).toEqual([closed]);

      const open = {
        system: 'erp',
        state: 'OPEN',
        since: at(2),
        until: at(4),
        failures: 4,
        lastError: 'down',
      } as const;
      await mine.note(open);
      expect(await theirs.list(at(3))).toEqual([open]);
      expect(await theirs.list(at(4))).toEqual([{ ...open, state: 'HALF_OPEN', until: null }]);
      await theirs.note({ ...closed, since: at(5) });
      expect(await mine.list(at(5))).toEqual([{ ...closed, since: at(5) }]);
    } finally {
      await other.close();
    }
  });
});

describe('a source that says nothing', () => {
  it('FAULTS 16: is given up after the longest silence', async () => {
    const { origin } = await serve(() => undefined);
    await expect(clientOf({ timeout: 100 }).request({ url: origin }, live())).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('no answer within 100 ms'),
    });
  });

  it('FAULTS 16: is given up when it drips for ever', async () => {
    const { origin } = await serve((_, response) => {
      const drip = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(drip));
    });
    await expect(clientOf({ timeout: 200 }).request({ url: origin }, live())).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('no whole answer within 2000 ms'),
    });
  });

  it('FAULTS 16: without the limit, it is waited for as long as the caller does', async () => {
    const { origin } = await serve(() => undefined);
    const request = () => clientOf({ timeout: 50 }).request({ url: origin }, AbortSignal.timeout(1_000));
    expect(await codeOf(request())).toBe('SOURCE_UNREACHABLE');
    expect(await withoutDefence('silence limit', () => codeOf(request()))).toBe('TimeoutError');
  });
});

describe('a token that expires', () => {
  /** A source that takes the newest token alone, and whose token address counts what it gave out. */
  async function rotating() {
    let given = 0;
    const { origin } = await serve((request, response) => {
      if (request.url === '/token') {
        given += 1;
        const token = JSON.stringify({ access_token: `token-${given}`, expires_in: 3600 });
        setTimeout(() => response.end(token), 20);
        return;
      }
      const isGood =
        request.headers.authorization === `Bearer token-${given}` && given > (request.url === '/now' ? 0 : 1);
      // Some callers hear late that they were refused: the others have the new token by then.
      setTimeout(() => response.writeHead(isGood ? 200 : 401).end('{}'), request.url === '/late' ? 60 : 0);
    });
    const auth = {
      type: 'oauth2',
      tokenUrl: `${origin}/token`,
      clientId: 'hub',
      clientSecret: 's3cret-s3cret',
    } as const;
    const client = clientOf({ auth });
    const ask = (path: string) => codeOf(client.request({ url: `${origin}${path}` }, live()));
    return { ask, given: () => given };
  }

  it('FAULTS 20: is asked for once, kept, and renewed once for all who were refused, early or late', async () => {
    const { ask, given } = await rotating();
    expect(await Promise.all([ask('/now'), ask('/now'), ask('/now')])).toEqual(['ok', 'ok', 'ok']);
    expect(given()).toBe(1);
    const refused = ['/later', '/late', '/later', '/late', '/later'];
    expect(await Promise.all(refused.map(ask))).toEqual(refused.map(() => 'ok'));
    expect(given()).toBe(2);
  });

  it('FAULTS 20: without one refresh for all, callers take the token from each other', async () => {
    const { ask, given } = await rotating();
    await withoutDefence('one refresh', async () => {
      await Promise.all([ask('/now'), ask('/now'), ask('/now')]);
      expect(given()).toBeGreaterThan(1);
    });
  });
});

describe('a refresh token that is rotated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'c360-refresh-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A source that takes each refresh token once, and access tokens until they are refreshed. */
  async function rotatingOnce(name: string) {
    const file = join(folder, name);
    writeFileSync(file, 'refresh-token-0\n');
    let rotations = 0;
    const { origin } = await serve((request, response) => {
      if (request.url !== '/token') {
        const isGood = request.headers.authorization === `Bearer access-${rotations}`;
        return response.writeHead(isGood ? 200 : 401).end('{}');
      }
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const form = new URLSearchParams(body);
        const isGood = form.get('refresh_token') === `refresh-token-${rotations}`;
        if (!isGood) return response.writeHead(400).end(`invalid_grant ${form.get('refresh_token')}`);
        rotations += 1;
        const given = { access_token: `access-${rotations}`, refresh_token: `refresh-token-${rotations}` };
        return response.end(JSON.stringify({ ...given, expires_in: 3600 }));
      });
    });
    const secret = { clientId: 'hub', clientSecret: 's3cret-s3cret' };
    const auth = { type: 'oauth2', tokenUrl: `${origin}/token`, ...secret, refreshTokenFile: file } as const;
    return { file, rotations: () => rotations, process: () => clientOf({ auth }), url: `${origin}/orders` };
  }

  it('FAULTS 20: is kept in its file, whichever process refreshed last', async () => {
    const { file, rotations, process, url } = await rotatingOnce('kept');
    const [one, other] = [process(), process()];
    expect(await Promise.all([1, 2, 3].map(() => codeOf(one.request({ url }, live()))))).toEqual(['ok', 'ok', 'ok']);
    expect([rotations(), readFileSync(file, 'utf8')]).toEqual([1, 'refresh-token-1\n']);
    expect(await codeOf(other.request({ url }, live()))).toBe('ok');
    expect(await codeOf(one.request({ url }, live()))).toBe('ok');
    expect([rotations(), readFileSync(file, 'utf8')]).toEqual([3, 'refresh-token-3\n']);
    expect(await codeOf(process().request({ url }, live()))).toBe('ok');
  });

  it('FAULTS 20: that is not accepted, or not there, is an error that says where it was looked for and not what it is', async () => {
    const { file, process, url } = await rotatingOnce('refused');
    writeFileSync(file, 'refresh-token-of-old');
    const refused = await process()
      .request({ url }, live())
      .catch((error) => error);
    expect(refused).toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
    expect(String(refused)).not.toContain('of-old');
    rmSync(file);
    const missing = await process()
      .request({ url }, live())
      .catch((error) => error);
    expect(missing).toMatchObject({ code: 'SOURCE_UNAUTHORIZED', message: expect.stringContaining(file) });
  });
});

describe('a source that repeats the login in its error', () => {
  const auth = { type: 'basic', username: 'u', password: 'p@ss wörd' } as const;
  const pair = Buffer.from(`u:${auth.password}`).toString('base64');

  async function secretsShown(): Promise<string[]> {
    const { origin } = await serve((request, response) =>
      response
        .writeHead(403)
        .end(`no ${request.headers.authorization} ${auth.password} ${encodeURIComponent(auth.password)}`),
    );
    const error: Error = await clientOf({ auth })
      .request({ url: origin }, live())
      .then(
        () => new Error('none'),
        (e) => e,
      );
    expect(error.message).toContain('answered 403');
    const shown = `${error.stack} ${JSON.stringify(error)}`;
    return [auth.password, encodeURIComponent(auth.password), pair].filter((secret) => shown.includes(secret));
  }

  it('FAULTS 38: is not in any error', async () => {
    expect(await secretsShown()).toEqual([]);
    expect(hideSecrets(['s'])('https://u:x@host/?k=s')).not.toContain('x@');
  });

  it('FAULTS 38: without hiding, it is', async () => {
    expect((await withoutDefence('hidden secrets', secretsShown)).length).toBeGreaterThan(0);
  });

  it('FAULTS 38: is not in what the breaker tells either', async () => {
    const notes: BreakerNote[] = [];
    const { origin } = await serve((request, response) =>
      response.writeHead(500).end(`${request.headers.authorization}`),
    );
    const client = clientOf({ auth, notices: { ...noNotices, breaker: (note) => void notes.push(note) } });
    for (let n = 0; n < 4; n += 1) await codeOf(client.request({ url: origin, method: 'POST' }, live()));
    expect(notes.map(({ state }) => state)).toEqual(['OPEN']);
    expect(JSON.stringify(notes)).not.toContain(pair);
  });
});
