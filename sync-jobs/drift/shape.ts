import { z } from 'zod';

/** What a field's values were so far, as bits: a field may have been several. */
export const TYPES = { text: 1, number: 2, boolean: 4, object: 8, list: 16 } as const;

/** One field of a stream's records and what is below it; the record itself is the topmost. */
export interface Field {
  /** Of `TYPES`. Values that say nothing (null, "", [], {}) have none. */
  types: number;
  /** In how many of its holders (the records, or the objects around it) it was there, be it empty. */
  carried: number;
  /** How many holders there had been when it was first there, and when it was last. */
  first: number;
  last: number;
  /** How many records held something in it. */
  holders: number;
  fields: Map<string, Field>;
  /** The record of this pass in which it was last there, and in which it last held something: a list has it often. */
  carriedIn: number;
  heldIn: number;
}

/** The known shape of a stream's records. */
export interface Shape {
  /** Of mapping and reading settings: under other ones, other fields may be asked for. */
  madeWith: string;
  /** Whether enough was seen to call something a change. */
  learnt: boolean;
  /** The newest version whose absent fields have been counted. */
  upTo: string | null;
  root: Field;
}

/** The name list elements go under. */
export const ELEMENTS = '[]';

export function emptyField(first = 0): Field {
  return { types: 0, carried: 0, first, last: first, holders: 0, fields: new Map(), carriedIn: 0, heldIn: 0 };
}

function emptyShape(madeWith: string): Shape {
  return { madeWith, learnt: false, upTo: null, root: emptyField() };
}

/** A field as it is stored: types, carried, first, last, holders, fields. */
type StoredField = [number, number, number, number, number, (Record<string, StoredField> | undefined)?];

const storedField: z.ZodType<StoredField> = z.lazy(() =>
  z.tuple([z.int(), z.int(), z.int(), z.int(), z.int(), z.record(z.string(), storedField).optional()]),
);

const storedShape = z.strictObject({
  format: z.literal(1),
  madeWith: z.string(),
  learnt: z.boolean(),
  upTo: z.string().nullable(),
  root: storedField,
});

/** Reads a stored shape. What another version of the hub, mapping or settings left says nothing: it is learnt anew. */
export function parseShape(stored: string | null, madeWith: string): Shape {
  const parsed = storedShape.safeParse(stored === null ? null : JSON.parse(stored));
  if (!parsed.success || parsed.data.madeWith !== madeWith) return emptyShape(madeWith);
  const { learnt, upTo, root } = parsed.data;
  return { madeWith, learnt, upTo, root: fieldOf(root) };
}

export function formatShape({ madeWith, learnt, upTo, root }: Shape): string {
  return JSON.stringify({ format: 1, madeWith, learnt, upTo, root: storedOf(root) });
}

function fieldOf([types, carried, first, last, holders, fields = {}]: StoredField): Field {
  const known = Object.entries(fields).map(([name, field]) => [name, fieldOf(field)] as const);
  return { types, carried, first, last, holders, fields: new Map(known), carriedIn: 0, heldIn: 0 };
}

function storedOf({ types, carried, first, last, holders, fields }: Field): StoredField {
  if (fields.size === 0) return [types, carried, first, last, holders];
  return [types, carried, first, last, holders, Object.fromEntries([...fields].map(([n, f]) => [n, storedOf(f)]))];
}

/** The types in words: `text`, `number or text`; `nothing` for a field that was always empty. */
export function typeNames(types: number): string {
  const names = Object.entries(TYPES).flatMap(([name, bit]) => ((types & bit) === 0 ? [] : [name]));
  return names.join(' or ') || 'nothing';
}

/** `lines[].qty` for people. */
export function pathText(names: readonly string[]): string {
  return names.join('.').replaceAll(`.${ELEMENTS}`, ELEMENTS);
}
