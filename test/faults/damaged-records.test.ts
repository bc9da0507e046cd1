import { createHash } from 'node:crypto';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createErasureStore } from '../../cache/access/erasure-store.ts';
import type { Cache } from '../../cache/database/database.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { replay } from '../../sync-jobs/reconcile/replay.ts';
import { type Answer, startLoopback } from '../connectors/loopback.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import { streamUnderTest } from './stream-under-test.ts';
import { withoutDefence } from './without-defence.ts';

/** A source whose records are the texts that are in `texts` when it is asked. */
interface TextSource {
  texts: string[];
  settings: object;
  stop(): Promise<void>;
}

const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
const query = '{ things { nodes { id name } pageInfo { hasNextPage endCursor } } }';

/** What each kind of HTTP source makes of the texts of its records. */
const kinds: Record<string, (url: string) => { settings: object; answer(list: string, asked: string): Answer }> = {
  rest: (url) => ({
    settings: {
      kind: 'rest',
      url,
      itemsPath: 'items',
      paging: { type: 'none' },
      streams: { things: { resource: '/things', key: 'id', records } },
    },
    answer: (list) => ({ body: `{"items":[${list}],"total":1}` }),
  }),
  odata: (url) => ({
    settings: { kind: 'odata', url, streams: { things: { resource: 'Things', key: 'id', records } } },
    answer: (list, asked) =>
      asked.includes('metadata') ? { status: 404, body: '' } : { body: `{"@odata.count":1,"value":[${list}]}` },
  }),
  graphql: (url) => ({
    settings: { kind: 'graphql', url, streams: { things: { resource: 'things', key: 'id', query, records } } },
    answer: (list, asked) => ({
      body: asked.includes('__typename')
        ? '{"data":{"__typename":"Query"}}'
        : `{"data":{"things":{"nodes":[${list}],"pageInfo":{"hasNextPage":false}}}}`,
    }),
  }),
  tryton: (url) => ({
    settings: {
      kind: 'json-rpc',
      dialect: 'tryton',
      url,
      database: 'erp',
      username: 'hub',
      password: 'pw',
      streams: { things: { resource: 'things', records } },
    },
    answer: (list, asked) => {
      if (asked.includes('common.db.login')) return { body: '{"result":[1,"token"]}' };
      if (asked.includes('get_preferences')) return { body: '{"result":{}}' };
      return { body: asked.includes('search_count') ? '{"result":1}' : `{"result":[${list}]}` };
    },
  }),
};

async function startTexts(kind: string): Promise<TextSource> {
  const server = await startLoopback(null, async (url, request) => {
    return made.answer(source.texts.join(' , '), `${url.pathname} ${await textOf(request)}`);
  });
  const made = kinds[kind]?.(server.origin) ?? { settings: {}, answer: () => ({ body: '' }) };
  const source: TextSource = { texts: [], settings: made.settings, stop: server.stop };
  return source;
}

const whole = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `{"id":${from + n},"name":"Person ${from + n}"}`);

/** Records that cannot be read, by their id. */
const damaged: Record<string, [text: string, reason: string]> = {
  101: [
    '{"id":101,"name":"Ada","name":"Bob"}',
    'expected each name once in an object, got "name" twice with different values',
  ],
  102: [
    `{"name":"Ada","deep":${'['.repeat(100_000)}${']'.repeat(100_000)},"id":102}`,
    'expected at most 200 levels of nesting, got more',
  ],
  103: ['{"id":103,"name":NaN}', 'expected a value at character 18, got "N"'],
  104: ['{"id":104,"name":"\\x41da"}', 'expected an escape of JSON at character 19, got "\\x"'],
  105: ['{"id":105,"name":"Ada",}', 'expected a name in double quotes at character 24, got "}"'],
};

