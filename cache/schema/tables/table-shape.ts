import type { FieldKind } from '../../../schema/fields.ts';

/** A table of the cache's own: its columns by name, and which of them may not be null or are looked up by. */
export interface TableShape {
  columns: Record<string, FieldKind>;
  primary: string[];
  required: string[];
  indexes: string[][];
}

export const id: FieldKind = { type: 'reference', entity: 'any' };
export const system: FieldKind = { type: 'enum', values: [] };
export const stream: FieldKind = { type: 'text', length: 64 };
export const key: FieldKind = { type: 'text', length: 255 };
export const code: FieldKind = { type: 'text', length: 64 };
export const message: FieldKind = { type: 'text', length: 2048 };
export const instant: FieldKind = { type: 'instant' };
export const integer: FieldKind = { type: 'integer' };
export const decimal: FieldKind = { type: 'decimal' };
export const longText: FieldKind = { type: 'longText' };
export const hash: FieldKind = { type: 'text', length: 64 };
