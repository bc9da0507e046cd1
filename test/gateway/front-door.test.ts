import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { HubError } from '../../config/errors.ts';
import { createLog } from '../../config/observability/log.ts';
import { limitFailedLogins } from '../../gateway/access/failed-logins.ts';
import { anybody } from '../../gateway/access/viewer.ts';
import { followTls, readTls } from '../../gateway/http/tls-files.ts';
import { startTinyGateway, type TinyGateway } from './tiny-gateway.ts';

const hubs: TinyGateway[] = [];
async function start(...args: Parameters<typeof startTinyGateway>): Promise<TinyGateway> {
  const hub = await startTinyGateway(...args);
  hubs.push(hub);
  return hub;
}
afterAll(async () => {
  await Promise.all(hubs.map((hub) => hub.close()));
});

const certificate = (name: string) => fileURLToPath(new URL(`./certificates/${name}`, import.meta.url));
const tls = { cert: certificate('one.crt'), key: certificate('one.key') };
const query = { query: '{ hello }' };

describe('pages of other origins', () => {
  const preflight = (hub: TinyGateway, origin: string) =>
    fetch(hub.url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    });

  it('may ask when they are listed, and read what tells them when to come again', async () => {
    const hub = await start({ cors: ['https://app.example.com'] });
    const asked = await preflight(hub, 'https://app.example.com');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    const { headers, body } = await hub.ask(query, { origin: 'https://app.example.com' });
    expect(body.data).toEqual({ hello: 'hello you' });
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-expose-headers')).toContain('retry-after');
    expect(headers.get('vary')).toContain('Origin');
  });

  it.each(['https://evil.example', 'https://app.example.com.evil.example', 'http://app.example.com', 'null'])(
    'may not when they are %s',
    async (origin) => {
      const hub = hubs[0] ?? (await start({ cors: ['https://app.example.com'] }));
      expect((await preflight(hub, origin)).headers.get('access-control-allow-origin')).toBeNull();
      expect((await hub.ask(query, { origin })).headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('may not at all unless the settings say so, which take no wildcard', async () => {
    const hub = await start();
    const asked = await preflight(hub, 'https://app.example.com');
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([404, null]);
    for (const cors of [['*'], ['https://app.example.com/'], ['app.example.com']]) {
      await expect(startTinyGateway({ cors })).rejects.toThrow();
    }
  });
});

describe('TLS', () => {
  const askOver = (url: string) =>
    new Promise<{ name: string; text: string }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const asking = request(url, { method: 'POST', headers, rejectUnauthorized: false, agent: false }, (answer) => {
        const name = String((answer.socket as TLSSocket).getPeerCertificate().subject.CN);
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve({ name, text }));
      });
      asking.on('error', reject).end(JSON.stringify(query));
    });

  it('answers by https alone when given a certificate', async () => {
    const hub = await start({ tls });
    expect(hub.url).toMatch(/^https:/);
    const { name, text } = await askOver(hub.url);
    expect(name).toBe('localhost one');
    expect(JSON.parse(text).data).toEqual({ hello: 'hello you' });
    await expect(fetch(hub.url.replace('https', 'http'))).rejects.toThrow();
  });

  it('uses a renewed certificate without a restart, and keeps the last good one', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tls-'));
    const files = { cert: path.join(folder, 'tls.crt'), key: path.join(folder, 'tls.key') };
    const use = (name: string) => {
      copyFileSync(certificate(`${name}.key`), files.key);
      copyFileSync(certificate(`${name}.crt`), files.cert);
    };
    use('one');
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } });
    const server = createServer(readTls(files), (_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const stop = followTls(server, files, log, 20);
    try {
      const bound = server.address();
      const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
      const shown = () =>
        new Promise<string>((resolve, reject) => {
          const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
            resolve(String(socket.getPeerCertificate().subject.CN));
            socket.destroy();
          }).on('error', reject);
        });
      const heard = async (words: RegExp) => {
        while (!lines.some((line) => words.test(line))) await new Promise((resolve) => setTimeout(resolve, 10));
      };
      expect(await shown()).toBe('localhost one');
      use('two');
      while ((await shown()) !== 'localhost two') await new Promise((resolve) => setTimeout(resolve, 10));
      lines.length = 0;
      writeFileSync(files.cert, 'not a certificate');
      await heard(/the one before stays/);
      expect(await shown()).toBe('localhost two');
    } finally {
      stop();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['that is not there', { ...tls, cert: '/nowhere.crt' }],
    ['with the key of another', { ...tls, key: certificate('two.key') }],
  ])('with a certificate %s keeps the hub from starting', async (_what, wrong) => {
    await expect(startTinyGateway({ tls: wrong })).rejects.toThrow(/gateway\.tls\.cert/);
  });
});

describe('behind proxies', () => {
  const rateLimit = { perMinute: 1, burst: 1 };
  const from = (hub: TinyGateway, forwarded: string) =>
    hub.ask(query, { 'x-forwarded-for': forwarded }).then(({ status }) => status);

  it('believes as many hops of X-Forwarded-For as it is told, so that nobody makes up an address', async () => {
    const one = await start({ rateLimit, trustedProxies: 1 });
    expect(await from(one, '198.51.100.1')).toBe(200);
    expect(await from(one, '198.51.100.1')).toBe(429);
    expect(await from(one, '203.0.113.9, 198.51.100.1')).toBe(429);
    expect(await from(one, '198.51.100.2')).toBe(200);
  });

  it('believes none when there are none', async () => {
    const hub = await start({ rateLimit });
    expect(await from(hub, '198.51.100.1')).toBe(200);
    expect(await from(hub, '198.51.100.2')).toBe(429);
  });
});

describe('logins that do not hold', () => {
  const access = { failedLogins: { perMinute: 6, burst: 2 } };

  it('are limited by address: further ones are not looked at, whether they hold or not', async () => {
    const hub = await start({ trustedProxies: 1 }, access);
    const as = (key: string | null, address = '198.51.100.1', url = hub.url) =>
      fetch(url, { headers: { 'x-forwarded-for': address, ...(key !== null && { 'x-api-key': key }) } });
    // asking without a login guesses nothing
    for (let n = 0; n < 5; n++) expect((await as(null)).status).toBe(401);
    expect((await as('c360_wrong')).status).toBe(401);
    expect((await as('c360_wrong', '198.51.100.1', hub.url.replace('graphql', 'metrics'))).status).toBe(401);
    const refused = await as('c360_wrong');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await refused.text()).toMatch(/access\.failedLogins.*RATE_LIMITED/);
    expect((await as('c360_wrong', '198.51.100.2')).status).toBe(401);
  });

  it('are forgiven with time, and logins that hold cost nothing', async () => {
    let now = 0;
    let holds = true;
    const authenticate = limitFailedLogins(
      async () => {
        if (holds) return anybody;
        throw new HubError('UNAUTHENTICATED', 'no');
      },
      { perMinute: 60, burst: 2 },
      () => now,
    );
    const login = () =>
      authenticate('address', { authorization: 'Bearer x', apiKey: undefined }).then(
        () => 'in',
        (error: HubError) => error.code,
      );
    for (let n = 0; n < 10; n++) expect(await login()).toBe('in');
    holds = false;
    expect([await login(), await login(), await login()]).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
      'RATE_LIMITED',
    ]);
    holds = true;
    expect(await login()).toBe('RATE_LIMITED');
    now += 1_000;
    expect(await login()).toBe('in');
  });
});
