import { stringify } from 'lossless-json';
import type { Cache } from '../../cache/database/database.ts';
import { misfit } from '../../cache/schema/column-fit.ts';
import type { Completeness } from '../../cache/streams/completeness.ts';
import { contentHash } from '../../cache/sync/content-hash.ts';
import { keylessDoubt } from '../../connectors/damaged-record.ts';
import type { MappedRecord } from '../../connectors/mapped-record.ts';
import { chunks } from '../pass/chunks.ts';
import { completenessOf, isComplete } from '../pass/completeness.ts';
import { recordDigest } from './record-digest.ts';
import { absent, type RecordState, rejected, type Sides, unknown, withoutRows } from './record-state.ts';

/** Records asked for in one go. */
const CHUNK = 1_000;
/** Records that one more read of the list is searched for at once: so many states are kept while it lasts. */
const SOUGHT_AT_ONCE = 100_000;

export interface ListPart {
  states: Map<string, RecordState>;
  /** Whether the whole list has come; on the last part only. */
  completeness: Completeness | null;
}

/**
 * Everything the source lists, page by page, as the mapping reads it now. Throws SOURCE_INCOMPLETE where fewer records
 * come than the source counts.
 */
export async function* readList(sides: Sides, sought?: ReadonlySet<string>): AsyncGenerator<ListPart> {
  const { request, mapping } = sides;
  const { connector, stream, cache, signal } = request;
  let read = 0;
  let keyless = 0;
  for await (const page of connector.pull(stream, { since: null, resume: null }, signal)) {
    read += page.records.length;
    for (const { isKeyless } of page.records) if (isKeyless) keyless += 1;
    const records = sought ? page.records.filter(({ key }) => sought.has(key)) : page.records;
    const states = statesOf(await mapping.mapPage(records), cache, { hashed: sought !== undefined });
    const completeness = page.next === null ? completenessOf(page.evidence, read, request) : null;
    yield { states, completeness: completeness && keyless > 0 ? doubted(completeness, keyless) : completeness };
  }
  signal.throwIfAborted();
}

/** However many records came: one that is missing may be one of those whose keys cannot be read. */
function doubted(completeness: Completeness, keyless: number): Completeness {
  if (!isComplete(completeness)) return completeness;
  return { ...completeness, status: 'UNKNOWN', reason: keylessDoubt(keyless) };
}

/**
 * What the source says of these records now, a part at a time. A source that cannot be asked by key is read once more
 * and its list searched; what is not in a list that may be cut is `unknown`. Rows are kept where `isDetailed` says so.
 */
export async function* askSource(
  sides: Sides,
  keys: readonly string[],
  isDetailed: (key: string) => boolean,
): AsyncGenerator<Map<string, RecordState>> {
  const { connector, stream } = sides.request;
  if (connector.asksByKey(stream)) {
    for (const some of chunks(keys, CHUNK)) yield await readSourceKeys(sides, some);
  } else {
    for (const some of chunks(keys, SOUGHT_AT_ONCE)) yield await searchList(sides, some, isDetailed);
  }
}

/** What the source says of these records when it is asked for their keys; what it does not have is `absent`. */
export async function readSourceKeys(
  { request, mapping }: Sides,
  keys: readonly string[],
): Promise<Map<string, RecordState>> {
  const { connector, stream, cache, signal } = request;
  const states = new Map<string, RecordState>(keys.map((key) => [key, absent]));
  const found = await connector.readByKeys(stream, keys, signal);
  for (const [key, state] of statesOf(await mapping.mapPage(found), cache, { hashed: true })) states.set(key, state);
  return states;
}

async function searchList(
  sides: Sides,
  keys: readonly string[],
  isDetailed: (key: string) => boolean,
): Promise<Map<string, RecordState>> {
  const found = new Map<string, RecordState>();
  let others = unknown;
  for await (const { states, completeness } of readList(sides, new Set(keys))) {
    for (const [key, state] of states) {
      if (isLater(state, found.get(key))) found.set(key, isDetailed(key) ? state : withoutRows(state));
    }
    if (completeness && isComplete(completeness)) others = absent;
  }
  return new Map(keys.map((key) => [key, found.get(key) ?? others]));
}

/** Of a record that a list gives more than once, the latest version counts; without versions, what came last. */
function isLater({ given }: RecordState, before: RecordState | undefined): boolean {
  return !before?.given?.version || !given?.version || given.version >= before.given.version;
}

type FitCache = Pick<Cache, 'dialect' | 'mostBytes'>;

function statesOf(
  mapped: readonly MappedRecord[],
  cache: FitCache,
  { hashed }: { hashed: boolean },
): Map<string, RecordState> {
  return new Map(mapped.map((one) => [one.record.key, stateOf(one, cache, hashed)]));
}

function stateOf(mapped: MappedRecord, cache: FitCache, hashed: boolean): RecordState {
  const { key, version, data } = mapped.record;
  const given = { version, contentHash: hashed ? contentHash(data) : null };
  switch (mapped.outcome) {
    case 'mapped':
      if (misfit(mapped, stringify(data) ?? '', cache) !== null) return rejected;
      return { digest: recordDigest(key, mapped.rows), rows: mapped.rows, given };
    case 'deleted':
      return { ...absent, given };
    case 'rejected':
      return rejected;
  }
}
