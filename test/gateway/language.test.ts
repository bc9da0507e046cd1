import { describe, expect, it } from '@jest/globals';
import { getNamedType, isEnumType, isObjectType, Kind, parse } from 'graphql';
import { fieldsOf } from '../../cache/schema/tables.ts';
import { billings, fulfilments, settlements, stages } from '../../customer-360/order-to-cash/facts.ts';
import { createLocalSchema } from '../../gateway/execution/local-schema.ts';
import { subschemas } from '../../gateway/resolvers/domains/all.ts';
import { type Entity, entities } from '../../schema/records.ts';
import { sdlOf } from '../../schema/sdl.ts';

const schema = createLocalSchema(subschemas);

/** The graph's type of an entity, where it is not called the same. */
const typeNames: Partial<Record<Entity, string>> = {
  customerReturn: 'Return',
  relationship: 'CustomerRelationship',
};

/** Canonical fields that the graph shows under another name, as the object they refer to, or as part of an amount. */
const shownOtherwise: Partial<Record<Entity, Record<string, string>>> = {
  party: { crossReferences: 'sourceRecord' },
  account: { partyId: 'customer', parentAccountId: 'parentAccount', currency: 'openBalance' },
  contact: { personId: 'person', reportsToId: 'reportsTo' },
  relationship: { fromPartyId: 'from', toPartyId: 'to' },
  orderLine: { orderId: 'order' },
  shipment: { orderId: 'orders' },
  shipmentLine: { shipmentId: 'shipment', orderId: 'orderLine', orderLineId: 'orderLine' },
  customerReturn: { orderId: 'orders', originalShipmentId: 'originalShipment', currency: 'amount' },
  returnLine: { orderId: 'orderLine', orderLineId: 'orderLine' },
  invoice: { orderId: 'orders', originalInvoiceId: 'originalInvoice' },
  invoiceLine: { orderId: 'orderLine', orderLineId: 'orderLine' },
  payment: { currency: 'amount' },
  paymentAllocation: { paymentId: 'payment', invoiceId: 'invoice' },
  interaction: { orderId: 'order', caseId: 'case' },
  serviceCase: { orderId: 'order' },
  surveyResponse: { orderId: 'order', followUpCaseId: 'followUpCase' },
  opportunity: { contactId: 'contact', currency: 'amount' },
  procurementPlan: { currency: 'budget' },
};

/** Fields by which a part is read from its whole. */
const fromTheWhole = new Set(['returnLine.returnId', 'invoiceLine.invoiceId']);
const ofTheCustomer = new Set<Entity>([
  'contactPoint',
  'identification',
  'consent',
  'contact',
  'procurementPlan',
  'competitorPresence',
]);

function typeOf(entity: Entity) {
  const name = typeNames[entity] ?? `${entity.charAt(0).toUpperCase()}${entity.slice(1)}`;
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`Expected an object type ${name}.`);
  return type;
}

describe('the graph', () => {
  it.each([...entities])('shows every canonical field of %s', (entity) => {
    const shown = typeOf(entity).getFields();
    const missing = fieldsOf(entity)
      .map(([field]) => field)
      .filter((field) => !(field === 'partyId' && (ofTheCustomer.has(entity) || shown.customer)))
      .filter((field) => !fromTheWhole.has(`${entity}.${field}`))
      .filter((field) => !shown[shownOtherwise[entity]?.[field] ?? field]);
    expect(missing).toEqual([]);
  });

  it.each([...entities])('has the canonical values of every enum of %s', (entity) => {
    const shown = typeOf(entity).getFields();
    for (const [field, kind] of fieldsOf(entity)) {
      if (kind.type !== 'enum') continue;
      const type = shown[field] && getNamedType(shown[field].type);
      const values = isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
      expect({ field, values }).toEqual({ field, values: [...kind.values] });
    }
  });

  it.each([
    ['Fulfilment', fulfilments],
    ['Billing', billings],
    ['Settlement', settlements],
    ['OrderStage', stages],
  ])('has the values of %s', (name, values) => {
    const type = schema.getType(name);
    expect(isEnumType(type) && type.getValues().map((value) => value.name)).toEqual([...values]);
  });

  it('explains everything in it', () => {
    const unexplained: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || ['Query', 'String', 'Int', 'Boolean', 'ID'].includes(type.name)) continue;
      if (!type.description) unexplained.push(type.name);
      if (isEnumType(type)) {
        for (const value of type.getValues()) if (!value.description) unexplained.push(`${type.name}.${value.name}`);
      }
      if (!('getFields' in type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (!field.description) unexplained.push(`${type.name}.${field.name}`);
        if (!('args' in field)) continue;
        for (const argument of field.args) {
          if (!argument.description && argument.name !== 'id')
            unexplained.push(`${type.name}.${field.name}(${argument.name})`);
        }
      }
    }
    expect(unexplained).toEqual([]);
  });

  it('promises nothing that another domain has to give', () => {
    const domainsOf = new Map<string, Set<string>>();
    for (const { domain } of subschemas) {
      for (const definition of parse(sdlOf(domain)).definitions) {
        if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
        const { name, fields = [] } = definition;
        if (fields.some((field) => field.name.value !== 'id')) {
          domainsOf.set(name.value, (domainsOf.get(name.value) ?? new Set()).add(domain));
        }
      }
    }
    for (const [name, domains] of domainsOf) {
      const type = schema.getType(name);
      // what all domains have is shared, not added to
      if (!isObjectType(type) || domains.size < 2 || domains.size === subschemas.length) continue;
      const promised = Object.values(type.getFields()).filter((field) => String(field.type).endsWith('!'));
      // only what is an object of all domains has an id
      const own = 'id' in type.getFields() ? ['id'] : [];
      expect({ name, promised: promised.map((field) => field.name) }).toEqual({ name, promised: own });
    }
  });
});
