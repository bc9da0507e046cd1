import type { Connector, CreateConnector, DiscoveredStream, PullRequest, SourceRecord } from '../connector.ts';
import { withKeylessDoubt } from '../damaged-record.ts';
import { anyStream } from '../http/any-stream.ts';
import { checkStreams } from '../http/check-streams.ts';
import { streamOf } from '../stream-of.ts';
import { checkPaging } from './check-paging.ts';
import { discoverEntitySets } from './discover-entity-sets.ts';
import { compileEntityReader } from './entity-reader.ts';
import { checkDeltas, pullDeltas } from './paging/delta-pull.ts';
import { type PullTarget, pullKeyset } from './paging/keyset-pull.ts';
import { pullLinks } from './paging/link-pull.ts';
import { readEntitiesByKeys } from './paging/read-by-keys.ts';
import { scanEntityKeys, scanEntityLinks } from './paging/scan-entity-keys.ts';
import { checkStamp } from './paging/stamp-precision.ts';
import { createOdataService } from './service.ts';
import type { OdataSettings } from './settings.ts';
import { wholeRecords } from './whole-records.ts';

/** How many records a check looks at. */
const SAMPLE = 20;

/** Reads entity sets of an OData v2 or v4 service. */
export const createOdataConnector: CreateConnector<OdataSettings> = ({ system, settings, notices }) => {
  const service = createOdataService(system, settings, notices);

  async function targetOf(name: string, signal: AbortSignal): Promise<PullTarget> {
    const stream = streamOf(system, settings.streams, name);
    const sets = await service.entitySets(signal);
    return {
      service,
      reader: compileEntityReader(stream, sets.get(stream.resource), settings.version),
      stream: name,
      resource: stream.resource,
      filter: stream.filter,
      expand: stream.expand.length > 0 ? stream.expand.join(',') : undefined,
      pageSize: stream.pageSize ?? settings.pageSize,
      counted: stream.count === 'on',
    };
  }

  async function* pull(name: string, request: PullRequest, signal: AbortSignal) {
    const target = await targetOf(name, signal);
    const { deltas, paging } = streamOf(system, settings.streams, name);
    const read = deltas && request.since === null ? pullDeltas : paging === 'links' ? pullLinks : pullKeyset;
    yield* withKeylessDoubt(read(target, request, signal));
  }

  async function readSome(name: string, signal: AbortSignal): Promise<SourceRecord[]> {
    const target = await targetOf(name, signal);
    const { reader, resource, filter, expand } = target;
    const size = Math.min(SAMPLE, target.pageSize);
    const query = { $top: String(size), $filter: filter, $select: reader.select(), $expand: expand };
    const { items } = await service.page({ stream: name, resource, query, pageSize: size }, signal);
    return wholeRecords(target, items, signal);
  }

  function now(signal: AbortSignal): Promise<string | null> {
    return anyStream(Object.keys(settings.streams), async (stream) => {
      const { resource } = streamOf(system, settings.streams, stream);
      return (await service.page({ stream, resource, query: { $top: '1' }, pageSize: 1 }, signal)).date;
    });
  }

  return {
    pull,
    now,
    check: async (signal) => {
      const samples = new Map<string, SourceRecord[]>();
      const results = await checkStreams(
        {
          streams: settings.streams,
          now,
          async readSome(name) {
            const records = await readSome(name, signal);
            samples.set(name, records);
            return records;
          },
          readsUnstamped: () => true,
          changesSince: (name, since) => pull(name, { since, resume: null }, signal),
          asksForChanges: () => true,
        },
        signal,
      );
      for (const [name, stream] of Object.entries(settings.streams)) {
        if (!results.some(({ probe, ok }) => ok && probe === `${name}: one row`)) continue;
        const target = await targetOf(name, signal);
        if (stream.deltas) results.push(await checkDeltas(target, signal));
        // Links are followed without comparing keys or stamps.
        if (stream.paging === 'links') continue;
        const records = samples.get(name) ?? [];
        results.push(await checkPaging(target, records, signal));
        const [stampField] = target.reader.stampFields;
        // Of a date and a time apart, the date alone is no stamp.
        if (stampField === undefined || stream.cursor?.time !== undefined) continue;
        results.push(await checkStamp(target, stampField, records, signal));
      }
      return results;
    },
    discover: (signal): Promise<DiscoveredStream[]> => discoverEntitySets(service, signal),
    asksByKey: () => true,
    async readByKeys(name, keys, signal) {
      const target = await targetOf(name, signal);
      return readEntitiesByKeys(target, keys, signal);
    },
    async *scanKeys(name, signal) {
      const { paging } = streamOf(system, settings.streams, name);
      yield* (paging === 'links' ? scanEntityLinks : scanEntityKeys)(await targetOf(name, signal), signal);
    },
    async close() {
      service.close();
    },
  } satisfies Connector;
};
