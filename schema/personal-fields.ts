import type { Entity } from './records.ts';

/** What stands where a field must not be empty and was erased. */
export const ERASED = 'Erased';

/**
 * The fields of canonical records that tell of a person: those an erasure empties. Amounts, dates, numbers and states
 * stay for the books.
 */
export const personalFields: Partial<Record<Entity, readonly string[]>> = {
  party: ['displayName', 'legalName', 'taxId', 'email', 'phone', 'website', 'birthDate'],
  contactPoint: ['raw', 'normalized', 'street', 'postalCode', 'city', 'region'],
  identification: ['value', 'issuer'],
  consent: ['evidence'],
  contact: ['name', 'title', 'department', 'email', 'phone'],
  order: ['customerReference'],
  interaction: ['subject', 'summary'],
  serviceCase: ['subject', 'description', 'followUpOutcome'],
  surveyResponse: ['verbatim'],
  opportunity: ['name'],
};

/** Those of them that a record cannot be without. */
export const requiredPersonalFields: ReadonlySet<string> = new Set(['displayName', 'raw', 'value', 'name']);
