import { chunks } from '../pass/chunks.ts';
import { readCacheKeys } from './cache-side.ts';
import { agree, type Look } from './comparison.ts';
import { digestNumber } from './record-digest.ts';
import {
  absent,
  isAbsent,
  type RecordState,
  rejected,
  type Sides,
  sameState,
  unknown,
  withoutRows,
} from './record-state.ts';
import { askSource } from './source-side.ts';

export interface Standing {
  source: RecordState;
  cache: RecordState;
}

/** What a second look says of the records that differed. Each is in one of these, and once. */
export interface Rechecked {
  /** The source said the same twice, and the cache says something else; or it could not be heard twice (`unknown`). */
  standing: Map<string, Standing>;
  /** Both sides agree now; the state they agree on. */
  settled: Map<string, RecordState>;
  /** Said something else by the source each time. */
  moving: Map<string, Standing>;
  /** Does not fit; whether the cache shows an older state. */
  rejected: Map<string, boolean>;
  /** Records of the cache of which the source cannot be heard. */
  unseen: number;
}

interface Recheck {
  /** Records on which both sides agree, of which the source had not been asked before, are added to it. */
  look: Pick<Look, 'agreed' | 'reread'>;
  /** Called before each round, with the keys that are open and what the source said of them. */
  before?: (open: ReadonlyMap<string, RecordState>) => Promise<unknown>;
}

const ROUNDS = 3;
const CHUNK = 1_000;
/** Records of which the rows are kept, to name the fields that differ. */
const DETAILED = 1_000;

/**
 * Asks both sides once more about records that differed, and writes nothing. The source must say the same twice for a
 * difference to stand; one that keeps changing its word is asked three times. Where it cannot be asked by key, one more
 * read of its list answers for all records together, and a second one only for those it was not heard on before.
 */
export async function recheck(
  sides: Sides,
  suspects: ReadonlyMap<string, RecordState>,
  { look, before: beforeRound }: Recheck,
): Promise<Rechecked> {
  const { connector, stream } = sides.request;
  const byKey = connector.asksByKey(stream);
  const result: Rechecked = {
    standing: new Map(),
    settled: new Map(),
    moving: new Map(),
    rejected: new Map(),
    unseen: 0,
  };
  const detailed = new Set([...suspects.keys()].sort().slice(0, DETAILED));
  const isDetailed = (key: string) => detailed.has(key);
  let open = suspects;
  for (let round = 0; round < ROUNDS && open.size > 0; round += 1) {
    await beforeRound?.(open);
    const next = new Map<string, RecordState>();
    for await (const answers of askSource(sides, [...open.keys()], isDetailed)) {
      if (byKey) look.reread += answers.size;
      for (const keys of chunks([...answers.keys()], CHUNK)) {
        const cached = await readCacheKeys(sides, keys);
        for (const key of keys) {
          const [then, source, cache] = [open, answers, cached].map((side) => side.get(key) ?? absent) as [
            RecordState,
            RecordState,
            RecordState,
          ];
          const standing = isDetailed(key) ? { source, cache } : withoutAllRows({ source, cache });
          if (source === unknown && cache.live) result.unseen += 1;
          // Rows under a tombstone are wrong whatever the source has.
          else if (source === unknown && then === unknown) result.standing.set(key, { ...standing, source: absent });
          else if (source === unknown) result.standing.set(key, standing);
          else if (source === rejected) result.rejected.set(key, cache.live === true);
          else if (sameState(cache, source) && then === unknown) agreeOn(look, source);
          else if (sameState(cache, source) || sameState(cache, then)) result.settled.set(key, withoutRows(cache));
          else if (sameState(then, source)) result.standing.set(key, standing);
          else if (byKey || then === unknown) next.set(key, withoutRows(source));
          else result.moving.set(key, withoutAllRows(standing));
        }
      }
    }
    open = next;
  }
  for (const keys of chunks([...open.keys()], CHUNK)) {
    const cached = await readCacheKeys(sides, keys);
    for (const key of keys) {
      const one = { source: open.get(key) ?? absent, cache: cached.get(key) ?? absent };
      result.moving.set(key, withoutAllRows(one));
    }
  }
  return result;
}

function agreeOn(look: Pick<Look, 'agreed'>, state: RecordState): void {
  if (!isAbsent(state)) agree(look, 1, digestNumber(state.digest));
}

function withoutAllRows({ source, cache }: Standing): Standing {
  return { source: withoutRows(source), cache: withoutRows(cache) };
}
