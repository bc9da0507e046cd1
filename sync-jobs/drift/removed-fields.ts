import { type Field, TYPES } from './shape.ts';

/** A field that the records carry no more. */
export interface Removed {
  /** From the record down. */
  names: readonly string[];
  types: number;
  /** Holders in a row that lacked it. */
  lacking: number;
  /** Every holder carried it since there was one that did, so that its absence is no chance. */
  steady: boolean;
  /** Makes it unknown. */
  accept(): void;
}

interface RemovedRequest {
  root: Field;
  /** The page just read: what the counts leave out, because it was counted before, is evidence here. */
  page: { records: number; carries(field: Field): boolean };
  /** How many records a pass had read when it had read the whole stream; null before. */
  wholeRead: number | null;
}

/** So many holders in a row without a field prove that it is gone, when so many and no others had carried it … */
const ENOUGH_STEADY = 20;
const KNOWN_STEADY = 200;
/** … and so many more, the rarer it was, for one that comes and goes. */
const ENOUGH_RARE = 1_000;
const TIMES_EXPECTED = 20;
/** A table of fewer records proves nothing. */
const SMALLEST_TABLE = 3;

/**
 * The fields that are gone, each without those below it. Absence is evidence only where a field was expected: a null
 * is no absence, and what one page of sparse records lacks may be on the next.
 */
export function removedFields({ root, page, wholeRead }: RemovedRequest): Removed[] {
  const found: Removed[] = [];
  const search = (holder: Field, names: readonly string[]) => {
    for (const [name, field] of holder.fields) {
      const lacking = holder.holders - field.last;
      const expected = Math.max(1, field.last - field.first);
      const steady = field.carried >= expected;
      const share = Math.min(1, field.carried / expected);
      const onPage = holder === root && !page.carries(field) ? page.records : 0;
      const whole = holder === root ? wholeRead : null;
      if (isEnough({ lacking, share, steady, carried: field.carried, onPage, whole })) {
        const accept = () => void holder.fields.delete(name);
        found.push({ names: [...names, name], types: field.types, lacking, steady, accept });
      } else if (field.types & (TYPES.object | TYPES.list)) {
        search(field, [...names, name]);
      }
    }
  };
  search(root, []);
  return found;
}

function isEnough(evidence: {
  lacking: number;
  share: number;
  steady: boolean;
  carried: number;
  onPage: number;
  whole: number | null;
}): boolean {
  const { lacking, share, steady, carried, onPage, whole } = evidence;
  if (steady && carried >= KNOWN_STEADY && Math.max(lacking, onPage) >= ENOUGH_STEADY) return true;
  if (steady && whole !== null && carried >= SMALLEST_TABLE && whole >= SMALLEST_TABLE && lacking >= whole) return true;
  return lacking >= Math.max(ENOUGH_RARE, TIMES_EXPECTED / share);
}
