import type { Selection } from '../rpc-dialect.ts';
import { wrappedInstant } from './tryton-values.ts';

export type Clause = unknown;

/** The domain of a selection: the stream's own, what changed since, and where the last page ended. */
export function domainOf({ stream, since, after, ids }: Selection, zone: string): Clause[] {
  const domain: Clause[] = [...stream.domain];
  if (ids !== undefined) domain.push(['id', 'in', ids.map(Number)]);
  if (after !== null) domain.push(['id', '>', Number(after)]);
  if (since !== null && stream.cursor)
    domain.push(changedSince([stream.cursor.field].flat(), stream.touchedBy, since, zone));
  return domain;
}

/**
 * `write_date` is empty until the first edit, so each stamp counts only where those before it are empty. Records
 * with no stamp at all are read every time: nothing tells when they change.
 */
function changedSince(stamps: readonly string[], touchedBy: readonly string[], since: string, zone: string): Clause {
  const from = wrappedInstant(since, zone);
  const own = stamps.map((stamp, i) => [...stamps.slice(0, i).map(isEmpty), [stamp, '>=', from]]);
  const linked = touchedBy.map((stamp) => [stamp, '>=', from]);
  return ['OR', ...own, stamps.map(isEmpty), ...linked];
}

function isEmpty(field: string): Clause {
  return [field, '=', null];
}
