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
    readByKeys?: ((keys: readonly string[]) => void) | undefined;
    now?: (() => void) | undefined;
    /** What the scan claims instead of the truth. */
    scanned?: string[] | undefined;
  };
  pageSize: number;
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
        source.faults.readByKeys?.(keys);
        return keys.flatMap((key) => {
          const record = truth.get(key);
          return record ? [asGiven(record)] : [];
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
    const ordered = [...source.truth.values()].map((record) => ({ record, at: positionOf(record) }));
    ordered.sort((a, b) => (a.at < b.at ? -1 : 1));
    const rest = ordered.filter(
      ({ record, at }) =>
        (since === null || (record.version !== null && record.version >= since)) &&
        (position === null || at > position),
    );
    const page = rest.slice(0, source.pageSize);
    position = page.at(-1)?.at ?? position;
    const last = rest.length <= source.pageSize;
    const records = page.map(({ record }) => asGiven(record));
    yield last ? { records, next: null, evidence: source.evidence } : { records, next: position };
    if (last) return;
  }
}

async function* scan(source: FakeSource, signal: AbortSignal): AsyncGenerator<KeyPage> {
  source.asked.push('scan');
  source.faults.scan?.();
  signal.throwIfAborted();
  const claimed = source.faults.scanned;
  const all = [...source.truth.values()].filter(({ key }) => !claimed || claimed.includes(key));
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
