import type { FieldKind } from '../../schema/fields.ts';

/** For reading and writing columns that are no field of a canonical record. */
export const instant = { type: 'instant' } as const satisfies FieldKind;
