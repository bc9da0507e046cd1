import { completenessOf } from '../pass/completeness.ts';
import { createLook, type Look, lookAtKeys, lookAtUnseen, notRead } from './comparison.ts';
import { digestNumber } from './record-digest.ts';
import type { Sides } from './record-state.ts';
import { findAlteredRows } from './rows-side.ts';
import { createSeenKeys } from './seen-keys.ts';

/**
 * Compares the keys and change stamps of both sides, and the rows of the cache with what was noted of them. Records
 * whose stamps differ are read. A record that changed without a new stamp passes for equal.
 */
export async function lookAtVersions(sides: Sides, onProgress: (compared: number) => void): Promise<Look> {
  const { request, store } = sides;
  const { system, stream, connector, signal } = request;
  const look = createLook('KEY_VERSION', notRead);
  const { altered, strays } = await findAlteredRows(sides);
  look.strays = strays;
  const seen = await createSeenKeys(sides);
  let scanned = 0;
  let last: Parameters<typeof completenessOf>[0];
  for await (const { keys: page, evidence } of connector.scanKeys(stream, signal)) {
    const keys = page.map(({ key }) => key);
    const known = new Map((await store.recordsByKeys({ system, stream, keys })).map((record) => [record.key, record]));
    const suspects: string[] = [];
    const isLive = (key: string) => known.get(key)?.deletedAt === null;
    for (const { key, version } of page) {
      const record = known.get(key);
      const live = isLive(key);
      const same = !altered.delete(key) && live && version !== null && record?.version === version;
      if (live) seen.add(key, same && record ? digestNumber(record.contentHash) : null);
      if (!same) suspects.push(key);
    }
    // One that the cache did not show a moment ago has not been counted as seen yet.
    const onAgreed = (key: string, digest: bigint) => (isLive(key) ? seen.agree : seen.add)(key, digest);
    await lookAtKeys(sides, look, suspects, { onAgreed });
    scanned += page.length;
    last = evidence;
    onProgress(scanned);
  }
  signal.throwIfAborted();
  look.completeness = completenessOf(last, scanned, request);
  await lookAtUnseen(sides, look, seen);
  const found = await store.recordsByKeys({ system, stream, keys: [...altered] });
  // Live ones that were not scanned have been looked at as unseen; what is left are rows under tombstones.
  await lookAtKeys(
    sides,
    look,
    found.filter(({ deletedAt }) => deletedAt !== null).map(({ key }) => key),
  );
  return look;
}
