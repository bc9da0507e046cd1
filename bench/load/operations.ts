/* What people ask a hub besides the four questions of bench/gateway. */

export const ordersAtStage = `query OrdersAtStage($stage: [OrderStage!], $from: Date) {
  orders(first: 20, filter: { stage: $stage, orderDate: { from: $from } }) {
    totalCount
    nodes {
      orderNumber orderDate stage fulfilment billing settlement totalAmount { amount currency }
      customer { id displayName }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const invoicesOfCustomer = `query InvoicesOfCustomer($customer: [ID!], $status: [InvoiceStatus!]) {
  invoices(first: 20, filter: { customer: $customer, status: $status }, orderBy: DUE_DATE_ASC) {
    totalCount
    nodes { invoiceNumber dueDate overdue totalAmount { amount currency } outstandingAmount { amount currency } }
  }
}`;

export const overdueInvoices = `query OverdueInvoices($due: Date) {
  invoices(first: 20, filter: { overdue: true, dueDate: { to: $due } }, orderBy: DUE_DATE_DESC) {
    nodes {
      invoiceNumber dueDate outstandingAmount { amount currency }
      customer { id displayName email }
      orders { orderNumber stage }
    }
  }
}`;

export const timeline = `query Timeline($id: ID!) {
  customer(id: $id) {
    timeline(first: 30) { totalCount nodes { at kind system title status } pageInfo { hasNextPage } }
  }
}`;

export const customerNumbers = `query CustomerNumbers($id: ID!) {
  customer(id: $id) {
    displayName
    insight {
      asOf
      grade { value }
      stage { value silentDays }
      lifetimeValue { value { amount currency } }
    }
    freshness { system status ageSeconds }
  }
}`;

export const portfolio = `query Portfolio {
  portfolio {
    curve { customersPercent salesPercent }
    segments { segment customers sales { amount currency } }
  }
}`;

export const sources = `query Sources {
  sources { system freshness { status ageSeconds } breaker { state } streams { stream records lastOutcome } }
}`;

export const customerBySource = `query CustomerBySource($system: String!, $key: String!) {
  customerBySource(system: $system, key: $key, entity: "order") {
    id displayName orders(first: 3) { nodes { orderNumber stage } }
  }
}`;

export const merge = `mutation Merge($a: ID!, $b: ID!) {
  mergeCustomers(a: $a, b: $b, reason: "load") { action moves { from to } }
}`;

export const unmerge = `mutation Unmerge($id: ID!) {
  unmergeCustomer(id: $id, reason: "load") { action moves { from to } }
}`;

/** Asked once, for what the others may be asked about. */
export const somebody = `query Somebody($first: Int, $after: String) {
  customers(first: $first, after: $after, orderBy: CREATED_AT_ASC) {
    nodes { id displayName createdAt }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const something = `query Something($first: Int, $after: String) {
  orders(first: $first, after: $after) {
    nodes { system sourceKey status orderDate customer { id } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** What clients send by mistake, and the code that tells them. */
export const mistakes = [
  { query: 'query { customer(id: "1") { nickname } }', code: 'GRAPHQL_VALIDATION_FAILED' },
  { query: 'query { customers(first: 3 { nodes { id } } }', code: 'GRAPHQL_PARSE_FAILED' },
  { query: timeline, variables: { id: { not: 'an id' } }, code: 'BAD_USER_INPUT' },
  { query: 'query { customers(first: 100000) { nodes { id } } }', code: 'OPERATION_TOO_LARGE' },
  { query: 'query { customers(first: 500) { nodes { id } } }', code: 'PAGE_TOO_LARGE' },
  { query: 'query { orders(first: 3, after: "no cursor") { nodes { id } } }', code: 'CURSOR_INVALID' },
] as const;
