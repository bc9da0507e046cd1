import type { Connector, CreateConnector, DiscoveredStream, PullRequest, SourceRecord } from '../connector.ts';
import { recordsAskedFor, recordsOfItems, withKeylessDoubt } from '../damaged-record.ts';
import { anyStream } from '../http/any-stream.ts';
import { checkStreams } from '../http/check-streams.ts';
import { streamOf } from '../stream-of.ts';
import { checkDeltas, pullDeltas } from './delta-pull.ts';
import { discoverEntitySets } from './discover-entity-sets.ts';
import { compileEntityReader } from './entity-reader.ts';
import { allOf, anyOfKeys, type Bound } from './filter.ts';
import { type PullTarget, pullKeyset } from './keyset-pull.ts';
import { pullLinks } from './link-pull.ts';
import { scanEntityKeys } from './scan-entity-keys.ts';
import { createOdataService } from './service.ts';
import type { OdataSettings } from './settings.ts';

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
    };
  }

  async function* pull(name: string, request: PullRequest, signal: AbortSignal) {
    const target = await targetOf(name, signal);
    const { deltas, paging } = streamOf(system, settings.streams, name);
    const read = deltas && request.since === null ? pullDeltas : paging === 'links' ? pullLinks : pullKeyset;
    yield* withKeylessDoubt(read(target, request, signal));
  }

  async function readSome(name: string, signal: AbortSignal): Promise<SourceRecord[]> {
    const { reader, resource, filter, expand } = await targetOf(name, signal);
    const query = { $top: String(SAMPLE), $filter: filter, $select: reader.select(), $expand: expand };
    const { items } = await service.page({ stream: name, resource, query, pageSize: SAMPLE }, signal);
    return recordsOfItems(items, reader.recordOf);
  }

  function now(signal: AbortSignal): Promise<string | null> {
    return anyStream(Object.keys(settings.streams), async (stream) => {
      const { resource } = streamOf(system, settings.streams, stream);
      return (await service.page({ stream, resource, query: { $top: '1' }, pageSize: 1 }, signal)).date;
    });
  }

  async function readChunk(target: PullTarget, keys: Bound[][], signal: AbortSignal): Promise<SourceRecord[]> {
    const { reader, stream, resource, expand, pageSize } = target;
    const query = { $filter: allOf([target.filter, anyOfKeys(keys)]), $select: reader.select(), $expand: expand };
    const records: SourceRecord[] = [];
    let link: string | null = null;
    do {
      const page = await service.page({ stream, resource, query, pageSize, link }, signal);
      records.push(...recordsOfItems(page.items, reader.recordOf));
      if (page.nextLink !== null && page.nextLink === link) throw service.protocolError(`got ${link} twice`, stream);
      link = page.nextLink;
    } while (link !== null);
    return records;
  }

  return {
    pull,
    now,
    check: async (signal) => {
      const results = await checkStreams(
        {
          streams: settings.streams,
          now,
          readSome,
          readsUnstamped: () => true,
          async askSince(name, since) {
            for await (const _ of pull(name, { since, resume: null }, signal)) return;
          },
        },
        signal,
      );
      for (const [name, { deltas }] of Object.entries(settings.streams)) {
        const isRead = results.some(({ probe, ok }) => ok && probe === `${name}: one row`);
        if (deltas && isRead) results.push(await checkDeltas(await targetOf(name, signal), signal));
      }
      return results;
    },
    discover: (signal): Promise<DiscoveredStream[]> => discoverEntitySets(service, signal),
    asksByKey: () => true,
    async readByKeys(name, keys, signal) {
      const target = await targetOf(name, signal);
      const records: SourceRecord[] = [];
      for (const chunk of chunksOf(keys.map(target.reader.keyOf)))
        records.push(...(await readChunk(target, chunk, signal)));
      return recordsAskedFor(records, keys);
    },
    async *scanKeys(name, signal) {
      yield* scanEntityKeys(await targetOf(name, signal), signal);
    },
    async close() {
      service.close();
    },
  } satisfies Connector;
};

/** Addresses over two thousand characters are cut or refused on the way. */
const MAX_FILTER = 1_400;

function* chunksOf(keys: Bound[][]): Generator<Bound[][]> {
  let chunk: Bound[][] = [];
  let length = 0;
  for (const key of keys) {
    const size = encodeURIComponent(anyOfKeys([key])).length + 10;
    if (chunk.length > 0 && length + size > MAX_FILTER) {
      yield chunk;
      chunk = [];
      length = 0;
    }
    chunk.push(key);
    length += size;
  }
  if (chunk.length > 0) yield chunk;
}
