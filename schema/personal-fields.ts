import type { Entity } from './records.ts';

/** A canonical row, on its way into the cache or read from it. */
interface Row {
  entity: Entity;
  id: string;
  fields: Record<string, string | number | boolean | null | string[]>;
}

/** What stands where a field must not be empty and was erased. */
export const ERASED = 'Erased';

/**
 * The fields of canonical records that tell of a person: those an erasure empties. Amounts, dates, numbers and states
 * stay for the books.
 */
const personalFields: Partial<Record<Entity, readonly string[]>> = {
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
const requiredPersonalFields: ReadonlySet<string> = new Set(['displayName', 'raw', 'value', 'name']);

/**
 * The rows of a record that tells of erased persons, without what is personal. A row that belongs to another party
 * stays as it is, so that an organisation keeps its name where its record lists a person who was erased.
 */
export function withoutErasedPersons<R extends Row>(rows: readonly R[], isErased: (id: string) => boolean): R[] {
  return rows.map((row) => (belongsToAnother(row, isErased) ? row : { ...row, fields: emptied(row) }));
}

/** Whether a row is an erased person, belongs to one, or names one as a contact. */
export function namesErased({ entity, id, fields }: Row, isErased: (id: string) => boolean): boolean {
  const named = [entity === 'party' ? id : fields.partyId, fields.personId];
  return named.some((each) => typeof each === 'string' && isErased(each));
}

function belongsToAnother(row: Row, isErased: (id: string) => boolean): boolean {
  const owner = row.entity === 'party' ? row.id : row.fields.partyId;
  return typeof owner === 'string' && !namesErased(row, isErased);
}

function emptied({ entity, fields }: Row): Row['fields'] {
  const left = { ...fields };
  for (const name of personalFields[entity] ?? []) {
    if (name in left) left[name] = requiredPersonalFields.has(name) ? ERASED : null;
  }
  return left;
}
