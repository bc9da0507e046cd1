import { parse } from 'lossless-json';
import { type DanglingReference, targetOf } from '../../cache/streams/dangling-references.ts';
import type { SourceRecordRow } from '../../cache/sync/source-record-store.ts';
import type { StreamName } from '../../cache/sync/sync-store.ts';
import type { Settings } from '../../config/settings/settings.ts';
import { readReference } from '../../connectors/mapping/read-reference.ts';
import type { JsonObject } from '../../schema/json.ts';
import { may } from '../access/viewer.ts';
import type { GraphContext } from '../context.ts';

/** A sample for people: where it is, and what was read there. */
export interface ShownSample {
  /** The key of the source record. */
  key: string;
  /** What the mapping read for the reference; null where the record or the settings are others by now. */
  value: string | null;
}

interface SampleParent extends ShownSample {
  /** The source record's id. */
  id: string;
}

/** References of one stream that led nowhere when they were counted last; null before the first time. */
export async function danglingReferences(
  { system, stream }: StreamName,
  _args: unknown,
  { loaders, stores }: GraphContext,
) {
  const last = await loaders.load('dangling references', 'all', async () => {
    return new Map([['all', await stores.dangling.last()]]);
  });
  if (!last) return null;
  return last.found
    .filter((one) => one.system === system && one.stream === stream)
    .map((one) => ({ ...one, target: targetOf(one.entity, one.field), countedAt: last.countedAt }));
}

/** Where some of them are, and what was read there. */
export async function danglingSamples(
  dangling: DanglingReference,
  _args: unknown,
  { stores, sources }: GraphContext,
): Promise<SampleParent[]> {
  // Whose records they are is not known.
  if (stores.visible) return [];
  const records = await stores.sourceRecords.byIds(dangling.samples.map(({ originId }) => originId));
  return readSamples(dangling, sources, records);
}

/** The value in a sample is a part of a record that nobody has looked at for personal data. */
export function sampleValue({ id, value }: SampleParent, _args: unknown, context: GraphContext): string | null {
  if (value === null || !may(context.viewer, 'pii:read')) return null;
  context.personal.add(id);
  return value;
}

/** Reads from their source records what the mapping read for the samples of a count. */
export async function readSamples(
  { system, stream, entity, field, samples }: DanglingReference,
  sources: Settings['sources'],
  records: ReadonlyMap<string, SourceRecordRow>,
): Promise<SampleParent[]> {
  const settings = sources[system]?.streams[stream];
  const shown: SampleParent[] = [];
  for (const { originId, rowKey } of samples) {
    const record = records.get(originId);
    if (!record) continue;
    const data = parse(record.raw) as JsonObject;
    const value =
      settings === undefined
        ? null
        : await readReference({ system, stream: settings }, { key: record.sourceKey, data }, { entity, field, rowKey });
    shown.push({ id: originId, key: record.sourceKey, value });
  }
  return shown;
}
