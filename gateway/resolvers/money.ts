import type { Entity } from '../../schema/records.ts';
import type { GraphContext } from '../context.ts';
import { goOn } from '../maybe-promise.ts';
import { type RecordSource, recordById } from './lists/records.ts';
import type { FieldResolver } from './subschema.ts';

export interface Money {
  amount: string;
  currency: string | null;
}

export function moneyOf(amount: unknown, currency: unknown): Money | null {
  if (typeof amount !== 'string') return null;
  return { amount, currency: typeof currency === 'string' ? currency : null };
}

/** Resolvers for amounts in the record's own currency. */
export function money(...fields: string[]): Record<string, FieldResolver> {
  return Object.fromEntries(
    fields.map((field) => [field, (source: RecordSource) => moneyOf(source[field], source.currency)]),
  );
}

/** Resolvers for amounts of a line: its document says in which currency. */
export function moneyOfLine(document: Entity, reference: string, ...fields: string[]): Record<string, FieldResolver> {
  return Object.fromEntries(
    fields.map((field) => [
      field,
      (line: RecordSource, _args: unknown, context: GraphContext) => {
        if (typeof line[field] !== 'string') return null;
        return goOn(recordById(document, line[reference], context), (owner) => moneyOf(line[field], owner?.currency));
      },
    ]),
  );
}
