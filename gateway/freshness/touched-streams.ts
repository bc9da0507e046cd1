import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { StreamName } from '../../cache/sync/sync-store.ts';
import type { Settings } from '../../config/settings/settings.ts';
import { type Entity, entities } from '../../schema/records.ts';

/** The streams that the answers to a document are made of. */
export type TouchedStreams = (document: DocumentNode) => readonly StreamName[];

const identity: readonly Entity[] = ['party', 'contactPoint', 'identification'];
// documents are joined to orders by the lines of both
const shipments: readonly Entity[] = ['shipment', 'shipmentLine', 'orderLine'];
const returns: readonly Entity[] = ['customerReturn', 'returnLine', 'orderLine'];
const invoices: readonly Entity[] = ['invoice', 'invoiceLine', 'orderLine'];
const payments: readonly Entity[] = ['payment', 'paymentAllocation', ...invoices];
const orderToCash: readonly Entity[] = ['order', ...shipments, ...returns, ...payments];

/**
 * What says how things are: for types of the graph, and for fields and arguments that are made of more than their type
 * is. Object types that are not named here, such as the numbers about customers, the timeline or how a system is, are
 * made of everything.
 */
const madeOf: Readonly<Record<string, readonly Entity[]>> = {
  Customer: identity,
  Party: identity,
  ContactPoint: ['contactPoint'],
  Identification: ['identification'],
  Account: ['account'],
  Consent: ['consent'],
  Contact: ['contact'],
  CustomerRelationship: ['relationship'],
  Order: ['order'],
  OrderLine: ['orderLine'],
  Shipment: shipments,
  ShipmentLine: ['shipmentLine'],
  Return: returns,
  ReturnLine: ['returnLine'],
  Invoice: invoices,
  InvoiceLine: ['invoiceLine'],
  Payment: payments,
  PaymentAllocation: ['paymentAllocation'],
  Interaction: ['interaction'],
  ServiceCase: ['serviceCase'],
  SurveyResponse: ['surveyResponse'],
  Opportunity: ['opportunity'],
  CompetitorPresence: ['competitorPresence'],
  ProcurementPlan: ['procurementPlan'],
  Fulfilment: orderToCash,
  Billing: orderToCash,
  Settlement: orderToCash,
  OrderStage: orderToCash,
  // of their own they say nothing
  Node: [],
  Money: [],
  PageInfo: [],
  SourceRecord: [],

  'Query.customerBySource': entities,
  'Customer.openBalance': payments,
  'Invoice.overdue': payments,
  'InvoiceFilter.overdue': payments,
  'OrderLine.shippedQty': orderToCash,
  'OrderLine.deliveredQty': orderToCash,
  'OrderLine.returnedQty': orderToCash,
  'OrderLine.lostQty': orderToCash,
  'OrderLine.openQty': orderToCash,
  'OrderLine.overDeliveredQty': orderToCash,

  'OrderFilter.customer': identity,
  'OrderFilter.shipmentStatus': shipments,
  'OrderFilter.overdue': payments,
  'OrderFilter.fulfilment': orderToCash,
  'OrderFilter.billing': orderToCash,
  'OrderFilter.settlement': orderToCash,
  'OrderFilter.stage': orderToCash,
  'OrderFilter.nextDue': orderToCash,
  'OrderOrder.NEXT_DUE_ASC': orderToCash,
  'OrderOrder.NEXT_DUE_DESC': orderToCash,
  'OrderFilter.customerGrade': entities,
  'OrderFilter.customerStage': entities,
  'OrderFilter.customerAtRisk': entities,
  'CustomerFilter.unresolvedComplaint': [...identity, 'serviceCase'],
};

/** Arguments by numbers about customers, which are made of everything. */
const byNumbers =
  /^Customer(Filter\.(?!kind|country|system|taxId|email|createdAt|updatedAt)|Order\.(?!NAME|CREATED|UPDATED))/;

/** Finds the streams that write what a document asks for; once a document, whichever of its operations is run. */
export function createTouchedStreams(schema: GraphQLSchema, sources: Settings['sources']): TouchedStreams {
  const touched = new WeakMap<DocumentNode, readonly StreamName[]>();
  return (document) => {
    const streams = touched.get(document) ?? writersOf(touchedEntities(document, schema), sources);
    touched.set(document, streams);
    return streams;
  };
}

function touchedEntities(document: DocumentNode, schema: GraphQLSchema): ReadonlySet<Entity> {
  const found = new Set<Entity>();
  const types = new TypeInfo(schema);
  const note = (coordinate: string) => {
    const known = madeOf[coordinate] ?? (byNumbers.test(coordinate) ? entities : []);
    for (const entity of known) found.add(entity);
  };
  const noteType = (type: GraphQLNamedType) => {
    const name = type.name.replace(/(Connection|Edge|Stats|StatsKey)$/, '');
    const known = madeOf[name] ?? (isObjectType(type) && !type.name.startsWith('__') ? entities : []);
    for (const entity of known) found.add(entity);
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node) {
        const type = types.getType();
        if (node.kind === Kind.FIELD) {
          if (type) noteType(getNamedType(type));
          note(`${types.getParentType()?.name}.${node.name.value}`);
        }
        if (node.kind === Kind.INLINE_FRAGMENT || node.kind === Kind.FRAGMENT_DEFINITION) {
          if (type && type !== schema.getQueryType()) noteType(getNamedType(type));
        }
        if (node.kind === Kind.OBJECT_FIELD)
          note(`${getNamedType(types.getParentInputType())?.name}.${node.name.value}`);
        if (node.kind === Kind.ENUM) note(`${getNamedType(types.getInputType())?.name}.${node.value}`);
        if (node.kind === Kind.VARIABLE) for (const member of membersOf(types.getInputType())) note(member);
      },
    }),
  );
  return found;
}

/** All that a variable of an input type may name. */
function membersOf(inputType: GraphQLInputType | null | undefined): string[] {
  const type = inputType && getNamedType(inputType);
  if (isInputObjectType(type)) return Object.keys(type.getFields()).map((field) => `${type.name}.${field}`);
  return isEnumType(type) ? type.getValues().map(({ name }) => `${type.name}.${name}`) : [];
}

function writersOf(touched: ReadonlySet<Entity>, sources: Settings['sources']): StreamName[] {
  return Object.entries(sources).flatMap(([system, { streams }]) =>
    Object.entries(streams).flatMap(([stream, { records }]) =>
      records.some(({ entity }) => touched.has(entity as Entity)) ? [{ system, stream }] : [],
    ),
  );
}
