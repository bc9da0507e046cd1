import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { streamSettings } from '../../config/settings/settings.ts';
import { readerVersions } from '../../connectors/reader-versions.ts';
import { instantOf } from '../../schema/time.ts';
import { parseCheckpoint } from '../../sync-jobs/pass/checkpoint.ts';
import { readingHash } from '../../sync-jobs/pass/reading-hash.ts';
import { databases } from '../setup/databases.ts';
import { kindsOfSource, type RunningSource } from './kinds-of-source.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';
import { withoutDefence } from './without-defence.ts';

const rows = [
  { id: '1', name: 'Ada', nick: 'A', stamp: '2025-03-01T08:00:00Z' },
  { id: '2', name: 'Bob', nick: 'B', stamp: '2025-03-01T09:00:00Z' },
];
const recordsOf = (path: string) => [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: path } }];
const first = { records: recordsOf('name'), cursor: { field: 'stamp', lookback: '0s' } };

describe.each(databases)('FAULTS 33: the mapping, the settings or the connector have changed, on $name', (database) => {
  let cache: Cache;
  let count = 0;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    count += 1;
  });

  async function within<T>(
    kind: string,
    work: (streamOf: (stream: object) => StreamUnderTest) => Promise<T>,
  ): Promise<T> {
    const source: RunningSource | undefined = await kindsOfSource[kind]?.({ numbers: [], rows });
    if (!source) throw new Error(`Expected a kind of source, got ${kind}.`);
    const open: StreamUnderTest[] = [];
    try {
      return await work((settings) => {
        const stream = streamUnderTest(cache, `${kind}${count}`, source.settings(settings));
        open.push(stream);
        return stream;
      });
    } finally {
      for (const { connector } of open) await connector.close();
      await source.stop();
    }
  }

  const names = async (stream: StreamUnderTest) =>
    Object.values(await stream.rows()).map(({ displayName }) => displayName);

  const remapped = () =>
    within('odata-v4', async (streamOf) => {
      await streamOf(first).sync();
      const run = await streamOf({ ...first, records: recordsOf('nick') }).sync();
      return { mode: run.mode, reason: run.reason, names: await names(streamOf(first)) };
    });

  it('with another mapping everything is read and made anew', async () => {
    const { mode, reason, names: shown } = await remapped();
    expect({ mode, reason, names: shown.sort() }).toEqual({
      mode: 'FULL',
      reason: 'the mapping has changed',
      names: ['A', 'B'],
    });
  });

  it('goes red without: mapping hash', async () => {
    expect((await withoutDefence('mapping hash', remapped)).names.sort()).not.toEqual(['A', 'B']);
  });

  const widened = () =>
    within('odata-v4', async (streamOf) => {
      await streamOf({ ...first, filter: "name eq 'Bob'" }).sync();
      const run = await streamOf(first).sync();
      return { mode: run.mode, reason: run.reason, names: (await names(streamOf(first))).sort() };
    });

  it('with other settings everything is read, though the checkpoint is beyond it', async () => {
    expect(await widened()).toEqual({
      mode: 'FULL',
      reason: 'the settings of the stream, or the connector, have changed',
      names: ['Ada', 'Bob'],
    });
  });

  it('goes red without: reading hash', async () => {
    expect((await withoutDefence('reading hash', widened)).names).toEqual(['Bob']);
  });

  it.each(Object.keys(readerVersions))(
    'a %s connector of another version does not go on from the checkpoints of the one before',
    (kind) => {
      const stream = streamSettings.parse({ resource: 'things', key: 'id', records: recordsOf('name') });
      const versions: Record<string, number> = readerVersions;
      const next = { ...versions, [kind]: (versions[kind] ?? 0) + 1 };
      expect(readingHash(kind, stream, next)).not.toBe(readingHash(kind, stream));
    },
  );

  it.each(['odata-v2', 'odata-v4', 'sqlite', 'csv', 'rest by page', 'rest by offset'])(
    'a place noted down by another version is refused, and the stream read in full: %s',
    async (name) => {
      const [kind = '', , paging] = name.split(' ');
      const pagings: Record<string, object> = {
        page: { paging: { type: 'page', pageParam: 'page', totalPath: '0.pages' } },
        offset: { paging: { type: 'offset', offsetParam: 'from', sizeParam: 'size' } },
      };
      await within(kind, async (streamOf) => {
        const stream = streamOf({ ...first, ...(paging ? pagings[paging] : {}) });
        const pages = stream.connector.pull(
          'things',
          { since: null, resume: '{"format":99}' },
          AbortSignal.timeout(20_000),
        );
        await expect(pages[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'SOURCE_CURSOR_EXPIRED' });
      });
    },
  );

  it('a checkpoint of another format says nothing: the stream is read in full', async () => {
    await within('sqlite', async (streamOf) => {
      const stream = streamOf(first);
      await stream.sync();
      const store = createSyncStore(cache);
      const name = { system: `sqlite${count}`, stream: 'things' };
      const { checkpoint } = await store.state(name);
      expect(parseCheckpoint(checkpoint).finished).not.toBeNull();
      const claim = await store.claim({ ...name, owner: 'test', ttl: 60_000 });
      if (!claim) throw new Error('Expected the lease.');
      const runId = await store.startRun({
        lease: claim,
        mode: 'FULL',
        reason: null,
        windowFrom: null,
        now: instantOf(Date.now()),
      });
      const other = { ...(checkpoint as object), format: 2 };
      await store.finishRun({
        lease: claim,
        runId,
        outcome: 'SUCCEEDED',
        checkpoint: other,
        now: instantOf(Date.now()),
      });
      await store.release(claim);
      expect(await stream.sync()).toMatchObject({
        outcome: 'SUCCEEDED',
        mode: 'FULL',
        reason: 'the stream has not been read before',
      });
    });
  });
});
