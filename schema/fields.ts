import { z } from 'zod';
import { RECORD_ID_PATTERN } from './ids.ts';
import { DATE_PATTERN, INSTANT_PATTERN } from './time.ts';

/** How a canonical field is meant: what the mapper coerces to, and what column the cache keeps it in. */
export type FieldKind =
  | { type: 'text'; length: number; pattern?: TextPattern }
  | { type: 'longText' }
  | { type: 'integer' }
  | { type: 'boolean' }
  | { type: 'decimal' }
  | { type: 'date' }
  | { type: 'instant' }
  | { type: 'enum'; values: readonly string[] }
  | { type: 'reference'; entity: string }
  | { type: 'references'; entity: string };

/** What a text must look like, as a regular expression, and how that is called. */
export interface TextPattern {
  matches: string;
  expected: string;
}

const kinds = z.registry<FieldKind>();

/** The kind of a field of a canonical record. Throws TypeError for a schema that was not built here. */
export function kindOf(field: z.ZodType): FieldKind {
  const kind = kinds.get(field);
  if (!kind) throw new TypeError('Expected a field built by schema/fields.ts, got another zod schema.');
  return kind;
}

function optional<T extends z.ZodType>(base: T, kind: FieldKind) {
  return keep(base.nullable().default(null), kind);
}

function required<T extends z.ZodType>(base: T, kind: FieldKind): T {
  return keep(base, kind);
}

function keep<T extends z.ZodType>(field: T, kind: FieldKind): T {
  kinds.add(field, kind);
  return field;
}

/** Money and quantities: a decimal string that DECIMAL(19,4) holds exactly; never a JS number. */
const decimalSchema = z
  .string()
  .regex(/^-?\d{1,15}(\.\d{1,4})?$/, 'expected a decimal with at most 15 integer and 4 fraction digits');
const currencyCode = { matches: '^[A-Z]{3}$', expected: 'an ISO 4217 currency code such as EUR' };
const countryCode = { matches: '^[A-Z]{2}$', expected: 'an ISO 3166-1 alpha-2 country code such as DE' };
const codeSchema = ({ matches, expected }: TextPattern) =>
  z.string().regex(new RegExp(matches), `expected ${expected}`);
const recordIdSchema = z.string().regex(RECORD_ID_PATTERN, 'expected a record id');
const dateSchema = z.string().regex(DATE_PATTERN, 'expected a date YYYY-MM-DD');
const instantSchema = z.string().regex(INSTANT_PATTERN, 'expected an instant YYYY-MM-DDThh:mm:ss.ffffffZ');

export const text = (length: number) => optional(z.string().max(length), { type: 'text', length });
export const requiredText = (length: number) => required(z.string().min(1).max(length), { type: 'text', length });
export const longText = () => optional(z.string(), { type: 'longText' });
export const integer = () => optional(z.number().int(), { type: 'integer' });
export const flag = () => optional(z.boolean(), { type: 'boolean' });
export const decimal = () => optional(decimalSchema, { type: 'decimal' });
export const date = () => optional(dateSchema, { type: 'date' });
export const instant = () => optional(instantSchema, { type: 'instant' });
export const currency = () => optional(codeSchema(currencyCode), { type: 'text', length: 3, pattern: currencyCode });
export const country = () => optional(codeSchema(countryCode), { type: 'text', length: 2, pattern: countryCode });
export const oneOf = <const V extends readonly [string, ...string[]]>(values: V) =>
  optional(z.enum(values), { type: 'enum', values });
export const requiredOneOf = <const V extends readonly [string, ...string[]]>(values: V) =>
  required(z.enum(values), { type: 'enum', values });

/** The id of another canonical record; it may arrive before the record it names. */
export const reference = (entity: string) => optional(recordIdSchema, { type: 'reference', entity });
export const requiredReference = (entity: string) => required(recordIdSchema.clone(), { type: 'reference', entity });
export const references = (entity: string) => keep(z.array(recordIdSchema).default([]), { type: 'references', entity });
