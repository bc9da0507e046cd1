import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { Cache } from '../../../cache/database/database.ts';
import { scopes } from '../../../config/settings/access-settings.ts';
import { createViewer } from '../../../gateway/access/viewer.ts';
import type { Lane } from '../../../gateway/execution/choose-lane.ts';
import { nodeEntities, nodeTypeNames, typeNameOf } from '../../../gateway/resolvers/lists/node-types.ts';
import { recordId } from '../../../schema/ids.ts';
import type { CanonicalFields, Entity } from '../../../schema/records.ts';
import { databases } from '../../setup/databases.ts';
import { createCacheBuilder } from '../cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from '../graph-under-test.ts';

/** Stands in all texts of what belongs to the other customer. */
const SECRET = 'Geheim';
/** Stands in all its amounts and quantities. */
const AMOUNT = '66006.25';

describe.each(databases)('row rules on $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;
  let ids: Awaited<ReturnType<typeof twoCustomers>>;

  beforeAll(async () => {
    cache = await database.open();
    ids = await twoCustomers(cache);
    graph = graphUnderTest(cache, { rows: [{ field: 'country', claim: 'countries' }] }, {}, open);
  });
  afterAll(() => database.drop());

  const askAs = async (countries: string[], query: string, lane: Lane = 'local') => {
    const context = graph.graph.createContext(
      createViewer({ name: 'user', scopes: [...scopes], claims: { countries } }),
    );
    return JSON.parse(JSON.stringify(await graph.graph.execute({ query, context, lane })));
  };

  it('show nothing of another customer, whichever way leads there from one’s own records', async () => {
    const walk = walks(graph);
    const roots = [
      `customer(id: "${ids.own}") ${walk.of('Customer')}`,
      ...ids.records.map(({ id, type }) => `node(id: "${id}") { ... on ${type} ${walk.of(type)} }`),
      `order(id: "${ids.order}") ${walk.of('Order')}`,
      ...walk.lists(),
    ];
    const secrets = { own: 0, other: 0 };
    for (const root of roots) {
      const query = `{ ${root} }`;
      for (const lane of ['local', 'stitched'] as const) {
        if (lane === 'stitched' && !root.startsWith('order(')) continue;
        const own = await askAs(['KR'], query, lane);
        expect({ query: query.slice(0, 200), errors: own.errors }).toEqual({
          query: query.slice(0, 200),
          errors: undefined,
        });
        const text = JSON.stringify(own.data);
        const leaks = [
          ...text.matchAll(new RegExp(`.{0,200}(${SECRET}|${AMOUNT}|${ids.others.join('|')}).{0,40}`, 'g')),
        ];
        expect({ query: query.slice(0, 300), leaks: leaks.map(([leak]) => leak) }).toEqual({
          query: query.slice(0, 300),
          leaks: [],
        });
        secrets.own += text.length;
      }
      const all = await askAs(['KR', 'DE'], query);
      secrets.other += JSON.stringify(all.data).match(new RegExp(SECRET, 'g'))?.length ?? 0;
    }
    // otherwise it would show nothing: there was something to be seen, and own records were
    expect(secrets.other).toBeGreaterThan(200);
    expect(secrets.own).toBeGreaterThan(10_000);
  }, 240_000);

  it('show nothing of another customer by its ids', async () => {
    const nodes = ids.others.map((id, n) => `n${n}: node(id: "${id}") { __typename }`);
    const customers = `c: customer(id: "${ids.other}") { id } s: customerBySource(system: "crm", key: "de") { id }
      o: customerBySource(system: "erp", key: "de-order", entity: "order") { id }`;
    const { data, errors } = await askAs(['KR'], `{ ${nodes.join(' ')} ${customers} }`);
    expect(errors).toBeUndefined();
    expect(Object.values(data).filter((value) => value !== null)).toEqual([]);
    const represented = ids.others.flatMap((id) => nodeTypeNames.map((name) => `{__typename: "${name}", id: "${id}"}`));
    const fitting = represented.filter((text) => text.includes('"Customer"') === text.includes(ids.other));
    const federation = graphUnderTest(
      cache,
      { rows: [{ field: 'country', claim: 'countries' }] },
      {},
      { ...open, federation: true },
    );
    const context = federation.graph.createContext(
      createViewer({ name: 'user', scopes: [...scopes], claims: { countries: ['KR'] } }),
    );
    const query = `{ _entities(representations: [${fitting.join()}]) { __typename } }`;
    const answer = await federation.graph.execute({ query, context });
    expect(answer.errors).toBeUndefined();
    expect(new Set(answer.data?._entities as unknown[])).toEqual(new Set([null]));
  });

  it('show a document without a customer below its order, unless it is of somebody else’s order too', async () => {
    const query = `{ order(id: "${ids.order}") { shipments { shipmentNumber } invoices { invoiceNumber lines { sku } } payments { method } } }`;
    const { data } = await askAs(['KR'], query);
    expect(data.order.shipments).toContainEqual({ shipmentNumber: 'nobody’s shipment' });
    expect(data.order.invoices).toContainEqual({
      invoiceNumber: 'nobody’s invoice',
      lines: [{ sku: 'nobody’s line' }],
    });
    expect(data.order.payments).toContainEqual({ method: 'nobody’s payment' });
    const numbers = JSON.stringify(data);
    expect(numbers).not.toMatch(/collective/);
    expect(JSON.stringify((await askAs(['KR', 'DE'], query)).data).match(/collective \w+/g)).toEqual([
      ...['collective shipment', 'collective invoice', 'collective line', 'collective line', 'collective payment'],
    ]);
  });

  it('work out how far an order is from all its documents', async () => {
    const query = `{ order(id: "${ids.order}") { fulfilment billing settlement stage lines { shippedQty } } }`;
    const own = await askAs(['KR'], query);
    expect(own.data.order.billing).not.toBe('NOT_BILLED');
    expect(own).toEqual(await askAs(['KR', 'DE'], query));
  });

  it('refuse what cannot be told apart by customers', async () => {
    for (const query of [
      '{ quarantine { totalCount } }',
      '{ portfolio { asOf } }',
      '{ identityQueue { totalCount } }',
    ]) {
      const { errors } = await askAs(['KR'], query);
      expect(errors?.map(({ extensions }: { extensions: { code: string } }) => extensions.code)).toEqual(['FORBIDDEN']);
    }
  });
});

