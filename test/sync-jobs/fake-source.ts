import type { Connector, KeyPage, Page, ReadEvidence, SourceRecord } from '../../connectors/connector.ts';
import type { JsonObject } from '../../schema/json.ts';
import { shiftInstant } from '../../schema/time.ts';

interface TruthRecord {
  key: string;
  version: string | null;
  deleted?: boolean;
  data: JsonObject;
}

export interface FakeSource {
  connector: Connector;
  /** What the source really holds; change it at will. */
  truth: Map<string, TruthRecord>;
  put(key: string, fields: JsonObject, version?: string | null): void;
  remove(key: string): void;
  /** The source's clock. */
  clock: { now: string; tick(milliseconds?: number): string };
  /** What was asked of it, in order: `pull <since> <resume>`, `read <keys>`, `scan`. */
  asked: string[];
  /** Throw before something happens: set and clear at will. */
  faults: {
    page?: ((index: number) => void | Promise<void>) | undefined;
    scan?: (() => void) | undefined;
    readByKeys?: ((keys: readonly string[]) => void | Promise<void>) | undefined;
    now?: (() => void) | undefined;
    /** What the scan claims instead of the truth. */
    scanned?: string[] | undefined;
    /** Keys of records that a page of the list gives once more. */
    again?: ((index: number) => readonly string[]) | undefined;
  };
  pageSize: number;
  /** So many records its lists show at most, without a word; null: all. */
  cut: number | null;
  /** What its lists prove at their end; set at will. */
  evidence: ReadEvidence;
  /** Whether it can be asked for single keys; set at will. */
  asksByKey: boolean;
}

/**
 * A source in memory with its own truth and its own clock. It pages by (version, key) with null versions first,
 * as an SQL source would, and its paging tokens survive changes in between.
 */
export function createFakeSource({ pageSize = 10 }: { pageSize?: number } = {}): FakeSource {
  const truth = new Map<string, TruthRecord>();
  let now = '2026-03-01T08:00:00.000000Z';
  const source: FakeSource = {
    truth,
    pageSize,
    cut: null,
    evidence: { total: null, doubt: null },
    asksByKey: true,
    faults: {},
    asked: [],
    clock: {
      get now() {
        return now;
      },
      set now(instant: string) {
        now = instant;
      },
      tick(milliseconds = 1_000) {
        now = shiftInstant(now, milliseconds);
        return now;
      },
    },
    put(key, fields, version = source.clock.tick()) {
      truth.set(key, { key, version, data: { ...fields, id: key, changed: version } });
    },
    remove(key) {
      truth.delete(key);
    },
    connector: {
      check: async () => [],
      discover: async () => [],
      pull: (_stream, { since, resume }, signal) => pages(source, since, resume, signal),
      asksByKey: () => source.asksByKey,
      readByKeys: async (_stream, keys) => {
        source.asked.push(`read ${keys.length}`);
        await source.faults.readByKeys?.(keys);
        // Without a query by key, it is the list that is searched.
        const shown = new Set(source.asksByKey ? truth.keys() : listed(source, null).map(({ key }) => key));
        return keys.flatMap((key) => {
          const record = truth.get(key);
          return record && shown.has(key) ? [asGiven(record)] : [];
        });
      },
      scanKeys: (_stream, signal) => scan(source, signal),
      now: async () => {
        source.faults.now?.();
        return now;
      },
      close: async () => undefined,
    },
  };
  return source;
}

async function* pages(
  source: FakeSource,
  since: string | null,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  source.asked.push(`pull ${since} ${resume}`);
  let position = resume;
  for (let index = 0; ; index += 1) {
    await source.faults.page?.(index);
    signal.throwIfAborted();
    const from = position;
    const rest = listed(source, since)
      .map((record) => ({ record, at: positionOf(record) }))
      .filter(({ at }) => from === null || at > from);
    const page = rest.slice(0, source.pageSize);
    position = page.at(-1)?.at ?? position;
    const last = rest.length <= source.pageSize;
    const again = (source.faults.again?.(index) ?? []).flatMap((key) => source.truth.get(key) ?? []);
    const records = [...page.map(({ record }) => record), ...again].map(asGiven);
    yield last ? { records, next: null, evidence: source.evidence } : { records, next: position };
    if (last) return;
  }
}

/** What a list shows: in order, and no more than the source lets it. */
function listed({ truth, cut }: FakeSource, since: string | null): TruthRecord[] {
  const all = [...truth.values()].filter(({ version }) => since === null || (version !== null && version >= since));
  all.sort((a, b) => (positionOf(a) < positionOf(b) ? -1 : 1));
  return all.slice(0, cut ?? all.length);
}

async function* scan(source: FakeSource, signal: AbortSignal): AsyncGenerator<KeyPage> {
  source.asked.push('scan');
  source.faults.scan?.();
  signal.throwIfAborted();
  const claimed = source.faults.scanned;
  const all = listed(source, null).filter(({ key }) => !claimed || claimed.includes(key));
  for (let start = 0; start < all.length; start += source.pageSize) {
    yield { keys: all.slice(start, start + source.pageSize).map(({ key, version }) => ({ key, version })) };
  }
  yield { keys: [], evidence: source.evidence };
}

/** Paging by position and not by offset: what is inserted or deleted meanwhile shifts nothing. */
function positionOf({ version, key }: TruthRecord): string {
  return `${version ?? ''}|${key}`;
}

function asGiven({ key, version, deleted = false, data }: TruthRecord): SourceRecord {
  return { key, version, deleted, data: structuredClone(data) };
}

/** An instant so many seconds after the fake source's first one. */
export function at(seconds: number): string {
  return shiftInstant('2026-03-01T08:00:00.000000Z', seconds * 1_000);
}
