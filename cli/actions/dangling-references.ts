import type { Cache } from '../../cache/database/database.ts';
import {
  countDangling,
  createDanglingStore,
  type DanglingReference,
  targetOf,
} from '../../cache/streams/dangling-references.ts';
import { createSourceRecordStore } from '../../cache/sync/source-record-store.ts';
import type { Settings } from '../../config/settings/settings.ts';
import { readSamples, type ShownSample } from '../../gateway/resolvers/dangling-references.ts';
import type { Entity } from '../../schema/records.ts';

/** References of one field of a stream that lead nowhere, as the command line shows them. */
export interface ShownDangling {
  system: string;
  stream: string;
  entity: Entity;
  field: string;
  /** The entity that it refers to. */
  target: Entity | null;
  count: number;
  samples: ShownSample[];
}

interface ReadDangling {
  cache: Cache;
  sources: Settings['sources'];
  /** How long to count, in milliseconds. */
  within: number;
}

/** Counts the references that lead nowhere; what was counted last where that takes too long, and null without. */
export async function readDangling({ cache, sources, within }: ReadDangling): Promise<ShownDangling[] | null> {
  const found = await countWithin(cache, within);
  if (found === null) return null;
  const records = await createSourceRecordStore(cache, null).byIds(
    found.flatMap(({ samples }) => samples.map(({ originId }) => originId)),
  );
  const shown: ShownDangling[] = [];
  for (const one of found) {
    const { system, stream, entity, field, count } = one;
    const samples = (await readSamples(one, sources, records)).map(({ key, value }) => ({ key, value }));
    shown.push({ system, stream, entity, field, target: targetOf(entity, field), count, samples });
  }
  return shown;
}

async function countWithin(cache: Cache, within: number): Promise<readonly DanglingReference[] | null> {
  const signal = AbortSignal.timeout(within);
  try {
    return await countDangling(cache, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return (await createDanglingStore(cache).last())?.found ?? null;
  }
}

/** `12 of order.partyId lead to no party, for example "4711.0" in record 4500000001`. */
export function describeDangling({ entity, field, target, count, samples }: ShownDangling): string {
  const examples = samples.map(
    ({ key, value }) => `${value === null ? 'that' : JSON.stringify(value)} in record ${key}`,
  );
  const number = count.toLocaleString('en-US');
  const what = `${number} of ${entity}.${field} ${count === 1 ? 'leads' : 'lead'} to no ${target ?? 'record'}`;
  return examples.length === 0 ? what : `${what}, for example ${examples.join(', ')}`;
}
