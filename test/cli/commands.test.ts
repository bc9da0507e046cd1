import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { runCli, startCli } from './run-cli.ts';
import { type SmallCompany, startSmallCompany } from './small-company.ts';

/** Each test starts processes of its own, and each loads the whole command. */
jest.setTimeout(120_000);

let company: SmallCompany;
const on = (...args: string[]) => runCli(...args, '--settings', company.settingsFile);

beforeAll(async () => {
  company = await startSmallCompany();
  expect(await on('sync')).toMatchObject({ code: 0 });
});
afterAll(() => company.stop());

describe('sync', () => {
  it('says how each stream went, on standard error, and nothing else on standard output', async () => {
    const { code, out, err } = await on('sync', 'crm');
    expect(code).toBe(0);
    expect(out).toBe('');
    expect(err).toMatch(/^crm\/accounts: \d+ read, 0 changed/m);
    expect(err).not.toMatch(/^erp\//m);
  });

  it('prints its runs as JSON and nothing else', async () => {
    const { code, out, err } = await on('sync', 'erp/orders', '--full', '--json');
    expect(code).toBe(0);
    expect(err).toBe('');
    const [run] = JSON.parse(out);
    expect(run).toMatchObject({ system: 'erp', stream: 'orders', outcome: 'SUCCEEDED', mode: 'FULL', changed: 0 });
  });

  it('fails with the reason when the source is down, after the others went on', async () => {
    const file = company.altered('down.yaml', [/url: http:\S+\/odata/, 'url: http://127.0.0.1:9/odata']);
    const { code, err } = await runCli('sync', '--settings', file);
    expect(code).toBe(1);
    expect(err).toMatch(/^erp\/orders: FAILED SOURCE_UNREACHABLE: /m);
    expect(err).toMatch(/^crm\/accounts: \d+ read/m);
  });

  it('names the stream that was probably meant', async () => {
    const { code, out, err } = await on('sync', 'crm/acounts');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toBe('error STREAM_UNKNOWN: The settings have not got a stream crm/acounts. Did you mean accounts?\n');
  });
});

describe('verify', () => {
  it('is clean after a sync and proves it by counts and checksums', async () => {
    const { code, out } = await on('verify', '--json');
    const reports = JSON.parse(out);
    expect(code).toBe(0);
    expect(reports.length).toBeGreaterThan(15);
    for (const { outcome, source, cache } of reports) expect([outcome, cache]).toEqual(['EQUAL', source]);
  });

  it('names the row and the field that somebody altered by hand, and fails', async () => {
    const cache = new Database(company.cacheFile);
    const row = cache.prepare('SELECT id, source_key AS key, customer_reference AS was FROM orders LIMIT 1').get() as {
      id: string;
      key: string;
      was: string | null;
    };
    const set = cache.prepare('UPDATE orders SET customer_reference = ? WHERE id = ?');
    set.run('altered by hand', row.id);
    const { code, out } = await on('verify', 'erp/orders');
    set.run(row.was, row.id);
    cache.close();
    expect(code).toBe(1);
    expect(out).toContain(`erp/orders differs in 1 records:\n  ${row.key} differs`);
    expect(out).toContain('customerReference: source');
    expect(out).toContain('cache "altered by hand"');
  });

  it('repairs what somebody altered by hand when told to, and says so', async () => {
    const cache = new Database(company.cacheFile);
    const alter = () =>
      cache.exec("UPDATE orders SET customer_reference = 'by hand' WHERE id = (SELECT MIN(id) FROM orders)");
    const forged = () => cache.prepare("SELECT id FROM orders WHERE customer_reference = 'by hand'").all();
    alter();
    expect(await on('verify', 'erp/orders')).toMatchObject({ code: 1, out: expect.stringContaining('--repair') });
    expect(forged()).toHaveLength(1);
    const { code, out } = await on('verify', 'erp/orders', '--repair');
    expect(code).toBe(0);
    expect(out).toContain('erp/orders: 1 of 1 differing records repaired.');
    expect(out).toContain('The cache equals the sources: 1 of 1 streams.');
    expect(forged()).toEqual([]);

    alter();
    const json = await on('verify', 'erp/orders', '--repair', '--json');
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject([
      { outcome: 'EQUAL', different: 0, repair: { found: 1, repaired: 1, left: 0, error: null } },
    ]);
    cache.close();
  });
});

describe('looking around', () => {
  it('status shows every source and stream', async () => {
    const { code, out } = await on('status', '--json');
    const { systems, streams } = JSON.parse(out);
    expect(code).toBe(0);
    expect(systems.map((one: { system: string }) => one.system)).toEqual(['erp', 'scm', 'crm', 'finance']);
    expect(streams.length).toBeGreaterThan(15);
    expect(streams.every((one: { danglingReferences: unknown }) => Array.isArray(one.danglingReferences))).toBe(true);
    expect((await on('status')).out).toMatch(/^erp\/orders +\d+/m);
  });

  it('check says what works, and fails where something does not', async () => {
    const { code, out } = await on('check', 'finance');
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {4} finance: login/m);
    expect(out).toMatch(/^ok {4} finance: .*: values: of \d+ records: .* \d+ %/m);
    const misspelt = company.altered('misspelt.yaml', ['contact.email', 'contact.emial']);
    const suspected = await runCli('check', 'scm', '--settings', misspelt);
    expect(suspected.code).toBe(0);
    expect(suspected.out).toMatch(/^warn {2} scm: .*: values: .*reads contact\.emial, which none of \d+ records has/m);
    const file = company.altered('refused.yaml', ['crm-demo-password', 'wrong']);
    const refused = await runCli('check', 'crm', '--settings', file);
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/^FAILED crm: .*SOURCE_UNAUTHORIZED/m);
    expect(refused.out).not.toContain('wrong@');
  });

  it('check opens the cache database, and fails where it cannot', async () => {
    const { code, out } = await on('check', 'finance', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ source: 'cache', probe: 'open', ok: true }));
    const nowhere = `sqlite:${company.folder}/nowhere/cache.db`;
    const file = company.altered('no-cache.yaml', [`sqlite:${company.cacheFile}`, nowhere]);
    const refused = await runCli('check', 'finance', '--settings', file);
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/^FAILED cache: open: CACHE_UNREACHABLE: .*Check database\.url/m);
    expect(refused.out).toMatch(/^ok {4} finance: login/m);
  });

  it('discover lists resources with their fields', async () => {
    const { code, out } = await on('discover', 'erp', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out).map((one: { resource: string }) => one.resource)).toContain('SalesOrders');
  });

  it('quarantine shows what did not fit', async () => {
    const list = await on('quarantine', 'list', '--json');
    expect(list.code).toBe(0);
    const { total, records } = JSON.parse(list.out);
    expect(records).toHaveLength(total);
    const unknown = await on('quarantine', 'show', 'nothing');
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(/^error NOT_FOUND: /);
  });

  it('insight works the numbers out and shows those of one customer, with what they mean', async () => {
    const refreshed = await on('insight', 'refresh', '--json');
    expect(refreshed.code).toBe(0);
    expect(JSON.parse(refreshed.out)).toMatchObject({ outcome: 'DONE', whole: true });
    const cache = new Database(company.cacheFile, { readonly: true });
    const key = cache.prepare("SELECT source_key AS key FROM parties WHERE `system` = 'erp' LIMIT 1").pluck().get();
    cache.close();
    const shown = await on('insight', 'show', `erp:${key}`);
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/^stage +[A-Z]+$/m);
    expect(shown.out).toMatch(/^otif: Of the orders whose date .* Parameters: \{"date":"requested"/m);
    expect(await on('insight', 'show', 'erp:nobody')).toMatchObject({
      code: 1,
      err: 'error NOT_FOUND: No customer is known to erp as nobody.\n',
    });
  });

  it('settings check names what is there, and the line of what is wrong', async () => {
    expect((await on('settings', 'check')).out).toMatch(/ {2}erp \(odata\): partners, orders, returns/);
    const typo = company.altered('typo.yaml', ['schedule:', 'shedule:']);
    const wrong = await runCli('settings', 'check', '--settings', typo);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/^error SETTINGS_INVALID: .*typo\.yaml:\d+:\d+ sources\.erp\.shedule: .*schedule/);
    const mapping = company.altered('mapping.yaml', ['entity: party', 'entity: partie']);
    const unmapped = await runCli('serve', '--settings', mapping);
    expect(unmapped.code).toBe(2);
    expect(unmapped.err).toMatch(/^error MAPPING_INVALID: .*mapping\.yaml:\d+:\d+ sources\./);
  });

  it('settings check warns of a schedule that names both days, with its next runs', async () => {
    const file = company.altered('both-days.yaml', [/reconcileSchedule: .*/, 'reconcileSchedule: "0 3 13 * 5"']);
    const { code, out } = await runCli('settings', 'check', '--settings', file);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^warning: sources\.\S+\.reconcileSchedule: "0 3 13 \* 5" .*next runs: (\d{4}-\d\d-13 03:00 UTC(, )?){3}\./m,
    );
    const json = await runCli('settings', 'check', '--json', '--settings', file);
    expect(JSON.parse(json.out).warnings).toHaveLength(1);
    expect((await on('settings', 'check')).out).not.toContain('warning');
  });

  it('help and usage errors tell the way', async () => {
    const help = await runCli('verify', '--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('customer360 verify erp --json');
    expect(help.out).toContain('--repair');
    expect(await runCli('verfy')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Did you mean verify?'),
    });
    expect(await runCli('sync', '--bogus')).toMatchObject({ code: 2 });
    expect(await runCli('status', '--settings', '/nowhere.yaml')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error SETTINGS_NOT_FOUND: /),
    });
  });
});

