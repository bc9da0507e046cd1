/* The part of the graph that the questions ask for, as four departments would own it (Federation 1, which all gateways take). */

const shared = `
  scalar Date
  scalar Instant
  scalar Decimal
  type Money { amount: Decimal currency: String }
`;

export const sdl = {
  crm: `${shared}
    extend type Query {
      customer(id: ID!): Customer
      customers(search: String, filter: CustomerFilter, orderBy: CustomerOrder = NAME_ASC, first: Int = 20): CustomerConnection
    }
    input CustomerFilter { createdAt: InstantRange }
    input InstantRange { from: Instant to: Instant }
    enum CustomerOrder { NAME_ASC CREATED_AT_ASC }
    type CustomerConnection { nodes: [Customer!] }
    type Customer @key(fields: "id") {
      id: ID!
      kind: String displayName: String legalName: String taxId: String email: String phone: String country: String
      interactions(first: Int = 20): InteractionConnection
      cases(first: Int = 20, filter: CaseFilter): CaseConnection
    }
    type InteractionConnection { nodes: [Interaction!] }
    type Interaction { channel: String direction: String occurredAt: Instant subject: String agentName: String }
    type CaseConnection { nodes: [ServiceCase!] }
    input CaseFilter { status: [CaseStatus!] }
    enum CaseStatus { NEW IN_PROGRESS WAITING_CUSTOMER RESOLVED CLOSED }
    type ServiceCase { caseNumber: String kind: String status: CaseStatus priority: String subject: String openedAt: Instant }
  `,
  erp: `${shared}
    extend type Query {
      orders(first: Int = 20, filter: OrderFilter, orderBy: OrderOrder = ORDER_DATE_DESC): OrderConnection
    }
    input OrderFilter { status: [OrderStatus!] orderDate: DateRange }
    input DateRange { from: Date to: Date }
    enum OrderOrder { ORDER_DATE_ASC ORDER_DATE_DESC }
    enum OrderStatus { DRAFT QUOTATION CONFIRMED PROCESSING DONE CANCELLED }
    extend type Customer @key(fields: "id") { id: ID! @external orders(first: Int = 20): OrderConnection }
    type OrderConnection { nodes: [Order!] }
    type Order @key(fields: "id") {
      id: ID!
      orderNumber: String status: OrderStatus orderDate: Date currency: String totalAmount: Money
      customer: Customer
      lines: [OrderLine!]
    }
    type OrderLine { lineNo: Int sku: String description: String orderedQty: Decimal unitPrice: Money netAmount: Money }
  `,
  scm: `${shared}
    extend type Order @key(fields: "id") { id: ID! @external shipments: [Shipment!] }
    type Shipment {
      shipmentNumber: String status: String carrier: String trackingNumber: String shippedAt: Instant deliveredAt: Instant
    }
  `,
  finance: `${shared}
    extend type Customer @key(fields: "id") { id: ID! @external openBalance: [Money!] }
    extend type Order @key(fields: "id") { id: ID! @external invoices: [Invoice!] payments: [Payment!] }
    type Invoice {
      invoiceNumber: String status: String paymentStatus: String issueDate: Date dueDate: Date
      totalAmount: Money outstandingAmount: Money
    }
    type Payment { receivedAt: Date method: String status: String amount: Money }
  `,
};
