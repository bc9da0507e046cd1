import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { SourceRecord } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import type { EntityReader } from './entity-reader.ts';
import type { OdataService } from './service.ts';
import type { Entity, PartialList } from './wire.ts';

export interface RecordTarget {
  service: OdataService;
  reader: EntityReader;
  stream: string;
  resource: string;
  /** The navigation properties asked for, as they stand in the address. */
  expand: string | undefined;
  pageSize: number;
}

/** Entities whose lists are completed at the same time. */
const AT_ONCE = 8;
/** Bounds of one list inside a record; what is longer is no part of a record. */
const MAX_PAGES = 1_000;
const MAX_ELEMENTS = 100_000;
const MAX_DEPTH = 5;

/**
 * The records of entities, with every list inside them in full: where the server gave only a part of one, the rest is
 * read by its next links. A record with a list that cannot be completed is damaged, and so put aside: a cut list must
 * not pass for the whole.
 */
export async function wholeRecords(
  target: RecordTarget,
  entities: readonly Entity[],
  signal: AbortSignal,
): Promise<SourceRecord[]> {
  const records = recordsOfItems(entities, target.reader.recordOf);
  const partial = records.flatMap((record, i) => {
    const lists = entities[i]?.partial ?? [];
    return lists.length > 0 && !record.deleted && record.damage === undefined ? [{ record, lists }] : [];
  });
  if (!defends('whole lists')) return records;
  for (let i = 0; i < partial.length; i += AT_ONCE) {
    await Promise.all(
      partial.slice(i, i + AT_ONCE).map(({ record, lists }) => makeWhole(target, record, lists, signal)),
    );
  }
  return records;
}

async function makeWhole(
  target: RecordTarget,
  record: SourceRecord,
  lists: readonly PartialList[],
  signal: AbortSignal,
): Promise<void> {
  for (const list of lists) {
    const missing = await complete(target, list, 1, signal);
    if (missing === null) continue;
    record.damage = `${list.path}: ${missing}. A record is not stored with a part of a list`;
    return;
  }
}

/** Adds what is missing of a list; what is still missing then, or null. */
async function complete(
  target: RecordTarget,
  { path, elements, link: first, count: told, changesOnly }: PartialList,
  depth: number,
  signal: AbortSignal,
): Promise<string | null> {
  if (changesOnly) return 'expected the list, got only what changed in it';
  if (depth > MAX_DEPTH) return `expected lists inside lists to end after ${MAX_DEPTH} levels, got more`;
  const { service, stream, resource, pageSize } = target;
  const seen = new Set<string>();
  let count = told;
  for (let link = first; link !== null; ) {
    if (seen.has(link)) return `expected a new next link, got the same one twice after ${elements.length} elements`;
    if (seen.size >= MAX_PAGES || elements.length > MAX_ELEMENTS) {
      return `expected at most ${MAX_ELEMENTS} elements on ${MAX_PAGES} pages, got more`;
    }
    seen.add(link);
    try {
      const page = await service.elements({ stream, resource, path, link, pageSize }, signal);
      for (const inner of page.partial) {
        const missing = await complete(target, inner, depth + 1, signal);
        if (missing !== null) return missing;
      }
      for (const element of page.elements) elements.push(element);
      count ??= page.count;
      link = page.nextLink;
    } catch (error) {
      if (!(error instanceof HubError) || !refusals.has(error.code)) throw error;
      return `got ${elements.length} elements and a next link that could not be followed (${error.message})`;
    }
  }
  // An expansion with $top or $skip of its own is meant to be a part.
  if (count === null || elements.length >= count || /\$(?:top|skip)\s*=/i.test(target.expand ?? '')) return null;
  return `expected ${count} elements, as the source counts them, got ${elements.length} and no link to more`;
}

/** What will be no better in a moment. Anything else fails the page, which is then read again. */
const refusals = new Set(['SOURCE_PROTOCOL', 'SOURCE_NOT_FOUND', 'SOURCE_FORBIDDEN', 'SOURCE_CURSOR_EXPIRED']);
