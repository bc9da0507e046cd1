import type { SourceRecord } from '../../connector.ts';
import { recordsAskedFor } from '../../damaged-record.ts';
import { allOf, anyOfKeys } from '../filter.ts';
import { wholeRecords } from '../whole-records.ts';
import type { PullTarget } from './keyset-pull.ts';

/** Addresses over two thousand characters are cut or refused on the way. */
const MAX_FILTER = 1_400;
/** Pages of one answer; there are no more than keys in an address. */
const MAX_PAGES = 1_000;

/**
 * The records with these keys. A key that is not in an answer may be gone, or cut off by a server that gives few
 * records at once: what is missing is asked for again until an answer brings nothing new.
 */
export async function readEntitiesByKeys(
  target: PullTarget,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<SourceRecord[]> {
  const found: SourceRecord[] = [];
  for (const chunk of chunksOf(target, keys)) {
    for (let missing = chunk; missing.length > 0; ) {
      const records = recordsAskedFor(await readChunk(target, missing, signal), missing);
      const wanted = new Set(missing);
      // What was not asked for is no answer: a source may not look at the filter.
      const asked = records.filter(({ key }) => wanted.has(key));
      found.push(...asked);
      const came = new Set(asked.map(({ key }) => key));
      const left = missing.filter((key) => !came.has(key));
      missing = left.length < missing.length ? left : [];
    }
  }
  return found;
}

async function readChunk(target: PullTarget, keys: readonly string[], signal: AbortSignal): Promise<SourceRecord[]> {
  const { service, reader, stream, resource, expand, pageSize } = target;
  const condition = anyOfKeys(keys.map(reader.keyOf));
  const query = { $filter: allOf([target.filter, condition]), $select: reader.select(), $expand: expand };
  const records: SourceRecord[] = [];
  let link: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await service.page({ stream, resource, query, pageSize, link }, signal);
    records.push(...(await wholeRecords(target, page.items, signal)));
    if (page.nextLink === null) return records;
    if (page.nextLink === link) break;
    link = page.nextLink;
  }
  throw service.protocolError(`${stream}: expected a last page of the records asked for, got ${link} again`, stream);
}

function* chunksOf({ reader }: PullTarget, keys: readonly string[]): Generator<string[]> {
  let chunk: string[] = [];
  let length = 0;
  for (const key of keys) {
    const size = encodeURIComponent(anyOfKeys([reader.keyOf(key)])).length + 10;
    if (chunk.length > 0 && length + size > MAX_FILTER) {
      yield chunk;
      chunk = [];
      length = 0;
    }
    chunk.push(key);
    length += size;
  }
  if (chunk.length > 0) yield chunk;
}