const open = { maxAliases: 1e6, maxCost: 1e9, maxTokens: 1e6, maxDepth: 100, timeout: '300s' } as const;

/** Selections that go every way of the graph, two records on. */
function walks(graph: GraphUnderTest) {
  const schema = graph.graph.localSchema;
  const away = new Set(['portfolio', 'freshness', 'live', 'edges', 'pageInfo', 'definition']);

  const selection = (type: GraphQLObjectType, steps: number, from: readonly string[]): string => {
    const parts = Object.values(type.getFields()).flatMap((field) => selected(field, type, steps, from));
    return `{ ${['__typename', ...parts].join(' ')} }`;
  };

  function selected(
    field: GraphQLField<unknown, unknown>,
    parent: GraphQLObjectType,
    steps: number,
    from: readonly string[],
  ) {
    if (away.has(field.name) || field.args.some(isRequiredArgument)) return [];
    const type = getNamedType(field.type);
    if (isLeafType(type)) return [field.name];
    const wraps = /Connection$|Stats$|StatsKey$|^Money$|Insight$/.test(type.name) || /Connection$/.test(parent.name);
    // a customer is begun with on its own
    const left = type.name === 'Customer' ? Math.min(steps, 1) : steps;
    if (!wraps && (steps === 0 || from.filter((name) => name === type.name).length > 1)) return [];
    const below = (one: GraphQLObjectType) => selection(one, wraps ? left : left - 1, [...from, one.name]);
    if (isObjectType(type)) return [`${field.name} ${below(type)}`];
    if (!isAbstractType(type)) return [];
    const members = schema.getPossibleTypes(type).map((one) => `... on ${one.name} ${leaves(one)}`);
    return [`${field.name} { __typename ${members.join(' ')} }`];
  }

  function leaves(type: GraphQLObjectType): string {
    const own = Object.values(type.getFields()).filter((field) => isLeafType(getNamedType(field.type)));
    // aliases: members of one union have fields of one name and different types
    return `{ ${own.map(({ name }) => `${type.name}_${name}: ${name}`).join(' ')} }`;
  }

  const object = (name: string) => schema.getType(name) as GraphQLObjectType;
  return {
    of: (name: string) => selection(object(name), 2, [name]),
    lists: () =>
      Object.values(schema.getQueryType()?.getFields() ?? {})
        .filter(({ type, args }) => /Connection$/.test(getNamedType(type).name) && !args.some(isRequiredArgument))
        .filter(({ name }) => !['syncRuns', 'quarantine', 'identityQueue'].includes(name))
        .map(({ name, type }) => `${name} ${selection(getNamedType(type) as GraphQLObjectType, 1, [])}`),
  };
}

