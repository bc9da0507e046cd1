import { z } from 'zod';
import type { Page, ReadEvidence } from '../connector.ts';
import { readResume } from '../read-resume.ts';
import type { RestList } from './read-page.ts';

/** Which list is read, where in it, and what those before it proved at their end. */
const placeText = z.strictObject({
  list: z.int().min(0),
  resume: z.string().nullable(),
  evidence: z
    .strictObject({ total: z.int().nullable(), came: z.int().nullable(), doubt: z.string().nullable() })
    .nullable(),
});
type Place = z.infer<typeof placeText>;

/**
 * Reads several lists one after the other as one: the answers to several questions. A record that is in more than one
 * comes more than once. A single list is read as it is.
 */
export async function* readInTurn(
  lists: readonly RestList[],
  read: (list: RestList, resume: string | null) => AsyncIterable<Page>,
  resume: string | null,
): AsyncGenerator<Page> {
  const [only] = lists;
  if (!only) return;
  if (lists.length === 1) return yield* read(only, resume);
  let place: Place = resume === null ? { list: 0, resume: null, evidence: null } : readResume(placeText, resume, only);
  for (let list = lists[place.list]; list; list = lists[place.list]) {
    for await (const page of read(list, place.resume)) {
      const { evidence, next, ...rest } = page;
      const proved = next === null ? both(place.evidence, evidence) : place.evidence;
      place = next === null ? { list: place.list + 1, resume: null, evidence: proved } : { ...place, resume: next };
      if (lists[place.list]) yield { ...rest, next: JSON.stringify(place) };
      else yield { ...rest, next: null, ...(proved ? { evidence: evidenceOf(proved) } : {}) };
    }
  }
}

type Proved = NonNullable<Place['evidence']>;

/** All came where all of each list came. A total counts only where every list has one, and where it is of the same kind. */
function both(before: Proved | null, evidence: ReadEvidence | undefined): Proved {
  const { total = null, came = null, doubt } = evidence ?? { doubt: 'the source gives no sign of the end of a list' };
  if (before === null) return { total, came, doubt };
  const isCounted = before.total !== null && total !== null && (before.came === null) === (came === null);
  return {
    total: isCounted ? (before.total ?? 0) + (total ?? 0) : null,
    came: isCounted && came !== null ? (before.came ?? 0) + came : null,
    doubt: before.doubt ?? doubt,
  };
}

function evidenceOf({ total, came, doubt }: Proved): ReadEvidence {
  return { total, doubt, ...(came === null ? {} : { came }) };
}
