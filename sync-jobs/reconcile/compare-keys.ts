import type { StoredKey } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';

export interface KeyComparison {
  /** Live in the cache, not in the source's scan. */
  missing: string[];
  /** In the scan, but not in the cache, or there in an older version, or without a version to compare. */
  toRead: string[];
}

export interface CompareKeys {
  /** Key → version of a complete scan of the source. */
  scanned: ReadonlyMap<string, string | null>;
  /** Key → the live record in the cache. */
  known: ReadonlyMap<string, Pick<StoredKey, 'version'>>;
}

/** What reconcile has to look at, from the keys and versions of both sides. Pure. */
export function compareKeys({ scanned, known }: CompareKeys): KeyComparison {
  const missing = [...known.keys()].filter((key) => !scanned.has(key));
  // A source whose scan tells no versions at all is only compared by key.
  const versioned = [...scanned.values()].some((version) => version !== null);
  const toRead = [...scanned].flatMap(([key, version]) => {
    const cached = known.get(key);
    if (!cached) return [key];
    if (version === null) return versioned ? [key] : [];
    return cached.version === null || version > cached.version ? [key] : [];
  });
  return { missing, toRead };
}

/**
 * Throws SOURCE_SHRUNK when more than half of the known records are missing from a scan, or all of them: a login
 * that lost its rights or a source half restored looks just like that.
 */
export function guardShrink({
  system,
  stream,
  known,
  missing,
}: {
  system: string;
  stream: string;
  known: number;
  missing: number;
}): void {
  if (missing * 2 <= known || !defends('shrink guard')) return;
  throw new HubError(
    'SOURCE_SHRUNK',
    `Expected most of the ${known} known records of ${system}/${stream} in the source, but ${missing} of them are missing there; ` +
      'nothing was deleted. Check the login, its rights and the filter of the stream; if they are really gone, reconcile with --allow-shrink.',
    { source: system, stream },
  );
}
