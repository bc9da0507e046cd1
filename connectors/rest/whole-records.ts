import pLimit from 'p-limit';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { JsonValue } from '../../schema/json.ts';
import type { SourceRecord } from '../connector.ts';
import type { RestApi } from './api.ts';
import { compilePartialLists, furtherElements, type PartialList } from './nested-lists.ts';
import type { RestStream } from './settings.ts';

/** How many records of a page are completed at once. */
const PARALLEL_RECORDS = 4;
/** How many links one record may need until it is whole. */
const MAX_LINKS = 1_000;

interface WholeRecords {
  api: RestApi;
  /** The name of the stream. */
  name: string;
  stream: RestStream;
}

/**
 * Compiles how records are made whole whose answer holds a part of a list only: its links are followed to the end. A
 * record whose list cannot be read on is damaged, and goes to quarantine with the reason.
 */
export function compileWholeRecords({
  api,
  name,
  stream,
}: WholeRecords): (records: readonly SourceRecord[], signal: AbortSignal) => Promise<SourceRecord[]> {
  const partialOf = compilePartialLists(stream);

  async function whole(record: SourceRecord, signal: AbortSignal): Promise<SourceRecord> {
    if (record.deleted || record.damage !== undefined || !partialOf || !defends('whole lists')) return record;
    let links = 0;
    for (let partial = partialOf(record.data); partial !== null; partial = partialOf(record.data)) {
      const read = await readOn(partial, MAX_LINKS - links, signal);
      if (typeof read === 'string') return { ...record, damage: `${partial.at}: ${read}` };
      links += read.links;
      partial.settle(read.elements);
    }
    return record;
  }

  /** All elements of a list, or why they cannot be had. */
  async function readOn(
    partial: PartialList,
    linksLeft: number,
    signal: AbortSignal,
  ): Promise<{ elements: JsonValue[]; links: number } | string> {
    const elements = [...partial.elements];
    const seen = new Set<string>();
    const expected = () => `expected the whole list, got ${elements.length} elements`;
    if (partial.link === null) return `${expected()} and ${partial.why}, and no address of the rest. ${advice}`;
    for (let link: string | null = partial.link; link !== null; ) {
      if (seen.has(link)) return `${expected()} and the same link twice. ${advice}`;
      if (seen.size >= linksLeft) return `${expected()} after ${MAX_LINKS} links. ${advice}`;
      seen.add(link);
      const body = await follow(link, signal);
      if (body instanceof HubError) return `${expected()}; reading on failed with ${body.code}: ${body.message}`;
      const further = furtherElements(body, partial.name);
      if (further === null) return `${expected()}, and no list behind its link ${link.slice(0, 200)}. ${advice}`;
      elements.push(...further.elements);
      if (further.why !== null) return `${expected()} and ${further.why}, and no address of the rest. ${advice}`;
      link = further.link;
    }
    return { elements, links: seen.size };
  }

  async function follow(link: string, signal: AbortSignal): Promise<JsonValue | HubError> {
    try {
      const asked = { link: api.linkFrom(stream.resource, link, name) };
      return (await api.get({ stream: name, asked, records: { lists: [] } }, signal)).json();
    } catch (error) {
      if (error instanceof HubError && ownFaults.has(error.code)) return error;
      throw error;
    }
  }

  return (records, signal) => {
    const limit = pLimit(PARALLEL_RECORDS);
    if (!partialOf) return Promise.resolve([...records]);
    return Promise.all(records.map((record) => limit(() => whole(record, signal))));
  };
}

const advice = 'Let the source give all elements at once, or read the list as a stream of its own';

/** Faults of one link; all others are the source's, and pass or stop the whole pass. */
const ownFaults = new Set(['SOURCE_NOT_FOUND', 'SOURCE_FORBIDDEN', 'SOURCE_PROTOCOL', 'SOURCE_CURSOR_EXPIRED']);
