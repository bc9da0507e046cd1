import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startCli } from '../cli/run-cli.ts';

jest.setTimeout(240_000);

const page = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8');
const recipes = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
const secrets = { CMS_PASSWORD: 'cms-secret', RT_TOKEN: 'rt-secret', SHOP_PASSWORD: 'shop-secret' };

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

interface Row {
  id: string;
  name: string;
  created: string;
  updated: string | null;
  deleted?: boolean;
}

type Play = (url: URL, request: IncomingMessage, body: string) => Answer;

let folder: string;
let server: Server | undefined;
let origin: string;
let rows: Row[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'c360-recipes-'));
  // 230 records over three pages; every second one was never edited.
  rows = Array.from({ length: 230 }, (_, i) => ({
    id: String(i + 1),
    name: `Firm ${i + 1}`,
    created: stamp(i),
    updated: i % 2 === 0 ? stamp(i + 500) : null,
  }));
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  rmSync(folder, { recursive: true, force: true });
});

/** Minutes after the first of October. */
function stamp(minutes: number): string {
  return new Date(Date.UTC(2026, 9, 1, 0, minutes)).toISOString();
}

async function start(play: Play): Promise<void> {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const { status = 200, headers = {}, body: answer } = play(url, request, body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Writes the recipe of a system as settings, with the address of the server that plays it. */
function settingsOf(system: string): string {
  const recipe = recipes.find((yaml) => yaml.includes(`\n  ${system}:\n`)) ?? '';
  const own = recipe.replaceAll(/https:\/\/[a-z]+\.example\.com/g, origin);
  const file = join(folder, 'customer360.yaml');
  writeFileSync(file, `database: { url: "sqlite:${join(folder, 'cache.db')}" }\n${own}`);
  return file;
}

async function run(file: string, ...args: string[]) {
  const { code, out, err } = await startCli([...args, '--settings', file, '--json'], secrets).end;
  return { code, json: JSON.parse(out || 'null') as Record<string, unknown>[] & Record<string, unknown>, err };
}

/** What the cache holds of the only stream, and whether all of it was read. */
async function held(file: string) {
  const { json } = await run(file, 'status');
  const [stream] = json.streams as { records: number; quarantined: number; completeness: { status: string } }[];
  return { records: stream?.records, quarantined: stream?.quarantined, complete: stream?.completeness.status };
}

/** Reads, edits, creates and deletes as its users would; the cache follows, and a verify proves it. */
async function follows(system: string): Promise<void> {
  const file = settingsOf(system);
  const checked = await run(file, 'check', system);
  expect({ code: checked.code, failed: checked.json.filter(({ ok }) => ok !== true) }).toEqual({ code: 0, failed: [] });
  expect(await run(file, 'sync')).toMatchObject({ code: 0, json: [{ outcome: 'SUCCEEDED', mode: 'FULL' }] });
  expect(await held(file)).toEqual({ records: 230, quarantined: 0, complete: 'COUNTED' });

  const now = new Date(Date.now() - 1_000).toISOString();
  const [first, second] = rows as [Row, Row];
  Object.assign(first, { name: 'Renamed', updated: now });
  rows.push({ id: '231', name: 'New', created: now, updated: null });
  Object.assign(second, { deleted: true });
  expect(await run(file, 'sync')).toMatchObject({ code: 0, json: [{ outcome: 'SUCCEEDED', mode: 'INCREMENTAL' }] });
  expect(await held(file)).toMatchObject({ records: 231 });
  expect(await run(file, 'reconcile')).toMatchObject({ code: 0, json: [{ outcome: 'SUCCEEDED', deleted: 1 }] });
  expect(await held(file)).toEqual({ records: 230, quarantined: 0, complete: 'COUNTED' });
  expect((await run(file, 'check', system)).json).toContainEqual(
    expect.objectContaining({
      probe: expect.stringContaining(': completeness'),
      detail: expect.stringMatching(/^COUNTED: all 230 /),
    }),
  );
  expect(await run(file, 'verify')).toMatchObject({
    code: 0,
    json: [{ outcome: 'EQUAL', completeness: { status: 'COUNTED' }, source: { records: 230 } }],
  });
}

describe('the recipes', () => {
  it('are three', () => {
    expect(recipes).toHaveLength(3);
  });

  it('follow a system that behaves like Directus over REST', async () => {
    await start((url, request, body) => {
      const entity = ({ id, name, created, updated }: Row) => ({
        ...{ id: Number(id), name, email: `post@firm-${id}.example`, date_created: created, date_updated: updated },
      });
      if (url.pathname === '/auth/login') {
        const { password } = JSON.parse(body) as { password: string };
        return password === 'cms-secret'
          ? { body: { data: { access_token: 't1', expires: 900_000, refresh_token: 'r' } } }
          : { status: 401, body: { errors: [] } };
      }
      if (request.headers.authorization !== 'Bearer t1') return { status: 401, body: { errors: [] } };
      const there = rows.filter(({ deleted }) => !deleted);
      const id = /^\/items\/accounts\/([^/]+)$/.exec(url.pathname)?.[1];
      const one = there.find((row) => row.id === id);
      if (one) return { body: { data: entity(one) } };
      const forbidden = { errors: [{ message: "You don't have permission to access this." }] };
      if (url.pathname !== '/items/accounts') return { status: 403, body: forbidden };
      const since = /"_gte":"([^"]+)"/.exec(url.searchParams.get('filter') ?? '')?.[1];
      const from = since === undefined ? 0 : Date.parse(since);
      const byStamp = (a: Row, b: Row) =>
        `${a.updated ?? ''} ${a.created}`.localeCompare(`${b.updated ?? ''} ${b.created}`);
      const chosen = there.filter((row) =>
        [row.updated, row.created].some((at) => at !== null && Date.parse(at) >= from),
      );
      const limit = Math.min(100, Number(url.searchParams.get('limit') ?? 100));
      const start = (Number(url.searchParams.get('page') ?? 1) - 1) * limit;
      const meta = url.searchParams.get('meta') === 'filter_count' ? { meta: { filter_count: chosen.length } } : {};
      return {
        body: {
          data: chosen
            .sort(byStamp)
            .slice(start, start + limit)
            .map(entity),
          ...meta,
        },
      };
    });
    await follows('directus');
  });

  it('follow a system that behaves like Request Tracker', async () => {
    await start((url, request) => {
      const ticket = ({ id, name, created, updated, deleted }: Row) => ({
        ...{ id: Number(id), type: 'ticket', Subject: name, Status: deleted ? 'deleted' : 'open' },
        ...{ Created: created, Due: '1970-01-01T00:00:00Z', LastUpdated: updated ?? created },
      });
      if (request.headers.authorization !== 'token rt-secret')
        return { status: 401, body: { message: 'Unauthorized' } };
      const id = /^\/REST\/2\.0\/ticket\/(\d+)$/.exec(url.pathname)?.[1];
      const one = rows.find((row) => row.id === id);
      if (one) return { body: ticket(one) };
      if (url.pathname !== '/REST/2.0/tickets') return { status: 404, body: { message: 'Not Found' } };
      const query = url.searchParams.get('query') ?? '';
      const since = /LastUpdated >= '([^']+)'/.exec(query)?.[1];
      const from = since === undefined ? 0 : Date.parse(`${since.replace(' ', 'T')}Z`);
      const shown = rows.filter(({ deleted }) => !deleted && query !== '');
      const chosen = shown.filter(({ created, updated }) => Date.parse(updated ?? created) >= from);
      chosen.sort((a, b) => (a.updated ?? a.created).localeCompare(b.updated ?? b.created));
      const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 20));
      const at = Number(url.searchParams.get('page') ?? 1);
      const items = chosen.slice((at - 1) * size, at * size).map(ticket);
      const pages = Math.ceil(chosen.length / size);
      return { body: { items, page: at, pages, per_page: size, count: items.length, total: chosen.length } };
    });
    await follows('tracker');
  });

  it('follow a system that behaves like Vendure', async () => {
    let logins = 0;
    await start((url, request, body) => {
      const { query = '', variables = {} } = JSON.parse(body || '{}') as {
        query?: string;
        variables?: { take?: number; skip?: number; since?: string; ids?: string[]; password?: string };
      };
      if (url.pathname !== '/admin-api') return { status: 404, body: {} };
      if (query.includes('login(')) {
        const isRight = variables.password === 'shop-secret';
        if (isRight) logins += 1;
        return isRight
          ? {
              headers: { 'vendure-auth-token': `session-${logins}` },
              body: { data: { login: { __typename: 'CurrentUser' } } },
            }
          : { body: { data: { login: { __typename: 'InvalidCredentialsError' } } } };
      }
      if (request.headers.authorization !== `Bearer session-${logins}`) {
        const message = 'You are not currently authorized to perform this action';
        return { body: { errors: [{ message, extensions: { code: 'FORBIDDEN' } }], data: null } };
      }
      if (query.includes('__typename }') && !query.includes('customers'))
        return { body: { data: { __typename: 'Query' } } };
      const customer = ({ id, name, created, updated }: Row) => ({
        ...{ id, firstName: name, lastName: `No. ${id}`, emailAddress: `c${id}@shop.example` },
        updatedAt: updated ?? created,
      });
      const { take = 100, skip = 0, since, ids } = variables;
      if (take > 100) return { body: { errors: [{ message: 'take must not be larger than 100' }], data: null } };
      const chosen = rows
        .filter(({ id, deleted }) => !deleted && (!ids || ids.includes(id)))
        .filter(({ created, updated }) => since == null || Date.parse(updated ?? created) > Date.parse(since));
      chosen.sort((a, b) => (a.updated ?? a.created).localeCompare(b.updated ?? b.created));
      const items = chosen.slice(skip, skip + take).map(customer);
      return {
        body: { data: { customers: { items, ...(query.includes('totalItems') && { totalItems: chosen.length }) } } },
      };
    });
    await follows('vendure');
  });
});
