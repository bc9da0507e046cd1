import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { Page, ReadEvidence } from '../connector.ts';
import { isCutLength } from '../cut-length.ts';
import { readResume } from '../read-resume.ts';
import { askedSizes } from './asked-sizes.ts';
import { type GraphqlList, type ListPage, readListPage } from './read-list.ts';
import type { GraphqlPaging } from './settings.ts';

/** Where a pass stands: the cursor of the last page, the number of all records as it was told, and how many came. */
const placeText = z.strictObject({
  after: z.string(),
  total: z.int().min(0).nullable(),
  came: z.int().min(0),
});

/** Pages without records but with a next one that are followed in a row. */
const MAX_EMPTY_PAGES = 50;

type CursorPaging = Extract<GraphqlPaging, { type: 'cursor' | 'none' }> | undefined;

/** Reads a connection by its cursors. A plain list has none: its one answer is all that can be had of it. */
export async function* cursorPages(
  list: GraphqlList,
  paging: CursorPaging,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const { api, name } = list;
  const { variable, sizeVariable } = paging?.type === 'cursor' ? paging : { variable: 'after', sizeVariable: 'first' };
  let place = resume === null ? null : readResume(placeText, resume, { stream: name });
  let before = new Set<string>();
  let empty = 0;
  const seen = new Set<string>();
  for (;;) {
    const asked = { [sizeVariable]: list.pageSize, [variable]: place?.after ?? null };
    const page = await readListPage(list, asked, signal);
    const { records, hasNext, endCursor } = page;
    const fresh = records.filter(({ key }) => !before.has(key)).length;
    before = new Set(records.map(({ key }) => key));
    const total = smaller(place?.total ?? null, page.total);
    const came = (place?.came ?? 0) + fresh;
    if (hasNext !== true) {
      yield { records, next: null, evidence: evidenceOf(list, paging, page, { total, came }) };
      return;
    }
    const after = nextCursor(list, paging, endCursor, variable);
    place = { after, total, came };
    yield { records, next: JSON.stringify(place) };
    empty = records.length === 0 ? empty + 1 : 0;
    if (empty > MAX_EMPTY_PAGES && defends('bound of empty pages')) {
      const message = `expected records or the end, got ${empty} pages in a row without records and with hasNextPage: true`;
      throw api.protocolError(`${name}: ${message}`, name);
    }
    if (seen.has(after) && defends('loop detection')) {
      throw api.protocolError(`${name}: expected a new endCursor, got ${after} twice`, name);
    }
    seen.add(after);
  }
}

function nextCursor(
  { api, name, stream, declares }: GraphqlList,
  paging: CursorPaging,
  endCursor: string | null,
  variable: string,
): string {
  const { resource } = stream;
  if (paging?.type === 'none') {
    const message = `expected the whole list, got hasNextPage: true; leave \`paging\` out to read ${resource} by its cursors`;
    throw api.protocolError(`${name}: ${message}`, name);
  }
  if (!declares(variable)) {
    const message = `expected the query to declare $${variable} and ask for what comes after it, since hasNextPage is true`;
    throw api.protocolError(`${name}: ${message}`, name);
  }
  if (endCursor !== null) return endCursor;
  throw api.protocolError(
    `${name}: expected ${resource} to tell its endCursor beside hasNextPage: true; ask for it in pageInfo`,
    name,
  );
}

function evidenceOf(
  list: GraphqlList,
  paging: CursorPaging,
  { records, hasNext, isConnection }: ListPage,
  { total, came }: { total: number | null; came: number },
): ReadEvidence {
  const { stream, pageSize, isWindow, api, name } = list;
  const isCut = isCutLength(records.length, [pageSize, ...sizesOf(list)]);
  if (hasNext === null && (paging?.type === 'cursor' || (isConnection && paging === undefined))) {
    const message = `expected ${stream.resource} to tell whether there is more; ask for pageInfo { hasNextPage endCursor }`;
    throw api.protocolError(`${name}: ${message}`, name);
  }
  // Of what changed, some servers tell how many there are without the filter.
  const isOfWindow = total === null || total <= came || !isWindow || (hasNext === null && isCut);
  const told = isOfWindow ? total : null;
  if (hasNext === false || paging?.type === 'none') return { total: told, came, doubt: null };
  return { total: told, came, doubt: isCut && records.length > 0 ? perhapsCut(records.length) : null };
}

/** Sizes that the query asks for along the way to the list. */
function sizesOf({ stream: { query, variables, resource } }: GraphqlList): number[] {
  return [...askedSizes(query, variables)].flatMap(([path, size]) =>
    resource === path || resource.startsWith(`${path}.`) ? [size] : [],
  );
}

function perhapsCut(came: number): string {
  return (
    `the query asks for a plain list and ${came} records came, as many as were asked for or a round number: the server may ` +
    'have more. Set `paging` to how the list is paged, or to `{ type: none }` if one answer holds all'
  );
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