/**
 * A customer of KR and one of DE. What each has names the other's wherever a field can name something: an order of KR
 * is shipped, billed, paid and returned by DE, and the other way round.
 */
async function twoCustomers(cache: Cache) {
  const builder = createCacheBuilder();
  const parties = {
    kr: recordId({ system: 'crm', entity: 'party', key: 'kr' }),
    de: recordId({ system: 'crm', entity: 'party', key: 'de' }),
  };
  const others: string[] = [];
  const records: { id: string; type: string }[] = [];
  const at = '2026-02-01T10:00:00.000000Z';

  const make = (own: 'kr' | 'de', against: 'kr' | 'de') => {
    const isSecret = own === 'de';
    const partyId = parties[own];
    const id = (of: 'kr' | 'de', entity: Entity, key: string) =>
      recordId({ system: 'erp', entity, key: `${of}-${key}` });
    const text = (what: string) => (isSecret ? `${SECRET} ${what}` : `own ${what}`);
    const amount = isSecret ? AMOUNT : '5';
    const add = <E extends Entity>(entity: E, key: string, fields: Partial<CanonicalFields<E>>) => {
      const made = builder.add(entity, 'erp', `${own}-${key}`, fields);
      if (isSecret) others.push(made);
      else if (nodeEntities.includes(entity)) records.push({ id: made, type: typeNameOf(entity) });
      return made;
    };
    builder.add('party', 'crm', own, {
      kind: 'ORGANIZATION',
      displayName: text('party'),
      country: isSecret ? 'DE' : 'KR',
    });
    add('order', 'order', {
      partyId,
      orderNumber: text('order'),
      status: 'PROCESSING',
      orderDate: '2026-01-01',
      currency: 'EUR',
      totalAmount: amount,
    });
    const line = (of: 'kr' | 'de') => id(of, 'orderLine', 'orderLine');
    add('orderLine', 'orderLine', {
      orderId: id(own, 'order', 'order'),
      lineNo: 1,
      sku: text('sku'),
      orderedQty: '10',
      unitPrice: amount,
    });
    // each document once of its own order, once of the other's
    for (const whose of [own, against]) {
      const orderId = id(whose, 'order', 'order');
      const orderLineId = line(whose);
      const key = (what: string) => `${what} of ${whose}`;
      add('shipment', key('shipment'), {
        partyId,
        orderId,
        shipmentNumber: text('shipment'),
        status: 'SHIPPED',
        shippedAt: at,
      });
      add('shipmentLine', key('shipmentLine'), {
        shipmentId: id(own, 'shipment', key('shipment')),
        orderId,
        orderLineId,
        sku: text('sku'),
        shippedQty: '2',
      });
      add('customerReturn', key('return'), {
        partyId,
        orderId,
        originalShipmentId: id(against, 'shipment', key('shipment')),
        status: 'RECEIVED',
        reason: text('return'),
        returnedAt: at,
        currency: 'EUR',
        amount,
      });
      add('returnLine', key('returnLine'), {
        returnId: id(own, 'customerReturn', key('return')),
        orderLineId,
        sku: text('sku'),
        quantity: '1',
      });
      add('invoice', key('invoice'), {
        partyId,
        orderId,
        invoiceNumber: text('invoice'),
        kind: 'INVOICE',
        status: 'POSTED',
        originalInvoiceId: id(against, 'invoice', key('invoice')),
        issueDate: '2026-01-02',
        currency: 'EUR',
        totalAmount: amount,
        outstandingAmount: amount,
      });
      add('invoiceLine', key('invoiceLine'), {
        invoiceId: id(own, 'invoice', key('invoice')),
        orderLineId,
        lineNo: 1,
        sku: text('sku'),
        quantity: '2',
        netAmount: amount,
      });
      add('invoice', key('creditNote'), {
        partyId,
        orderId,
        invoiceNumber: text('credit note'),
        kind: 'CREDIT_NOTE',
        status: 'POSTED',
        originalInvoiceId: id(against, 'invoice', key('invoice')),
        issueDate: '2026-01-03',
        currency: 'EUR',
        totalAmount: amount,
      });
      add('payment', key('payment'), {
        partyId,
        receivedAt: '2026-01-04',
        status: 'RECEIVED',
        method: text('payment'),
        currency: 'EUR',
        amount,
      });
      for (const paid of [own, against]) {
        add('paymentAllocation', `${key('allocation')} to ${paid}`, {
          paymentId: id(own, 'payment', key('payment')),
          invoiceId: id(paid, 'invoice', key('invoice')),
          amount,
        });
      }
      add('serviceCase', key('case'), {
        partyId,
        kind: 'COMPLAINT',
        status: 'NEW',
        subject: text('case'),
        description: text('description'),
        orderId,
        openedAt: at,
      });
      add('interaction', key('interaction'), {
        partyId,
        channel: 'EMAIL',
        occurredAt: at,
        subject: text('interaction'),
        summary: text('summary'),
        orderId,
        caseId: id(against, 'serviceCase', key('case')),
      });
      add('surveyResponse', key('survey'), {
        partyId,
        kind: 'NPS',
        score: '9',
        verbatim: text('verbatim'),
        respondedAt: at,
        orderId,
        followUpCaseId: id(against, 'serviceCase', key('case')),
      });
      add('contact', key('contact'), {
        partyId,
        name: text('contact'),
        personId: parties[whose],
        reportsToId: id(against, 'contact', key('contact')),
      });
      add('opportunity', key('opportunity'), {
        partyId,
        name: text('opportunity'),
        status: 'OPEN',
        openedOn: '2026-01-05',
        amount,
        contactId: id(against, 'contact', key('contact')),
      });
      add('account', key('account'), {
        partyId,
        accountNumber: text('account'),
        openBalance: amount,
        parentAccountId: id(against, 'account', key('account')),
      });
    }
    add('relationship', 'relationship', { fromPartyId: partyId, toPartyId: parties[against], kind: 'PARENT_OF' });
    add('contactPoint', 'contactPoint', { partyId, kind: 'ADDRESS', raw: text('address') });
    add('identification', 'identification', { partyId, scheme: 'VAT', value: text('number') });
    add('consent', 'consent', { partyId, purpose: text('purpose'), status: 'GRANTED' });
    add('procurementPlan', 'plan', { partyId, project: text('project'), budget: amount });
    add('competitorPresence', 'competitor', { partyId, competitor: text('competitor') });
  };
  make('kr', 'de');
  make('de', 'kr');

  // documents without a customer: of the order of KR alone, and of both orders
  const order = recordId({ system: 'erp', entity: 'order', key: 'kr-order' });
  const otherOrder = recordId({ system: 'erp', entity: 'order', key: 'de-order' });
  for (const [what, orders] of [
    ['nobody’s', [order]],
    ['collective', [order, otherOrder]],
  ] as const) {
    const shipmentId = builder.add('shipment', 'erp', `${what} shipment`, {
      shipmentNumber: `${what} shipment`,
      status: 'SHIPPED',
    });
    const invoiceId = builder.add('invoice', 'erp', `${what} invoice`, {
      invoiceNumber: `${what} invoice`,
      kind: 'INVOICE',
      status: 'POSTED',
    });
    for (const [n, orderId] of orders.entries()) {
      builder.add('shipmentLine', 'erp', `${what} shipmentLine ${n}`, { shipmentId, orderId, sku: `${what} line` });
      builder.add('invoiceLine', 'erp', `${what} invoiceLine ${n}`, { invoiceId, orderId, sku: `${what} line` });
    }
    const paymentId = builder.add('payment', 'erp', `${what} payment`, {
      status: 'RECEIVED',
      method: `${what} payment`,
    });
    builder.add('paymentAllocation', 'erp', `${what} allocation`, { paymentId, invoiceId });
  }
  const own = builder.customer('own customer', [parties.kr], { country: 'KR' });
  const other = builder.customer(`${SECRET} customer`, [parties.de], { country: 'DE' });
  await builder.save(cache);
  // what a source wrote of the one in a record that is of both
  await cache.execute(`UPDATE contacts SET origin_id = ? WHERE source_key = ?`, [
    recordId({ system: 'erp', entity: 'order', key: 'kr-order' }),
    'de-contact of de',
  ]);
  await cache.execute(`UPDATE source_records SET raw = ? WHERE id = ?`, [
    `{"both":"${SECRET} raw"}`,
    recordId({ system: 'erp', entity: 'order', key: 'kr-order' }),
  ]);
  return { own, other, order, records, others: [other, parties.de, ...others] };
}
