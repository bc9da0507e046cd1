import type { DecodedRow } from '../../cache/sql/row-codec.ts';
import { ERASED } from '../../schema/personal-fields.ts';
import type { Entity } from '../../schema/records.ts';

/** Fields whose values lead to one person: e-mail addresses, phone numbers, official numbers. */
const telling: Partial<Record<Entity, readonly string[]>> = {
  party: ['taxId', 'email', 'phone'],
  contact: ['email', 'phone'],
  identification: ['value'],
};

/** The values in a person's rows by which a record that nobody could map is known to be of the same person. */
export function personalValues(rows: ReadonlyMap<Entity, readonly DecodedRow[]>): string[] {
  const values = [...rows].flatMap(([entity, some]) =>
    some.flatMap((row) => {
      const isReachable = entity === 'contactPoint' && (row.kind === 'EMAIL' || row.kind === 'PHONE');
      const fields = isReachable ? ['raw', 'normalized'] : (telling[entity] ?? []);
      return fields.map((field) => row[field]);
    }),
  );
  return [...new Set(values.filter((value): value is string => typeof value === 'string' && value.length >= SHORTEST))]
    .filter((value) => value !== ERASED)
    .sort();
}

/** A shorter value may stand in any record. */
const SHORTEST = 6;
