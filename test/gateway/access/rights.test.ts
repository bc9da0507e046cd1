import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { createAccessAuditStore } from '../../../cache/access/access-audit-store.ts';
import type { Cache } from '../../../cache/database/database.ts';
import { scopes } from '../../../config/settings/access-settings.ts';
import { createViewer, type Viewer } from '../../../gateway/access/viewer.ts';
import type { Lane } from '../../../gateway/execution/choose-lane.ts';
import { databases } from '../../setup/databases.ts';
import { createCacheBuilder } from '../cache-builder.ts';
import { generateOperation } from '../generated-operations.ts';
import { type GraphUnderTest, graphUnderTest } from '../graph-under-test.ts';
import { dice, type SampleCompany, sampleCompany } from '../sample-company.ts';

const departments = ['crm:read', 'erp:read', 'scm:read', 'finance:read'];
const viewer = (held: readonly string[], countries: string[] = []) =>
  createViewer({ name: 'user somebody', scopes: held, claims: { countries } });
const inCountry = { field: 'country' as const, claim: 'countries', unless: 'everywhere' };

describe.each(databases)('rights on $name', (database) => {
  let cache: Cache;
  let company: SampleCompany;
  /** Without rows rules, and with customers shown by country. */
  let open: GraphUnderTest;
  let byCountry: GraphUnderTest;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder);
    await builder.save(cache);
    // the golden records of the sample say no country: one in two is Korean
    for (const [n, id] of company.customerIds.entries()) {
      await cache.execute('UPDATE customers SET country = ?, email = ? WHERE id = ?', [
        n % 2 ? 'DE' : 'KR',
        `secret${n}@example.com`,
        id,
      ]);
    }
    open = graphUnderTest(cache, { rows: [] });
    byCountry = graphUnderTest(cache, { rows: [inCountry] });
  });
  afterAll(() => database.drop());

  const askAs = async (graph: GraphUnderTest, who: Viewer, query: string, variables = {}, lane?: Lane) => {
    const request = { query, variables, context: graph.graph.createContext(who), ...(lane && { lane }) };
    return JSON.parse(JSON.stringify(await graph.graph.execute(request))) as ExecutionResult;
  };
  const codes = ({ errors = [] }: ExecutionResult) => errors.map(({ extensions }) => extensions?.code);

  it.each([
    ['{ orders(first: 1) { totalCount } }', 'erp:read'],
    ['{ customers(first: 1) { nodes { orders { totalCount } } } }', 'erp:read'],
    ['{ node(id: "x") { ... on Invoice { invoiceNumber } } }', 'finance:read'],
    ['{ customers(first: 1) { nodes { ...Open } } } fragment Open on Customer { cases { totalCount } }', 'crm:read'],
    ['{ shipments(first: 1) { nodes { trackingNumber } } }', 'scm:read'],
    ['{ customers(filter: {email: ["a@b.c"]}) { totalCount } }', 'pii:read'],
    ['{ customers(orderBy: OPEN_BALANCE_DESC) { totalCount } }', 'finance:read'],
    ['query Q($o: CustomerOrder = OPEN_BALANCE_ASC) { customers(orderBy: $o) { totalCount } }', 'finance:read'],
    ['{ customers { nodes { insight { receivables { openBalance { amount } } } } } }', 'finance:read'],
    ['{ quarantine { totalCount } }', 'sync:operate'],
    ['{ sources { freshness { error } } }', 'sync:operate'],
    ['query Q($skip: Boolean = true) { orders @skip(if: $skip) { totalCount } }', 'erp:read'],
    ['{ orders(filter: {overdue: true}) { totalCount } }', 'finance:read'],
    ['query Q($f: OrderFilter = {shipmentStatus: [SHIPPED]}) { orders(filter: $f) { totalCount } }', 'scm:read'],
  ])('refuses %s without %s, and names what is missing', async (query, scope) => {
    const allBut = viewer(scopes.filter((each) => each !== scope));
    for (const lane of ['local', 'stitched'] as const) {
      const answer = await askAs(open, allBut, query, {}, lane);
      expect(codes(answer)).toEqual(['FORBIDDEN']);
      expect(answer.errors?.[0]?.message).toContain(scope);
      expect(answer.data).toBeUndefined();
    }
    expect(codes(await askAs(open, viewer(scopes), query))).not.toContain('FORBIDDEN');
  });

  it('looks into variables, lists and nested values alike', async () => {
    const query = 'query Q($f: OrderFilter) { orders(filter: $f) { totalCount } }';
    const sales = viewer(['erp:read']);
    expect(codes(await askAs(open, sales, query, { f: { status: ['DONE'] } }))).toEqual([]);
    expect(codes(await askAs(open, sales, query, { f: { overdue: false } }))).toEqual(['FORBIDDEN']);
    const ordered = 'query Q($o: CustomerOrder) { customers(orderBy: $o) { totalCount } }';
    expect(codes(await askAs(open, sales, ordered, { o: 'SALES_DESC' }))).toEqual([]);
    expect(codes(await askAs(open, sales, ordered, { o: 'OPEN_BALANCE_ASC' }))).toEqual(['FORBIDDEN']);
  });

  it('shows personal data masked without pii:read, on both lanes, and organisations by name', async () => {
    const query = `{ customers(first: 50) { nodes { kind displayName email parties { displayName }
      contactPoints { raw } contacts { name email phone } sourceRecords { raw } } } }`;
    const full = JSON.stringify(await askAs(open, viewer(scopes), query));
    expect(full).toContain('secret0@example.com');
    for (const lane of ['local', 'stitched'] as const) {
      const answer = await askAs(open, viewer(departments), query, {}, lane);
      expect(answer.errors).toBeUndefined();
      const text = JSON.stringify(answer);
      expect(text).not.toMatch(/secret\d/);
      expect(text).toContain('s…@example.com');
      // biome-ignore lint/suspicious/noExplicitAny: an answer as plain JSON
      const nodes = (answer.data as any).customers.nodes as {
        kind: string;
        displayName: string;
        sourceRecords: { raw: unknown }[];
      }[];
      for (const { kind, displayName, sourceRecords } of nodes) {
        expect({ kind, masked: displayName.endsWith('…') }).toEqual({ kind, masked: kind === 'PERSON' });
        expect(sourceRecords.filter(({ raw }) => raw !== null)).toEqual([]);
      }
    }
  });

  it.each(['customers', 'parties'])('pages through %s by name without the names being in the cursors', async (list) => {
    const query = `query Q($after: String) { ${list}(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const all = async (who: Viewer) => {
      const ids: string[] = [];
      const cursors: string[] = [];
      for (let after: string | null = null; ; ) {
        // biome-ignore lint/suspicious/noExplicitAny: an answer as plain JSON
        const page: any = (await askAs(open, who, query, { after })).data?.[list];
        ids.push(...page.nodes.map(({ id }: { id: string }) => id));
        after = page.pageInfo.endCursor;
        cursors.push(Buffer.from(String(after), 'base64url').toString());
        if (!page.pageInfo.hasNextPage) return { ids, cursors };
      }
    };
    const named = await all(viewer(scopes));
    expect(named.cursors.join()).toMatch(/Company/);
    const masked = await all(viewer(departments));
    expect(masked.ids).toEqual(named.ids);
    expect(masked.cursors.join()).not.toMatch(/Company|한국/);
  });

  it('writes down who read whose personal data, and only then', async () => {
    const audit = createAccessAuditStore(cache);
    const [customer = ''] = company.customerIds;
    const query = 'query WhoIs($id: ID!) { customer(id: $id) { email } }';
    const before = (await audit.list({ first: 1_000 })).length;
    await askAs(open, viewer(departments), query, { id: customer });
    await askAs(open, viewer(scopes), '{ orders(first: 3) { nodes { orderNumber } } }');
    expect((await audit.list({ first: 1_000 })).length).toBe(before);
    await askAs(open, viewer(scopes), query, { id: customer });
    const reads = await audit.list({ customer, first: 1_000 });
    expect(reads.find(({ operation }) => operation === 'WhoIs')).toMatchObject({
      viewer: 'user somebody',
      operation: 'WhoIs',
      customers: [customer],
    });
    await audit.forget({ kept: 0, now: '2099-01-01T00:00:00.000000Z' });
    expect(await audit.list({ first: 1 })).toEqual([]);
  });

  it('shows the events of a timeline that are open to the viewer', async () => {
    const query = '{ customers(first: 50) { nodes { timeline(first: 200) { nodes { kind } totalCount } } } }';
    const kinds = async (held: string[]) => {
      const text = JSON.stringify(await askAs(open, viewer(held), query));
      return new Set([...text.matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind));
    };
    expect(await kinds(['finance:read'])).toEqual(new Set(['INVOICE', 'PAYMENT']));
    expect(await kinds([])).toEqual(new Set());
  });

  it('another user’s rows: whatever is asked, by whomever at once, nobody sees a customer who is not theirs', async () => {
    const seed = Number(process.env.TEST_SEED ?? 361);
    const roll = dice(seed);
    const ids = { customerIds: company.customerIds, recordIds: company.orders.map(({ id }) => id) };
    const owner = await ownerOfIds(cache);
    const korean = new Set(company.customerIds.filter((_, n) => n % 2 === 0));
    const german = new Set(company.customerIds.filter((_, n) => n % 2 === 1));
    const viewers = [
      { who: viewer(scopes, ['KR']), sees: korean },
      { who: viewer(scopes, ['DE']), sees: german },
      { who: viewer(scopes, []), sees: new Set<string>() },
      { who: viewer([...scopes, 'everywhere'], []), sees: new Set([...company.customerIds, 'nobody']) },
    ];
    let named = 0;
    for (let n = 0; n < 80; n += 1) {
      const query = generateOperation(byCountry.graph.localSchema, roll, ids);
      const lane = n % 3 === 0 ? 'stitched' : 'local';
      const answers = await Promise.all(viewers.map(({ who }) => askAs(byCountry, who, query, {}, lane)));
      for (const [index, { sees }] of viewers.entries()) {
        for (const id of JSON.stringify(answers[index]?.data ?? null).match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []) {
          const customer = owner.get(id);
          if (customer === undefined) continue;
          named += 1;
          const asked = { seed, n, query, index, id };
          expect({ ...asked, seen: sees.has(customer) }).toEqual({ ...asked, seen: true });
        }
      }
    }
    expect(named).toBeGreaterThan(25);
  }, 120_000);

  it('counts and sums only what the viewer may see', async () => {
    const query = '{ orders { totalCount stats { count } } customers { totalCount } }';
    // biome-ignore lint/suspicious/noExplicitAny: an answer as plain JSON
    const data = async (countries: string[]) => (await askAs(byCountry, viewer(scopes, countries), query)).data as any;
    const [all, korean, german, none] = await Promise.all([data(['KR', 'DE']), data(['KR']), data(['DE']), data([])]);
    expect(korean.customers.totalCount + german.customers.totalCount).toBe(all.customers.totalCount);
    expect(korean.orders.totalCount + german.orders.totalCount).toBe(all.orders.totalCount);
    const counted = (answer: { orders: { stats: { count: number }[] } }) =>
      answer.orders.stats.reduce((sum, { count }) => sum + count, 0);
    expect(counted(korean)).toBe(korean.orders.totalCount);
    expect({ customers: none.customers.totalCount, orders: none.orders.totalCount }).toEqual({
      customers: 0,
      orders: 0,
    });
  });
});

/** Customer, or record with a party → the customer it belongs to, read from the tables. */
async function ownerOfIds(cache: Cache): Promise<Map<string, string>> {
  const owner = new Map<string, string>();
  for (const { id } of await cache.query('SELECT id FROM customers')) owner.set(String(id), String(id));
  const tables = ['orders', 'shipments', 'invoices', 'payments', 'interactions', 'service_cases', 'opportunities'];
  for (const table of tables) {
    const rows = await cache.query(
      `SELECT t.id AS id, l.customer_id AS customer FROM ${table} t LEFT JOIN customer_links l ON l.party_id = t.party_id`,
    );
    for (const { id, customer } of rows) owner.set(String(id), customer === null ? 'nobody' : String(customer));
  }
  // a document without a party is whose order it is of
  for (const document of ['shipment', 'invoice']) {
    const rows = await cache.query(
      `SELECT d.id AS id, l.customer_id AS customer FROM ${document}s d
       JOIN ${document}_lines i ON i.${document}_id = d.id JOIN order_lines ol ON ol.id = i.order_line_id
       JOIN orders o ON o.id = ol.order_id JOIN customer_links l ON l.party_id = o.party_id WHERE d.party_id IS NULL`,
    );
    for (const { id, customer } of rows) owner.set(String(id), String(customer));
  }
  return owner;
}
