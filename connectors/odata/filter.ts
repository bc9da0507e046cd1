import { defends } from '../../config/defences.ts';
/** One place of an order, with the literal of the last record read. */
export interface Bound {
  field: string;
  literal: string;
}

/** What lies after a place in the order of these fields: `(a gt 1 or (a eq 1 and b gt 2))`. */
export function after(bounds: readonly Bound[]): string {
  return tuple(bounds, 'gt');
}

/** What lies at or after a place in the order of these fields. */
export function atOrAfter(bounds: readonly Bound[]): string {
  return tuple(bounds, 'ge');
}

function tuple(bounds: readonly Bound[], last: 'gt' | 'ge'): string {
  const told = defends('tie order') ? bounds : bounds.slice(0, 1);
  const terms = told.map(({ field, literal }, index) => {
    const equal = bounds.slice(0, index).map((bound) => `${bound.field} eq ${bound.literal}`);
    const operator = index === told.length - 1 ? last : 'gt';
    const term = [...equal, `${field} ${operator} ${literal}`].join(' and ');
    return equal.length > 0 ? `(${term})` : term;
  });
  return terms.length > 1 ? `(${terms.join(' or ')})` : (terms[0] ?? '');
}

export function isNull(field: string): string {
  return `${field} eq null`;
}

export function isNotNull(field: string): string {
  return `${field} ne null`;
}

/** All of these conditions; empty ones are left out. */
export function allOf(conditions: readonly (string | undefined)[]): string | undefined {
  const given = conditions.filter((condition) => condition !== undefined && condition !== '');
  if (given.length <= 1) return given[0];
  return given.map((condition) => (/ (or|and) /.test(condition ?? '') ? `(${condition})` : condition)).join(' and ');
}

/** Records that have one of these keys. */
export function anyOfKeys(keys: readonly (readonly Bound[])[]): string {
  const terms = keys.map((parts) => parts.map(({ field, literal }) => `${field} eq ${literal}`).join(' and '));
  return terms.map((term) => (term.includes(' and ') ? `(${term})` : term)).join(' or ');
}
