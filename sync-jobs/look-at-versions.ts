import type { ReadEvidence } from '../connectors/connector.ts';
import { findAlteredRows } from './altered-rows.ts';
import { completenessOf } from './completeness.ts';
import { agree, createLook, type Look, lookAtKeys } from './look.ts';
import { digestNumber } from './record-digest.ts';
import type { Sides } from './record-state.ts';
import { createSeenKeys } from './seen-keys.ts';

/**
 * Compares the keys and change stamps of both sides, and the rows of the cache with what was noted of them. Records
 * whose stamps differ are read. A record that changed without a new stamp passes for equal.
 */
export async function lookAtVersions(sides: Sides, onProgress: (compared: number) => void): Promise<Look> {
  const { request, store } = sides;
  const { system, stream, connector, signal } = request;
  const look = createLook('KEY_VERSION');
  const { altered, strays } = await findAlteredRows(sides);
  look.strays = strays;
  const seen = await createSeenKeys(sides);
  let evidence: ReadEvidence | undefined;
  let scanned = 0;
  for await (const { keys: page, evidence: given } of connector.scanKeys(stream, signal)) {
    evidence = given;
    scanned += page.length;
    const keys = page.map(({ key }) => key);
    const known = new Map((await store.recordsByKeys({ system, stream, keys })).map((record) => [record.key, record]));
    const suspects: string[] = [];
    for (const { key, version } of page) {
      const record = known.get(key);
      const live = record?.deletedAt === null;
      if (live) seen.add(key);
      if (altered.delete(key) || !live || version === null || record.version !== version) suspects.push(key);
      else agree(look, 1, digestNumber(record.contentHash));
    }
    await lookAtKeys(sides, look, suspects);
    onProgress(look.agreed.records);
  }
  signal.throwIfAborted();
  look.completeness = completenessOf(evidence, scanned, request);
  for await (const keys of seen.unseen()) await lookAtKeys(sides, look, keys, { counted: true });
  await lookAtKeys(sides, look, [...altered], { counted: true });
  return look;
}
