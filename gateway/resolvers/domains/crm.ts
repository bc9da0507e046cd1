import { businessDate } from '../../../config/settings/business-zones.ts';
import type { GraphContext } from '../../context.ts';
import { customerOfParty } from '../customer/customers.ts';
import { relationshipsOf } from '../customer/relationships.ts';
import { customerConnection, recordConnection } from '../lists/connection.ts';
import { connectionResolvers, statsResolvers } from '../lists/connection-resolvers.ts';
import {
  customerOfRecord,
  longText,
  ofCustomer,
  type RecordSource,
  referenced,
  referencing,
} from '../lists/records.ts';
import { liveField } from '../live/live-field.ts';
import { money } from '../money.ts';
import { sourceRecordField } from '../source-records.ts';
import type { DomainSubschema, FieldResolver } from '../subschema.ts';

/** The customer of the party that a field names. */
function customerBy(field: string): FieldResolver {
  return (source: RecordSource, _args: unknown, context: GraphContext) =>
    customerOfParty(source[field] as string | null, context);
}

/** Contacts, cases, opportunities and everything else about the relationship. */
export const crm: DomainSubschema = {
  domain: 'crm',
  resolvers: {
    Query: {
      accounts: recordConnection('Query.accounts', (stores) => stores.accounts),
      opportunities: recordConnection('Query.opportunities', (stores) => stores.opportunities),
      cases: recordConnection('Query.cases', (stores) => stores.cases),
      interactions: recordConnection('Query.interactions', (stores) => stores.interactions),
      surveys: recordConnection('Query.surveys', (stores) => stores.surveys),
    },
    Customer: {
      contactPoints: ofCustomer('contactPoint', 'kind', 'system', 'sourceKey'),
      contacts: ofCustomer('contact', 'name'),
      accounts: ofCustomer('account', 'system', 'accountNumber'),
      identifications: ofCustomer('identification', 'scheme', 'value'),
      consents: ofCustomer('consent', 'purpose', 'channel', '-decidedAt'),
      relationships: relationshipsOf,
      interactions: customerConnection('Customer.interactions', (stores) => stores.interactions),
      cases: customerConnection('Customer.cases', (stores) => stores.cases),
      surveys: customerConnection('Customer.surveys', (stores) => stores.surveys),
      opportunities: customerConnection('Customer.opportunities', (stores) => stores.opportunities),
      procurementPlans: ofCustomer('procurementPlan', 'plannedDate'),
      competitors: ofCustomer('competitorPresence', '-observedOn'),
    },
    Order: {
      cases: referencing('serviceCase', 'orderId', 'openedAt'),
      interactions: referencing('interaction', 'orderId', 'occurredAt'),
    },
    Contact: { reportsTo: referenced('contact', 'reportsToId'), person: customerBy('personId') },
    Account: {
      live: liveField('account'),
      ...money('creditLimit', 'openBalance'),
      parentAccount: referenced('account', 'parentAccountId'),
      customer: customerOfRecord,
    },
    CustomerRelationship: { from: customerBy('fromPartyId'), to: customerBy('toPartyId') },
    Interaction: {
      sourceRecord: sourceRecordField('interaction'),
      summary: longText('interaction', 'summary'),
      customer: customerOfRecord,
      order: referenced('order', 'orderId'),
      case: referenced('serviceCase', 'caseId'),
    },
    ServiceCase: {
      sourceRecord: sourceRecordField('serviceCase'),
      description: longText('serviceCase', 'description'),
      followUpOverdue: (
        { followUpDueAt, followUpOutcome }: RecordSource,
        _args: unknown,
        { today, zone }: GraphContext,
      ) => typeof followUpDueAt === 'string' && businessDate(followUpDueAt, zone) < today && followUpOutcome === null,
      customer: customerOfRecord,
      order: referenced('order', 'orderId'),
      interactions: referencing('interaction', 'caseId', 'occurredAt'),
    },
    SurveyResponse: {
      sourceRecord: sourceRecordField('surveyResponse'),
      verbatim: longText('surveyResponse', 'verbatim'),
      customer: customerOfRecord,
      order: referenced('order', 'orderId'),
      followUpCase: referenced('serviceCase', 'followUpCaseId'),
    },
    Opportunity: {
      ...money('amount'),
      sourceRecord: sourceRecordField('opportunity'),
      customer: customerOfRecord,
      contact: referenced('contact', 'contactId'),
    },
    ProcurementPlan: money('budget'),
    ...connectionResolvers('SurveyResponse'),
    ...statsResolvers('Account', ['openBalance']),
    ...statsResolvers('Interaction', []),
    ...statsResolvers('ServiceCase', []),
    ...statsResolvers('Opportunity', ['amount']),
  },
};