describe('serve', () => {
  it('FAULTS 15: answers while a source is down and another refuses the login, with one log line each, and stops when told', async () => {
    const down = company.altered(
      'serve.yaml',
      [/url: http:\S+\/odata/, 'url: http://127.0.0.1:9/odata'],
      ['crm-demo-password', 'wrong'],
    );
    const hub = startCli(['serve', '--settings', down]);
    await hub.waitFor(/erp is down/);
    await hub.waitFor(/crm is down/);
    await hub.waitFor(/Serving the graph/);
    hub.child.kill('SIGTERM');
    const { code, out, err } = await hub.end;
    expect(code).toBe(0);
    expect(out).toBe('');
    expect(err.match(/erp is down/g)).toHaveLength(1);
    expect(err.match(/crm is down/g)).toHaveLength(1);
    expect(err).toMatch(/SOURCE_UNREACHABLE/);
    expect(err).toMatch(/SOURCE_UNAUTHORIZED/);
  });

  it('FAULTS 37: told to stop in the middle of a pass, finishes the page, gives the lease back and exits with 0', async () => {
    // A source that takes its time: the second page is asked for and not answered before the signal.
    let asked = 0;
    const slow = createServer((request, response) => {
      asked += 1;
      const page = new URL(request.url ?? '/', 'http://x').searchParams.get('cursor') ?? '0';
      const items = [{ id: `o${page}`, updated: '2026-01-01T00:00:00Z' }];
      setTimeout(() => response.end(JSON.stringify({ items, next: String(Number(page) + 1) })), asked > 2 ? 200 : 0);
      response.setHeader('content-type', 'application/json');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => slow.once('listening', resolve));
    const { port } = slow.address() as AddressInfo;
    const file = company.altered('slow.yaml', [/^[\s\S]*$/, slowSettings(port, `${company.folder}/slow.db`)]);

    const sync = startCli(['sync', '--settings', file, '--json']);
    while (asked < 4 && sync.child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    sync.child.kill('SIGTERM');
    const { code, out } = await sync.end;
    slow.close();
    slow.closeAllConnections();
    expect([code, JSON.parse(out)[0].outcome]).toEqual([0, 'PARTIAL']);
    const cache = new Database(`${company.folder}/slow.db`, { readonly: true });
    const [state] = cache.prepare('SELECT lease_owner AS owner, last_outcome AS outcome FROM stream_states').all();
    cache.close();
    expect(state).toEqual({ owner: null, outcome: 'PARTIAL' });
  });
});

function slowSettings(port: number, cacheFile: string): string {
  return `
database: { url: "sqlite:${cacheFile}" }
sources:
  shop:
    kind: rest
    url: http://127.0.0.1:${port}
    paging: { type: cursor, cursorParam: cursor, nextPath: next, sizeParam: limit }
    streams:
      orders:
        resource: /orders
        itemsPath: items
        key: id
        cursor: { field: updated }
        records:
          - entity: order
            fields: { orderNumber: id, status: { const: CONFIRMED } }
`;
}
