import type { CustomerRow } from '../../../cache/records/customer-store.ts';
import type { DecodedRow } from '../../../cache/sql/row-codec.ts';
import { maxUnits } from '../../../customer-360/exact-decimal.ts';
import type { Member, OrganisationTree } from '../../../customer-360/organisation.ts';
import { onKey, onLink } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import { goOn } from '../../maybe-promise.ts';
import { customerBySource } from '../customer/customer-by-source.ts';
import { type CustomerSource, customerById, customerOfParty, goldenRecord } from '../customer/customers.ts';
import { identityMutations, identityQueries, identityTypes } from '../customer/identity.ts';
import {
  balanceOfOrganisation,
  ordersOfOrganisation,
  organisationOf,
  parentsOf,
  subsidiariesOf,
} from '../customer/organisation.ts';
import { privacyMutations } from '../customer/privacy.ts';
import { provenanceOf } from '../customer/provenance.ts';
import { recordConnection } from '../lists/connection.ts';
import { connectionResolvers, statsResolvers } from '../lists/connection-resolvers.ts';
import { customers } from '../lists/customer-list.ts';
import { node } from '../lists/nodes.ts';
import { customerIdOf } from '../lists/page-arguments.ts';
import type { RecordSource } from '../lists/records.ts';
import { lineQuantity, orderToCashField } from '../order-to-cash.ts';
import { sourceRecordField, sourceRecordOf } from '../source-records.ts';
import type { DomainSubschema, FieldResolver } from '../subschema.ts';
import { timeline, timelineResolvers } from '../timeline.ts';

/** Who the customers are, what happened with them, and how far their orders are. */
export const customer360: DomainSubschema = {
  domain: 'customer360',
  resolvers: {
    Query: {
      customer: (_source: unknown, { id }: { id: string }, context: GraphContext) =>
        customerById(customerIdOf(id), context),
      customerBySource,
      customers,
      parties: recordConnection('Query.parties', (stores) => stores.parties),
      node,
      ...identityQueries,
    },
    Mutation: { ...identityMutations, ...privacyMutations },
    Customer: {
      ...golden(
        'kind',
        'displayName',
        'legalName',
        'taxId',
        'email',
        'phone',
        'website',
        'language',
        'country',
        'birthDate',
        'createdAt',
        'updatedAt',
      ),
      parties: (customer: CustomerSource, _args: unknown, context: GraphContext) => partiesOf(customer, context),
      provenance: async (customer: CustomerSource, _args: unknown, context: GraphContext) =>
        provenanceOf(await partiesOf(customer, context), context),
      sourceRecords: async (customer: CustomerSource, _args: unknown, context: GraphContext) => {
        const parties = await partiesOf(customer, context);
        const records = await Promise.all(parties.map((party) => sourceRecordOf(party, 'party', context)));
        return records.filter((record) => record !== null);
      },
      timeline,
      parents: parentsOf,
      subsidiaries: subsidiariesOf,
      organisation: organisationOf,
      freshness: async (customer: CustomerSource, _args: unknown, context: GraphContext) => {
        const systems = new Set((await partiesOf(customer, context)).map((party) => party.system));
        return (await context.freshness.current()).filter(({ system }) => systems.has(system));
      },
    },
    Organisation: {
      size: ({ members }: OrganisationTree) => members.length,
      orders: ordersOfOrganisation,
      openBalance: balanceOfOrganisation,
    },
    OrganisationMember: {
      customer: ({ customerId }: Member) => ({ id: customerId }),
      parent: ({ parentId }: Member) => (parentId === null ? null : { id: parentId }),
    },
    Party: {
      sourceRecord: sourceRecordField('party'),
      linkedBy: async (party: RecordSource, _args: unknown, context: GraphContext) =>
        (await linkOf(party, context))?.rule ?? null,
      linkedAt: async (party: RecordSource, _args: unknown, context: GraphContext) =>
        (await linkOf(party, context))?.linkedAt ?? null,
      confidence: async (party: RecordSource, _args: unknown, context: GraphContext) => {
        const confidence = (await linkOf(party, context))?.confidence ?? null;
        return confidence === null ? null : Number(confidence);
      },
      customer: (party: RecordSource, _args: unknown, context: GraphContext) => customerOfParty(party.id, context),
    },
    Order: {
      fulfilment: orderToCashField('fulfilment'),
      billing: orderToCashField('billing'),
      settlement: orderToCashField('settlement'),
      stage: orderToCashField('stage'),
    },
    OrderLine: {
      neededQty: lineQuantity(({ needed }) => needed),
      shippedQty: lineQuantity(({ shipped }) => shipped),
      deliveredQty: lineQuantity(({ delivered }) => delivered),
      returnedQty: lineQuantity(({ returned }) => returned),
      lostQty: lineQuantity(({ lost }) => lost),
      openQty: lineQuantity(({ toShip, shipped }) => maxUnits(0n, toShip - shipped)),
      overDeliveredQty: lineQuantity(({ needed, delivered }) => maxUnits(0n, delivered - needed)),
    },
    ...identityTypes,
    ...timelineResolvers,
    ...connectionResolvers('Customer'),
    ...connectionResolvers('IdentityPair'),
    ...connectionResolvers('Timeline'),
    ...statsResolvers('Party', []),
  },
};

/** Fields of the golden record: from the record where it was read anyway, else through the loader. */
function golden(...fields: (keyof CustomerRow)[]): Record<string, FieldResolver> {
  return Object.fromEntries(
    fields.map((field): [string, FieldResolver] => [
      field,
      (customer: CustomerSource, _args: unknown, context: GraphContext) =>
        customer[field] !== undefined
          ? customer[field]
          : goOn(goldenRecord(customer.id, context), (record) => record?.[field] ?? null),
    ]),
  );
}

async function partiesOf({ id }: CustomerSource, { loaders, stores }: GraphContext): Promise<DecodedRow[]> {
  return (await loaders.load('parties', id, stores.customers.partiesOf, onKey)) ?? [];
}

function linkOf({ id }: RecordSource, { loaders, stores }: GraphContext) {
  return loaders.load('link', id, stores.customers.linksOfParties, onLink);
}
