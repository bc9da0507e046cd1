import type { SqlValue } from '../wire.ts';

/**
 * How the values of one column are read, and how they go back into a statement. Which one a column has depends on its
 * type: of some types the driver's own value is not the one that the database holds, or is not what it sorts by.
 */
export interface ColumnForm {
  /** What is selected under the column's name: an SQL expression of the text that stands in the record. */
  shown: string;
  /** What is selected besides, where rows are sorted by something else than what is shown; null where they are not. */
  place: string | null;
  /** What was read as `place`, or as `shown`, as it is compared with the column. */
  placeOf(value: unknown): SqlValue;
  /** The values of the column that are shown as this text. None: the text stands for no value of its type. */
  valuesOf(text: string): SqlValue[];
}

/** A column as the database describes it, in a table or in the answer to a query. */
export interface SourceColumn {
  name: string;
  kind: ColumnKind;
  nullable: boolean;
  /** Of a text; null where it is not known. */
  charset: string | null;
  /** Characters of a text at most. */
  length: number;
  /** Digits of the fraction of seconds. */
  precision: number;
}

/** Types that are read and written alike. `filled`: shown with zeros in front; the number has none. */
export type ColumnKind =
  | 'whole'
  | 'filled whole'
  | 'decimal'
  | 'filled decimal'
  | 'float'
  | 'double'
  | 'bit'
  | 'date'
  | 'datetime'
  | 'time'
  | 'year'
  | 'text'
  | 'listed text'
  | 'bytes'
  | 'json'
  | 'geometry'
  | 'nothing';
