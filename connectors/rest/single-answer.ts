import type { Page } from '../connector.ts';
import { evidenceOf, further, looksCut, noProgress } from './list-end.ts';
import { type RestList, readPage } from './read-page.ts';
import type { RestPaging } from './settings.ts';

/** Reads a list that comes in one answer; `paging` is null where the settings do not say that it does. */
export async function* singleAnswer(
  list: RestList,
  paging: Extract<RestPaging, { type: 'none' }> | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const page = await readPage(list, paging, { by: list.query }, signal);
  const { records } = page;
  const doubt = paging === null && looksCut(list, records.length) ? perhapsCut(list, records.length) : null;
  yield { records, next: null, evidence: evidenceOf(list, paging, page, further(noProgress, page), doubt) };
}

function perhapsCut({ sizes }: RestList, came: number): string {
  const like = sizes.includes(came) ? 'the size of a page' : 'a round number';
  return (
    `the settings have no \`paging\` and ${came} records came, which is ${like}: the source may have more. Set \`paging\` to ` +
    'how the source pages, or to `{ type: none }` if one answer holds all'
  );
}
