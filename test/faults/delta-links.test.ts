import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import type { Answer, Loopback } from '../connectors/loopback.ts';
import { type EntitySetModel, ODATA_LOGIN, startOdataServer } from '../connectors/odata-server.ts';
import { databases } from '../setup/databases.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';
import { withoutDefence } from './without-defence.ts';

/** A service that keeps track of its changes, and what it really holds. */
interface TrackedSource {
  set: EntitySetModel & { changes: string[] };
  server: Loopback;
  put(...keys: string[]): void;
  remove(key: string): void;
  forgetTokens(): void;
  /** What it answers instead, where not null. */
  instead: (url: URL) => Answer | null;
}

async function startTracked(removedAs: EntitySetModel['removedAs'] = 'removed'): Promise<TrackedSource> {
  const rows = new Map<string, Record<string, string>>();
  const changes: string[] = [];
  let oldest = 0;
  const text = { edm: 'Edm.String' };
  const set = {
    key: ['Id'],
    properties: { Id: { ...text, nullable: false }, Name: text },
    entities: () => rows.values(),
    changes,
    oldestDelta: () => oldest,
    ...(removedAs ? { removedAs } : {}),
  };
  const instead: TrackedSource['instead'] = () => null;
  const source: TrackedSource = {
    set,
    instead,
    server: await startOdataServer({ version: 4, sets: { Things: set }, instead: (url) => source.instead(url) }),
    put(...keys) {
      for (const key of keys) {
        rows.set(key, { Id: key, Name: `${key} at ${changes.length}` });
        changes.push(key);
      }
    },
    remove(key) {
      rows.delete(key);
      changes.push(key);
    },
    forgetTokens() {
      oldest = changes.length;
    },
  };
  return source;
}

describe.each(databases)('a source that keeps track of its changes, on $name', (database) => {
  let cache: Cache;
  let source: TrackedSource;
  let stream: StreamUnderTest;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  beforeEach(() => open());
  afterEach(async () => {
    await stream.connector.close();
    await source.server.stop();
  });

  async function open(removedAs?: EntitySetModel['removedAs'], more: object = {}) {
    count += 1;
    source = await startTracked(removedAs);
    stream = streamUnderTest(cache, `erp${count}`, {
      kind: 'odata',
      url: `${source.server.origin}/odata/`,
      auth: { type: 'basic', ...ODATA_LOGIN },
      pageSize: 3,
      streams: {
        things: {
          resource: 'Things',
          key: 'Id',
          deltas: true,
          records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'Name' } }],
          ...more,
        },
      },
    });
  }

  const names = async () =>
    Object.fromEntries(Object.entries(await stream.rows()).map(([key, { displayName }]) => [key, displayName]));
  const truth = () => Object.fromEntries([...source.set.entities()].map(({ Id, Name }) => [Id, Name]));
  const runs = async () => {
    const found = await createStatusStore(cache).runs({ system: `erp${count}`, first: 10 });
    return found.map(({ mode, outcome, reason, errorCode }) => ({ mode, outcome, reason, errorCode })).reverse();
  };

  it('is read in full once, and then only what changed, deletes among it', async () => {
    source.put('a', 'b', 'c', 'd', 'e');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'FULL', read: 5, pages: 2 });
    source.put('b', 'f');
    source.remove('c');
    source.put('a', 'g');
    source.remove('e');
    const run = await stream.sync();
    expect(run).toMatchObject({ outcome: 'SUCCEEDED', mode: 'INCREMENTAL', read: 6, changed: 4, deleted: 2 });
    expect(run.reason).toBe("changes since the last pass, by the source's own account");
    expect(await names()).toEqual(truth());
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 0 });
    source.put('c');
    expect(await stream.sync()).toMatchObject({ read: 1, changed: 1 });
    expect(await names()).toEqual(truth());
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
  });

  it('goes on after a page that was committed, in the full read and in the changes', async () => {
    source.put(...'abcdefgh');
    const stopped = async () => {
      const stop = new AbortController();
      return stream.sync({ signal: stop.signal, onProgress: () => stop.abort() });
    };
    expect(await stopped()).toMatchObject({ outcome: 'PARTIAL', mode: 'FULL', read: 3 });
    source.put('a');
    source.remove('h');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'FULL', read: 4 });
    // What changed during the full read is told by its delta link.
    expect(await stopped()).toMatchObject({ read: 2 });
    source.put(...'bcdef');
    expect(await stopped()).toMatchObject({ outcome: 'PARTIAL', mode: 'INCREMENTAL', read: 3 });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'INCREMENTAL', read: 2 });
    expect(await names()).toEqual(truth());
  });

  it.each(['deleted entity', 'bare key'] as const)('tells what is gone by %s', async (removedAs) => {
    await stream.connector.close();
    await source.server.stop();
    await open(removedAs);
    const awkward = ["O'Neil (Sons)", 'a/b', 'a,b=c', '100%', '한글', "'"].slice(0, removedAs === 'bare key' ? 1 : 6);
    source.put('stays', ...awkward);
    await stream.sync();
    for (const key of awkward) source.remove(key);
    if (removedAs === 'bare key') source.put('stays');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', deleted: awkward.length });
    expect(await names()).toEqual(truth());
  });

  const expired = async () => {
    source.put('a', 'b', 'c');
    await stream.sync();
    source.put('b');
    source.remove('c');
    source.forgetTokens();
    await stream.sync();
    return names();
  };

  it('FAULTS 19: is read in full when its delta token has expired, and the run says why', async () => {
    expect(await expired()).toMatchObject({ a: 'a at 0', b: 'b at 3' });
    expect((await runs()).slice(1)).toEqual([
      expect.objectContaining({ mode: 'INCREMENTAL', outcome: 'FAILED', errorCode: 'SOURCE_CURSOR_EXPIRED' }),
      expect.objectContaining({
        mode: 'FULL',
        outcome: 'SUCCEEDED',
        reason: 'the source no longer accepted the cursor',
      }),
    ]);
    // What was deleted meanwhile no delta will ever tell: that is what reconcile is for.
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 1 });
    source.put('d');
    expect(await stream.sync()).toMatchObject({ mode: 'INCREMENTAL', read: 1 });
    expect(await names()).toEqual(truth());
  });

  it('FAULTS 19: goes red without: full refresh', async () => {
    expect(await withoutDefence('full refresh', expired)).not.toMatchObject({ b: 'b at 3' });
  });

  it('FAULTS 19: is read in full when it says in words that the token has expired', async () => {
    source.put('a');
    await stream.sync();
    source.put('a');
    source.instead = (url) =>
      url.searchParams.has('$deltatoken')
        ? { status: 400, body: { error: { message: 'The version stamp has expired. Please perform a full sync.' } } }
        : null;
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'FULL' });
    expect(await names()).toEqual(truth());
  });

  it('that gives no delta link although it was asked to is read in full each time, and check says so', async () => {
    source.put('a');
    source.instead = (url) => (url.pathname.endsWith('Things') ? { body: { value: [{ Id: 'a', Name: 'A' }] } } : null);
    expect(await stream.sync()).toMatchObject({ mode: 'FULL' });
    expect(await stream.sync()).toMatchObject({ mode: 'FULL', reason: 'the stream has no cursor' });
    const results = await stream.connector.check(new AbortController().signal);
    expect(results.find(({ probe }) => probe === 'things: deltas')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('turn tracking on'),
    });
  });
});