describe.each(databases)('a damaged record on a page, into $name', (database) => {
  let cache: Cache;
  let sources = 0;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  async function within(
    kind: string,
    work: (source: TextSource, stream: ReturnType<typeof streamUnderTest>, system: string) => Promise<void>,
  ) {
    const source = await startTexts(kind);
    sources += 1;
    const system = `s${sources}`;
    const stream = streamUnderTest(cache, system, source.settings);
    try {
      await work(source, stream, system);
    } finally {
      await stream.connector.close();
      await source.stop();
    }
  }

  const keysIn = async (stream: ReturnType<typeof streamUnderTest>) => Object.keys(await stream.rows()).sort();

  describe.each(Object.keys(kinds))('%s', (kind) => {
    fault(
      50,
      'a name twice, deep nesting, NaN, bad text: each is put aside alone, and comes back corrected',
      'records apart',
      () =>
        within(kind, async (source, stream) => {
          source.texts = [...whole(1, 15), ...Object.values(damaged).map(([text]) => text), ...whole(15, 30)];
          const { outcome } = await stream.sync();
          const numbers = Array.from({ length: 29 }, (_, n) => String(n + 1)).sort();
          expect({ outcome, keys: await keysIn(stream) }).toEqual({ outcome: 'SUCCEEDED', keys: numbers });
          const reasons = Object.fromEntries(Object.entries(damaged).map(([key, [, reason]]) => [key, reason]));
          expect(await stream.quarantined()).toEqual(reasons);

          source.texts = whole(1, 30).concat(whole(101, 106));
          await stream.sync();
          expect(await stream.quarantined()).toEqual({});
          expect(await keysIn(stream)).toEqual([...numbers, ...Object.keys(damaged)].sort());
        }),
    );

    it('FAULTS 50: a record over the limit is kept by its size, its SHA-256 and its first 64 KB', () =>
      within(kind, async (source, stream, system) => {
        const text = `{"name":"Ada","x":[${'1,'.repeat(2_000_000)}1],"id":7}`;
        source.texts = [...whole(1, 3), text, ...whole(8, 10)];
        expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 1 });
        expect(await keysIn(stream)).toEqual(['1', '2', '8', '9']);
        const [{ key, message, raw } = { key: '', message: '', raw: '' }] = await createQuarantineStore(cache).list({
          system,
          first: 10,
        });
        expect({ key, message }).toEqual({
          key: '7',
          message: `expected a record of at most 3000000 bytes, got one of ${text.length}`,
        });
        expect(JSON.parse(raw)).toEqual({
          bytes: String(text.length),
          sha256: createHash('sha256').update(text).digest('hex'),
          text: text.slice(0, 65_536),
        });
      }));
  });

  it('goes red without: longest record', () =>
    withoutDefence('longest record', () =>
      within('rest', async (source, stream) => {
        source.texts = [`{"id":1,"name":"Ada","x":"${'x'.repeat(3_100_000)}"}`];
        await stream.sync();
        expect(await stream.quarantined()).not.toMatchObject({ 1: expect.stringContaining('got one of') });
      }),
    ));

  it('FAULTS 50: one whose key cannot be read has a name of its own, and nothing is deleted for it', () =>
    within('rest', async (source, stream) => {
      source.texts = whole(1, 5);
      await stream.sync();
      // It is record 3, but which of its keys it has cannot be told.
      source.texts = [...whole(1, 3), '{"id":3,"id":4}', ...whole(4, 5)];
      await stream.sync();
      const [key = ''] = Object.keys(await stream.quarantined());
      expect(key).toBe(`sha256:${createHash('sha256').update('{"id":3,"id":4}').digest('hex')}`);
      await stream.sync();
      expect(Object.keys(await stream.quarantined())).toEqual([key]);
      expect((await stream.reconcile()).outcome).toBe('SUCCEEDED');
      await stream.verify({ repair: true });
      expect(await keysIn(stream)).toEqual(['1', '2', '3', '4']);

      source.texts = whole(1, 5);
      await stream.sync();
      await stream.reconcile();
      expect(await stream.quarantined()).toEqual({});
    }));

  it('FAULTS 50: one that was whole before keeps its last good version, in a reconcile and a repair as well', () =>
    within('rest', async (source, stream) => {
      source.texts = whole(1, 5);
      await stream.sync();
      const before = await stream.rows();
      source.texts = [...whole(1, 3), '{"id":3,"name":NaN}', ...whole(4, 5)];
      await stream.sync();
      await stream.reconcile();
      const report = await stream.verify({ repair: true });
      expect(report).toMatchObject({ rejected: 1 });
      expect(await stream.rows()).toEqual(before);
      expect(Object.keys(await stream.quarantined())).toEqual(['3']);
    }));

  it('FAULTS 50: one that holds a value of a person is found when that person is erased', () =>
    within('rest', async (source, stream, system) => {
      source.texts = [...whole(1, 3), '{"id":3,"email":"ada@example.com","name":"O\\"Hara","x":NaN}'];
      await stream.sync();
      const found = async (value: string) => (await createErasureStore(cache).quarantinedWith([value])).length;
      const [damagedOne] = await createQuarantineStore(cache).list({ system, first: 10 });
      expect(damagedOne?.key).toBe('3');
      const counts = await Promise.all(['ada@example.com', 'O"Hara', 'eve@example.com'].map(found));
      expect(counts).toEqual([1, 1, 0]);
    }));

  it('FAULTS 50: one without a key among others that have one costs only itself', () =>
    within('rest', async (source, stream) => {
      source.texts = [...whole(1, 3), '{"name":"Nobody"}', '{"id":[7],"name":"Listed"}', 'null', '"text"'];
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 4 });
      expect(await keysIn(stream)).toEqual(['1', '2']);
      source.texts = ['{"name":"Nobody"}'];
      expect(await stream.sync()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_PROTOCOL' } });
    }));

  it('FAULTS 50: one that is asked for by its key stays aside, and is replayed when it is right', async () => {
    let text = '{"name":"Ada","name":"Bob"}';
    const server = await startLoopback(null, (url) => ({
      body: url.pathname === '/things' ? '[{"id":1,"name":"Ada","name":"Bob"},{"id":2,"name":"Cem"}]' : text,
    }));
    const settings = {
      kind: 'rest',
      url: server.origin,
      paging: { type: 'none' },
      streams: { things: { resource: '/things', key: 'id', byKey: { path: '/things/{key}' }, records } },
    };
    const source = sourceSchema.parse(settings);
    const system = 'by-key';
    const stream = streamUnderTest(cache, system, settings);
    const connector = connect({ system, settings: source });
    const request = { system, stream: 'things', source, connector, cache, priorities: {}, owner: 'test' };
    const rest = { identity: hubSettings.parse({}).identity, log: createLog({ level: 'silent' }) };
    const again = () => replay({ ...request, ...rest, signal: new AbortController().signal });
    try {
      await stream.sync();
      expect(Object.keys(await stream.quarantined())).toEqual(['1']);
      expect(await again()).toMatchObject({ outcome: 'SUCCEEDED' });
      expect(Object.keys(await stream.quarantined())).toEqual(['1']);
      text = '{"id":1,"name":"Ada"}';
      await again();
      expect(await stream.quarantined()).toEqual({});
      expect(await keysIn(stream)).toEqual(['1', '2']);
    } finally {
      await connector.close();
      await stream.connector.close();
      await server.stop();
    }
  });
});
