import type { Cache } from '../../cache/database/database.ts';
import { type BreakerStore, createBreakerStore } from '../../cache/streams/breaker-store.ts';
import type { Log } from '../../config/observability/log.ts';
import type { SourceNotices } from '../../connectors/source-notices.ts';

/** What the connectors of one process tell about their sources. */
export interface SourceHealth {
  noticesOf(system: string): SourceNotices;
  /** Tries since the process began: system → outcome → how many. */
  readonly tries: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Resolves when everything that was told is written down. */
  settled(): Promise<void>;
}

/** Writes breakers into the cache, where every process sees them, and counts tries. */
export function createSourceHealth(cache: Cache, log: Log): SourceHealth {
  const breakers: BreakerStore = createBreakerStore(cache);
  const tries = new Map<string, Map<string, number>>();
  /** One after the other, so that the last word is the last row. */
  let writing: Promise<void> = Promise.resolve();

  return {
    tries,
    noticesOf(system) {
      const counts = new Map<string, number>();
      tries.set(system, counts);
      return {
        breaker(note) {
          if (note.state === 'OPEN') log.debug({ source: system, until: note.until }, `${system} is left alone`);
          const written = writing.then(() => breakers.note({ system, ...note }));
          // It is for people to see; the source is read all the same.
          writing = written.catch((err: unknown) => log.debug({ source: system, err }, 'A breaker was not noted'));
        },
        tried: (outcome) => void counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
      };
    },
    settled: () => writing,
  };
}
