import { defends } from '../../config/defences.ts';
import type { Progress } from './list-end.ts';
import { printOf, type RestList, type RestPage } from './read-page.ts';
import type { RestPaging } from './settings.ts';

interface Repeated {
  /** The page that holds the same records as the one before. */
  page: RestPage;
  /** How many different pages came before it. */
  pages: number;
  /** How many records a full page has. */
  size: number;
  /** Of the pages before. */
  progress: Progress;
  /** Reads the page after it. */
  after(): Promise<RestPage>;
  /** Whether it proves the end where the page after it is empty. */
  endsBeforeEmpty: boolean;
}

/**
 * Some sources answer a page after the last with the last one once more. null where that cannot be told from a source
 * that does not heed what page it is asked for, or from one that gave an old answer by mistake.
 */
export async function endByRepeatedPage(
  paging: RestPaging,
  { page, pages, size, progress, after, endsBeforeEmpty }: Repeated,
): Promise<{ doubt: string | null } | null> {
  if (!defends('ends of lists')) return null;
  if (paging.stop.repeatedPage || page.more === false) return { doubt: null };
  const total = page.total.records ?? page.signs.records?.value ?? null;
  if (total !== null && total > 0 && total <= progress.came) return { doubt: null };
  if (pages < 2) return null;
  const { records } = await after();
  if (records.length === 0 && endsBeforeEmpty) return { doubt: null };
  if (printOf(records) !== printOf(page.records)) return null;
  return { doubt: page.records.length < size ? null : fullPageAgain };
}

const fullPageAgain =
  'the source gave its last page again, and a full one may be where it stops to count; `totalPath` or ' +
  '`stop: { repeatedPage: true }` in `paging` settles it';

export function standsStill({ api, stream }: RestList, parameter: string) {
  return api.protocolError(
    `${stream}: expected the next page, got the same one again; is \`${parameter}\` what the source calls it? If the ` +
      'source repeats the last page where a list ends, set `stop: { repeatedPage: true }` in `paging`',
    stream,
  );
}

export function tooLively({ api, stream }: RestList) {
  return api.protocolError(
    `${stream}: expected pages that stay the same while they are read, got other ones again and again; give the list a ` +
      'fixed order by `params` (such as sort: modified,id)',
    stream,
  );
}
