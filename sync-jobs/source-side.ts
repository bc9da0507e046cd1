import { stringify } from 'lossless-json';
import type { Cache } from '../cache/cache.ts';
import { misfit } from '../cache/column-fit.ts';
import type { ReadEvidence } from '../connectors/connector.ts';
import type { MappedRecord } from '../connectors/mapped-record.ts';
import { chunks } from './chunks.ts';
import { recordDigest } from './record-digest.ts';
import { absent, type RecordState, rejected, type Sides } from './record-state.ts';

const CHUNK = 1_000;

/** A part of what the source has; with the evidence of completeness on the last one. */
interface SourcePart {
  states: Map<string, RecordState>;
  evidence: ReadEvidence | undefined;
}

/** Everything the source has, page by page, as the mapping reads it now. */
export async function* readSource({ request, mapping }: Sides): AsyncGenerator<SourcePart> {
  const { connector, stream, cache, signal } = request;
  for await (const page of connector.pull(stream, { since: null, resume: null }, signal)) {
    yield { states: statesOf(await mapping.mapPage(page.records), cache), evidence: page.evidence };
  }
  signal.throwIfAborted();
}

/** What the source says of these records now; what it does not have is `absent`. */
export async function readSourceKeys(
  { request, mapping }: Sides,
  keys: readonly string[],
): Promise<Map<string, RecordState>> {
  const { connector, stream, cache, signal } = request;
  const states = new Map<string, RecordState>(keys.map((key) => [key, absent]));
  for (const some of chunks(keys, CHUNK)) {
    const found = await connector.readByKeys(stream, some, signal);
    for (const [key, state] of statesOf(await mapping.mapPage(found), cache)) states.set(key, state);
  }
  return states;
}

function statesOf(
  mapped: readonly MappedRecord[],
  cache: Pick<Cache, 'dialect' | 'mostBytes'>,
): Map<string, RecordState> {
  return new Map(mapped.map((one) => [one.record.key, stateOf(one, cache)]));
}

function stateOf(mapped: MappedRecord, cache: Pick<Cache, 'dialect' | 'mostBytes'>): RecordState {
  switch (mapped.outcome) {
    case 'mapped': {
      const { key, data } = mapped.record;
      if (misfit(mapped, stringify(data) ?? '', cache) !== null) return rejected;
      return { digest: recordDigest(key, mapped.rows), rows: mapped.rows };
    }
    case 'deleted':
      return absent;
    case 'rejected':
      return rejected;
  }
}
