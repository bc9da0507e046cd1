import type { QuarantinedRecord } from '../../../cache/streams/quarantine-store.ts';
import type { StreamStatus } from '../../../cache/streams/status-store.ts';
import { hubTime } from '../../../config/clock/hub-time.ts';
import { readRaw } from '../../../customer-360/read-raw.ts';
import { instantOf } from '../../../schema/time.ts';
import { errorWithoutQuotes, quarantineMessage } from '../../access/message-without-values.ts';
import type { GraphContext } from '../../context.ts';
import { danglingReferences, danglingSamples, sampleValue } from '../dangling-references.ts';
import { connectionResolvers } from '../lists/connection-resolvers.ts';
import { quarantine, syncRuns } from '../lists/operation-lists.ts';
import { driftKey, driftOfRun, openDrift } from '../stream-drift.ts';
import type { DomainSubschema, FieldResolver } from '../subschema.ts';
import { lastVerify, verifyRuns } from '../verify-runs.ts';

interface SourceParent {
  system: string;
}

/** The systems, how they are, and what the sync did. */
export const operations: DomainSubschema = {
  domain: 'operations',
  resolvers: {
    Query: {
      sources: (_source: unknown, _args: unknown, { sources }: GraphContext) =>
        Object.entries(sources).map(([system, { title, kind, schedule }]) => ({
          system,
          title: title ?? null,
          kind,
          schedule,
        })),
      services: (_source: unknown, _args: unknown, { services }: GraphContext) => services,
      syncRuns,
      quarantine,
      verifyRuns,
    },
    Source: {
      freshness: stateOf,
      consistency: async (source: SourceParent, args: unknown, context: GraphContext) =>
        (await stateOf(source, args, context))?.consistency ?? null,
      completeness: async (source: SourceParent, args: unknown, context: GraphContext) =>
        (await stateOf(source, args, context))?.completeness ?? null,
      breaker: breakerOf,
      streams: streamsOf,
    },
    SourceBreaker: { lastError: errorField('lastError') },
    SourceStream: {
      drift: openDrift,
      lastVerify,
      danglingReferences,
      lastErrorMessage: errorField('lastErrorMessage'),
    },
    DanglingReference: { samples: danglingSamples },
    DanglingSample: { value: sampleValue },
    SyncRun: { drift: driftOfRun, errorMessage: errorField('errorMessage') },
    VerifyRun: { errorMessage: errorField('errorMessage') },
    SystemFreshness: { error: errorField('error') },
    Drift: { key: driftKey },
    QuarantinedRecord: {
      message: quarantineMessage,
      raw: (record: QuarantinedRecord) => readRaw(record.raw),
    },
    ...connectionResolvers('SyncRun'),
    ...connectionResolvers('QuarantinedRecord'),
  },
};

/** A resolver for an error's text, without what it quotes where the viewer may not read that. */
function errorField<Field extends string>(field: Field): FieldResolver {
  return (source: { [name in Field]?: string | null }, _args: unknown, context: GraphContext) =>
    errorWithoutQuotes(source[field], context.viewer);
}

/** How current and how consistent a source is. */
async function stateOf({ system }: SourceParent, _args: unknown, { freshness }: GraphContext) {
  return (await freshness.current()).find((each) => each.system === system) ?? null;
}

/** The streams of the settings, with how they stand; a stream that was never synced has no more than its name. */
async function streamsOf({ system }: SourceParent, _args: unknown, { loaders, sources, stores }: GraphContext) {
  const statuses = await loaders.load('streams', 'all', async () => new Map([['all', await stores.status.streams()]]));
  return Object.keys(sources[system]?.streams ?? {}).map(
    (stream): { system: string; stream: string } & Partial<StreamStatus> =>
      statuses?.find((status) => status.system === system && status.stream === stream) ?? { system, stream },
  );
}

/** The breaker of a system; of all of them in one read. */
async function breakerOf({ system }: SourceParent, _args: unknown, { loaders, stores }: GraphContext) {
  const breakers = await loaders.load('breakers', 'all', async () => {
    return new Map([['all', await stores.breakers.list(instantOf(hubTime()))]]);
  });
  return breakers?.find((breaker) => breaker.system === system) ?? null;
}
