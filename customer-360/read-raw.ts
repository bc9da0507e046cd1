import { parse } from 'lossless-json';

/** The raw text of a source record. Numbers that JavaScript would write the same become numbers; others keep their digits as strings. */
export function readRaw(raw: string): unknown {
  return parse(raw, undefined, (digits) => (String(Number(digits)) === digits ? Number(digits) : digits));
}
