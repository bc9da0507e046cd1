import { expect } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import type { SampleCompany } from './sample-company.ts';

/** An operation both lanes must answer alike, and what shows that the answer is not just twice nothing. */
interface CorpusOperation {
  name: string;
  query: string;
  variables?(company: SampleCompany): Record<string, unknown>;
  answers(result: ExecutionResult): void;
}

const first = (company: SampleCompany) => ({ id: company.customerIds[0] });
const order = (company: SampleCompany) => ({ id: company.orders[2]?.id });
const fine = ({ data, errors }: ExecutionResult) => {
  expect(errors).toBeUndefined();
  expect(JSON.stringify(data).length).toBeGreaterThan(40);
};
const failsWith = (code: string, path: (string | number)[]) => (result: ExecutionResult) => {
  expect(result.errors).toHaveLength(1);
  expect(result.errors?.[0]).toMatchObject({ path, extensions: { code } });
};

const money = 'amount currency';
const orderFields = `id system sourceKey orderNumber status sourceStatus orderDate currency totalAmount { ${money} }`;

export const corpus: CorpusOperation[] = [
  {
    name: 'a golden customer',
    query: 'query ($id: ID!) { customer(id: $id) { __typename id kind displayName email country createdAt } }',
    variables: first,
    answers: fine,
  },
  {
    name: 'a customer by an id that was merged away',
    query: 'query ($id: ID!) { customer(id: $id) { id displayName } }',
    variables: ({ mergedId }) => ({ id: mergedId }),
    answers: fine,
  },
  {
    name: 'a customer nobody has',
    query: '{ customer(id: "01890000-0000-7000-8000-000000000000") { id orders { totalCount } } }',
    answers: ({ data, errors }) => expect([data, errors]).toEqual([{ customer: null }, undefined]),
  },
  {
    name: 'a customer id of the wrong form',
    query: '{ customer(id: "17") { id } }',
    answers: failsWith('BAD_USER_INPUT', ['customer']),
  },
  {
    name: 'the whole customer in one operation',
    query: `query ($id: ID!) { customer(id: $id) {
      displayName parties { id system sourceKey linkedBy linkedAt displayName customer { displayName } }
      sourceRecords { id system stream entity key version syncedAt raw }
      contactPoints { kind raw normalized } contacts { name role reportsTo { name } person { displayName } }
      accounts { accountNumber creditLimit { ${money} } openBalance { ${money} } parentAccount { accountNumber } }
      identifications { scheme value } consents { purpose status decidedAt }
      relationships { kind from { displayName } to { displayName orders(first: 1) { totalCount } } }
      interactions(first: 3) { totalCount nodes { subject case { subject } order { orderNumber } customer { displayName } } }
      cases { nodes { subject openedAt order { orderNumber stage } interactions { subject } } }
      surveys { nodes { kind score followUpCase { subject } order { id } } }
      opportunities { nodes { name amount { ${money} } contact { name } } }
      procurementPlans { project budget { ${money} } } competitors { competitor sharePercent }
      openBalance { ${money} } freshness { system status syncedAt ageSeconds }
    } }`,
    variables: first,
    answers: (result) => {
      fine(result);
      expect(result.data).toMatchObject({
        customer: {
          sourceRecords: expect.arrayContaining([
            expect.objectContaining({ raw: { key: 'P0', amount: '12345678901234567890.10', count: 3 } }),
          ]),
          accounts: expect.arrayContaining([
            { accountNumber: '00018', creditLimit: null, openBalance: null, parentAccount: { accountNumber: '00017' } },
          ]),
        },
      });
    },
  },
  {
    name: 'the customer page of the order-to-cash side',
    query: `query ($id: ID!) { customer(id: $id) {
      orders(first: 5) { totalCount nodes { ${orderFields} stage lines { sku unitPrice { ${money} } } shipments { id carrier } invoices { id overdue } } }
      shipments { nodes { shipmentNumber shippedAt orders { orderNumber customer { displayName } } } }
      invoices { nodes { invoiceNumber overdue outstandingAmount { ${money} } allocations { amount { ${money} } payment { method } } } }
      payments { nodes { receivedAt allocations { invoice { invoiceNumber orders { orderNumber } } } } }
      returns { nodes { reason originalShipment { trackingNumber shipmentNumber } orders { id } lines { quantity orderLine { sku order { id } } } } }
    } }`,
    variables: first,
    answers: fine,
  },
  {
    name: 'customers by name with their newest orders',
    query: `{ customers(first: 5) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { displayName orders(first: 2) { totalCount pageInfo { hasNextPage endCursor } nodes { ${orderFields} } } } } } }`,
    answers: fine,
  },
  {
    name: 'customers searched and filtered',
    query: `{ a: customers(search: "한국상사 0") { totalCount nodes { displayName } }
      b: customers(filter: {kind: [PERSON], country: ["DE"], system: ["scm"]}, orderBy: NAME_DESC) { totalCount nodes { displayName kind country } }
      c: customers(search: "100%_!") { totalCount nodes { id } } }`,
    answers: (result) => {
      expect(result.data).toMatchObject({ a: { totalCount: 1 }, c: { totalCount: 0 } });
    },
  },
  {
    name: 'a customer by the keys of systems',
    query: `{ party: customerBySource(system: "crm", key: "P1") { id displayName }
      order: customerBySource(system: "erp", key: "O1", entity: "order") { displayName shipments(first: 1) { totalCount } }
      nobody: customerBySource(system: "crm", key: "p1") { id } }`,
    answers: (result) => expect(result.data).toMatchObject({ nobody: null, order: { displayName: 'Company B1' } }),
  },
  {
    name: 'a customer by a system there is not',
    query: '{ customerBySource(system: "sap", key: "1") { id } }',
    answers: failsWith('BAD_USER_INPUT', ['customerBySource']),
  },
  {
    name: 'the unified order view',
    query: `query ($id: ID!) { order(id: $id) { ${orderFields} netAmount { ${money} } customer { id displayName country }
      fulfilment billing settlement stage
      lines { lineNo sku orderedQty unitPrice { ${money} } shipmentLines { shippedQty shipment { id status } } invoiceLines { quantity netAmount { ${money} } } }
      shipments { id status shipmentNumber lines { shippedQty orderLine { sku } } }
      invoices { id kind invoiceNumber totalAmount { ${money} } lines { netAmount { ${money} } orderLine { sku order { orderNumber } } } }
      payments { id amount { ${money} } } returns { id reason } cases { subject } interactions { subject } sourceRecord { raw key entity } } }`,
    variables: order,
    answers: fine,
  },
  {
    name: 'an order nobody has, and an id of the wrong form',
    query: `{ none: order(id: "00000000-0000-8000-8000-000000000000") { id lines { id } } wrong: order(id: "O1") { id } }`,
    answers: (result) => {
      failsWith('BAD_USER_INPUT', ['wrong'])(result);
      expect(result.data).toEqual({ none: null, wrong: null });
    },
  },
  {
    name: 'orders with their stages',
    query: `{ orders(first: 30) { totalCount nodes { id fulfilment billing settlement stage customer { displayName } } } }`,
    answers: fine,
  },
  {
    name: 'orders filtered by much at once',
    query: `{ orders(filter: {system: ["erp"], status: [DONE, CONFIRMED, PROCESSING], currency: ["EUR", "USD"], orderDate: {from: "2025-02-01", to: "2025-12-31"}, totalAmount: {from: "10", to: "150000.5"}}, orderBy: ORDER_NUMBER_ASC) { totalCount nodes { ${orderFields} } } }`,
    answers: fine,
  },
  {
    name: 'orders by shipment state and by overdue invoice',
    query: `{ stuck: orders(filter: {shipmentStatus: [EXCEPTION]}) { totalCount nodes { id shipments { status } } }
      late: orders(filter: {overdue: true}) { totalCount nodes { id invoices { overdue } settlement } }
      fine: orders(filter: {overdue: false}, first: 3) { totalCount nodes { id } } }`,
    answers: fine,
  },
  {
    name: 'orders of two customers, one by an old id',
    query: `query ($ids: [ID!]) { orders(filter: {customer: $ids}, first: 50) { totalCount nodes { customer { id } } stats(groupBy: [CUSTOMER]) { count key { customer { id displayName } } amount { ${money} } } } }`,
    variables: ({ mergedId, customerIds }) => ({ ids: [mergedId, customerIds[1]] }),
    answers: fine,
  },
  {
    name: 'no states is no orders',
    query:
      '{ orders(filter: {status: []}) { totalCount nodes { id } pageInfo { hasNextPage startCursor } stats { count } } }',
    answers: ({ data }) =>
      expect(data).toEqual({
        orders: { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false, startCursor: null }, stats: [] },
      }),
  },
  {
    name: 'stats of orders, shipments, invoices, payments',
    query: `{ orders { stats(groupBy: [STATUS, MONTH, CURRENCY]) { key { status month currency system } count amount { ${money} } netAmount { ${money} } } }
      shipments { stats(groupBy: [STATUS, CARRIER]) { key { status carrier month } count } }
      invoices(filter: {status: [POSTED]}) { stats(groupBy: [KIND, PAYMENT_STATUS]) { key { kind paymentStatus } count amount { ${money} } outstanding { ${money} } } }
      payments { stats { count amount { ${money} } } }
      opportunities { stats(groupBy: [STATUS, STAGE]) { key { status stage } count amount { ${money} } } }
      cases { stats(groupBy: [KIND, PRIORITY]) { key { kind priority } count } }
      accounts { stats { count openBalance { ${money} } } } parties { totalCount stats(groupBy: [SYSTEM, KIND]) { key { system kind } count } } }`,
    answers: fine,
  },
  {
    name: 'stats of each customer',
    query: `{ customers(first: 4) { nodes { displayName orders { stats(groupBy: [STATUS]) { key { status } count amount { ${money} } } } invoices { totalCount stats { outstanding { ${money} } count } } openBalance { ${money} } } } }`,
    answers: fine,
  },
  {
    name: 'the timeline with its records',
    query: `query ($id: ID!) { customer(id: $id) { timeline(first: 40) { totalCount pageInfo { hasNextPage endCursor }
      edges { cursor node { at kind system title status record { __typename id
        ... on Order { orderNumber totalAmount { ${money} } customer { displayName } }
        ... on Shipment { carrier orders { orderNumber } }
        ... on Invoice { overdue } ... on Payment { amount { ${money} } } ... on Return { reason }
        ... on Interaction { subject } ... on ServiceCase { priority } ... on SurveyResponse { score } ... on Opportunity { stage } } } } } } }`,
    variables: first,
    answers: fine,
  },
  {
    name: 'the timeline of some kinds, and of none',
    query: `query ($id: ID!) { customer(id: $id) { some: timeline(kinds: [INTERACTION, CASE], first: 4) { totalCount nodes { kind title } }
      none: timeline(kinds: []) { totalCount nodes { kind } } } }`,
    variables: first,
    answers: fine,
  },
  {
    name: 'nodes of many types',
    query: `query ($customer: ID!, $order: ID!) {
      customer: node(id: $customer) { __typename id ... on Customer { displayName orders(first: 1) { totalCount } } }
      order: node(id: $order) { __typename id ... on Order { orderNumber stage shipments { id } } ... on Customer { displayName } }
      none: node(id: "00000000-0000-8000-8000-000000000000") { id } }`,
    variables: ({ customerIds, orders }) => ({ customer: customerIds[2], order: orders[4]?.id }),
    answers: (result) => {
      fine(result);
      expect(result.data).toMatchObject({ none: null, order: { __typename: 'Order' } });
    },
  },
  {
    name: 'a node by what is no id',
    query: '{ node(id: "erp:order:1") { id } }',
    answers: failsWith('BAD_USER_INPUT', ['node']),
  },
  {
    name: 'named fragments, aliases, directives and variables',
    query: `query ($id: ID!, $lines: Boolean!, $many: Int = 2) { one: order(id: $id) { ...O } two: order(id: $id) { ...O number: orderNumber } }
      fragment O on Order { ...N mine: shipments { ...S } lines @include(if: $lines) { sku } customer { recent: orders(first: $many) { nodes { ...N } } } }
      fragment N on Order { id status } fragment S on Shipment { id carrier @skip(if: $lines) }`,
    variables: (company) => ({ ...order(company), lines: true }),
    answers: fine,
  },
  {
    name: 'a page too large, deep in the answer',
    query: '{ customers(first: 2) { nodes { id orders(first: 1000) { totalCount } } } }',
    answers: ({ errors }) => {
      expect(errors?.map(({ path }) => path)).toEqual([
        ['customers', 'nodes', 0, 'orders'],
        ['customers', 'nodes', 1, 'orders'],
      ]);
      expect(errors?.[0]?.extensions).toEqual({ code: 'PAGE_TOO_LARGE' });
    },
  },
  {
    name: 'a negative page',
    query: '{ invoices(first: -1) { totalCount } }',
    answers: failsWith('BAD_USER_INPUT', ['invoices']),
  },
  {
    name: 'a cursor of another list',
    query: '{ orders(after: "bm9uc2Vuc2U") { totalCount } shipments(first: 1) { totalCount } }',
    answers: failsWith('CURSOR_INVALID', ['orders']),
  },
  {
    name: 'a broken cursor in a timeline',
    query:
      'query ($id: ID!) { customer(id: $id) { displayName timeline(after: "x") { totalCount } orders(first: 1) { totalCount } } }',
    variables: first,
    answers: failsWith('CURSOR_INVALID', ['customer', 'timeline']),
  },
  {
    name: 'shipments, returns and their orders',
    query: `{ shipments(first: 8, filter: {shippedAt: {from: "2025-03-01T00:00:00Z"}}, orderBy: SHIPPED_AT_ASC) { totalCount nodes { shipmentNumber shippedAt deliveredAt customer { displayName } orders { orderNumber customer { displayName } } } }
      returns(first: 5) { nodes { status returnedAt amount { ${money} } customer { displayName } orders { id } } } }`,
    answers: fine,
  },
  {
    name: 'invoices overdue, by due date',
    query: `{ invoices(filter: {overdue: true}, orderBy: DUE_DATE_ASC) { totalCount nodes { invoiceNumber dueDate overdue customer { displayName } orders { orderNumber } originalInvoice { id } } }
      others: invoices(filter: {overdue: false}) { totalCount nodes { overdue } } }`,
    answers: ({ data, errors }) => {
      expect(errors).toBeUndefined();
      const { invoices, others } = data as Record<string, { totalCount: number; nodes: { overdue: boolean }[] }>;
      expect(invoices?.nodes.every(({ overdue }) => overdue)).toBe(true);
      expect(others?.nodes.every(({ overdue }) => !overdue)).toBe(true);
      expect(invoices?.totalCount).toBeGreaterThan(0);
    },
  },
  {
    name: 'an empty page that only counts',
    query: '{ orders(first: 0) { totalCount nodes { id } pageInfo { hasNextPage } } }',
    answers: ({ data }) => expect(data).toMatchObject({ orders: { nodes: [], pageInfo: { hasNextPage: true } } }),
  },
  {
    name: 'the systems and the sync',
    query: `{ sources { system title kind schedule freshness { status } consistency { status verifiedAt differences } completeness { status reason }
      streams { stream records completeness { status reason total came at } lastVerify { outcome method completeness { status } } } }
      verifyRuns(system: "erp", stream: "orders") { outcome }
      syncRuns(first: 5) { totalCount nodes { id completeness { status came } } } quarantine { totalCount nodes { id raw } } }`,
    answers: ({ data, errors }) => {
      expect(errors).toBeUndefined();
      const sources: unknown = data?.sources;
      expect(sources).toContainEqual(
        expect.objectContaining({
          consistency: expect.objectContaining({ status: 'EQUAL' }),
          completeness: { status: 'COUNTED', reason: null },
        }),
      );
    },
  },
  {
    name: 'parties with their customers',
    query: `{ parties(filter: {system: ["scm"]}, first: 4, orderBy: DISPLAY_NAME_DESC) { totalCount nodes { displayName sourceKey linkedBy customer { displayName openBalance { ${money} } } sourceRecord { key } } } }`,
    answers: fine,
  },
  {
    name: 'a broken date in a variable',
    query: 'query ($day: Date) { orders(filter: {orderDate: {from: $day}}) { totalCount } }',
    variables: () => ({ day: '2026-02-30' }),
    answers: ({ data, errors }) => {
      expect(data).toBeUndefined();
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    },
  },
  {
    name: 'a date in a variable',
    query:
      'query ($day: Date) { orders(filter: {orderDate: {from: $day}}, first: 3) { totalCount nodes { orderDate customer { createdAt } } } }',
    variables: () => ({ day: '2025-02-28' }),
    answers: fine,
  },
  {
    name: 'what the numbers say of a customer',
    query: `query ($id: ID!) { customer(id: $id) { displayName insight {
      asOf computedAt
      buying { definition parameters asOf purchases orders firstOrder lastOrder sales { ${money} } totalSales { ${money} } notConverted { ${money} } }
      rfm { recency frequency monetary segment parameters } grade { value parameters } stage { value silentDays intervalDays ownInterval }
      churn { atRisk reasons { code text } definition } expectedPurchases { probabilityAlive purchases weeks parameters }
      lifetimeValue { value { ${money} } markovValue { ${money} } expectedAmount { ${money} } months parameters }
      satisfaction { nps csat ces answers leftOut } otif { measured onTime inFull onTimeInFull percent parameters }
      receivables { openBalance { ${money} } byCurrency { currency balance { ${money} } current { ${money} } over90 { ${money} } credits { ${money} } dso } }
      dataQuality { score missing } months(first: 2) { month grade stage sales { ${money} } } } } }`,
    variables: first,
    answers: (result) => {
      fine(result);
      expect(result.data?.customer).toMatchObject({
        insight: {
          asOf: '2026-03-01',
          buying: { definition: expect.stringContaining('Orders') },
          months: [{ month: '2026-03' }, { month: '2026-02' }],
        },
      });
    },
  },
  {
    name: 'more months than there can be',
    query: 'query ($id: ID!) { customer(id: $id) { insight { asOf months(first: 121) { month } } } }',
    variables: first,
    answers: failsWith('BAD_USER_INPUT', ['customer', 'insight', 'months']),
  },
  {
    name: 'what the numbers say of all customers',
    query: `{ portfolio { asOf currency curve { customersPercent customers sales { ${money} } salesPercent }
      grades { grade customers sales { ${money} } } stages { stage customers } segments { segment customers }
      transitions(by: STAGE) { fromMonth toMonth from to customers }
      atRisk(first: 3) { id displayName orders(first: 1) { totalCount } insight { churn { reasons { code } } } }
      models { name fittedOn customers logLikelihood parameters } } }`,
    answers: (result) => {
      fine(result);
      const portfolio = result.data?.portfolio as Record<string, unknown[]>;
      expect(portfolio).toMatchObject({ asOf: '2026-03-01', currency: 'EUR' });
      expect(portfolio.curve).toHaveLength(10);
      expect(portfolio.transitions?.[0]).toMatchObject({ fromMonth: '2026-02', toMonth: '2026-03' });
    },
  },
  {
    name: 'transitions backwards in time, and of no month',
    query: '{ portfolio { asOf transitions(from: "2026-03", to: "2026-02") { customers } } }',
    answers: failsWith('BAD_USER_INPUT', ['portfolio', 'transitions']),
  },
  {
    name: 'customers by what the numbers say',
    query: `{ customers(filter: {stage: [NEW, ACTIVE, DECLINING, LOST], sales: {from: "0.01"}, lastOrder: {from: "2025-01-01"}}, orderBy: SALES_DESC, first: 5)
      { totalCount pageInfo { endCursor } nodes { displayName insight { buying { sales { ${money} } } grade { value } } } } }`,
    answers: (result) => {
      fine(result);
      const list = result.data?.customers as
        | { nodes: { insight: { buying: { sales: { amount: string } } } }[] }
        | undefined;
      const sales = (list?.nodes ?? []).map(({ insight }) => Number(insight.buying.sales.amount));
      expect(sales.length).toBeGreaterThan(2);
      expect([...sales].sort((a, b) => b - a)).toEqual(sales);
    },
  },
  {
    name: 'an organisation, follow-ups, and lines from exact quantities',
    query: `query ($id: ID!, $order: ID!) { customer(id: $id) { parents { displayName } subsidiaries { displayName }
        organisation(depth: 3) { size more members { level customer { displayName cases { nodes { followUpOverdue } } } parent { id } }
          orders { count amount { ${money} } } openBalance { ${money} } }
        interactions { stats(groupBy: [CHANNEL, MONTH]) { count key { channel month } } } }
      order(id: $order) { orderNumber lines { sku neededQty shippedQty deliveredQty returnedQty lostQty openQty overDeliveredQty } }
      shipments(filter: {orderMissing: false}, first: 2) { totalCount } }`,
    variables: (company) => ({ id: company.customerIds[0], order: company.orders[2]?.id }),
    answers: fine,
  },
  {
    name: 'an organisation deeper than there can be',
    query: 'query ($id: ID!) { customer(id: $id) { displayName organisation(depth: 11) { size } } }',
    variables: first,
    answers: failsWith('BAD_USER_INPUT', ['customer', 'organisation']),
  },
];
