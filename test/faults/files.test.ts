import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';
import { withoutDefence } from './without-defence.ts';

describe.each(databases)('files dropped in a folder, on $name', (database) => {
  let cache: Cache;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    count += 1;
    folder = mkdtempSync(join(tmpdir(), 'c360-drop-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function streamOf(options: object = {}, source: object = {}): StreamUnderTest {
    return streamUnderTest(cache, `drop${count}`, {
      kind: 'file',
      folder,
      settle: '0s',
      pageSize: 2,
      ...source,
      streams: {
        things: {
          resource: 'people-*.csv',
          key: 'id',
          records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name', taxId: 'tax' } }],
          ...options,
        },
      },
    });
  }

  const changes = { mode: 'changes', deletes: { flag: 'gone', values: ['X'] } };
  const at = (name: string) => join(folder, name);
  const drop = (name: string, ...lines: string[]) => writeFileSync(at(name), lines.map((line) => `${line}\n`).join(''));
  const names = async (stream: StreamUnderTest) =>
    Object.fromEntries(Object.entries(await stream.rows()).map(([key, { displayName }]) => [key, displayName]));

  describe('FAULTS 34: a file half uploaded', () => {
    const uploading = async () => {
      const stream = streamOf({}, { settle: '1h' });
      drop('people-1.csv', 'id,name,tax', '1,Ada,0012', '2,Bob,0013');
      await stream.sync();
      return names(stream);
    };

    it('waits until it has been left alone for a while', async () => {
      expect(await uploading()).toEqual({});
    });

    it('goes red without: files settle', async () => {
      expect(await withoutDefence('files settle', uploading)).not.toEqual({});
    });

    it('waits under the names that uploading programs use, and for the marker it was promised', async () => {
      const stream = streamOf({ resource: '*.csv*', marker: '{name}.done' });
      for (const name of ['a.csv.part', 'b.csv.filepart', 'c.csv.tmp', '.d.csv', 'e.csv']) {
        drop(name, 'id,name,tax', `${name},Ada,0012`);
        drop(`${name}.done`);
      }
      drop('f.csv', 'id,name,tax', 'f,Ada,0012');
      await stream.sync();
      expect(await names(stream)).toEqual({ 'e.csv': 'Ada' });
      drop('f.csv.done');
      await stream.sync();
      expect(await names(stream)).toEqual({ 'e.csv': 'Ada', f: 'Ada' });
    });

    const cutOff = async (length = 39) => {
      const stream = streamOf();
      drop('people-1.csv', 'id,name,tax', '1,Ada,0012', '2,Bob,0013', '3,Cem,0014', '4,Dee,0015');
      truncateSync(at('people-1.csv'), length);
      const run = await stream.sync();
      const quarantined = await stream.quarantined();
      appendFileSync(at('people-1.csv'), ',0014\n4,Dee,0015\n'.slice(length - 39));
      const next = await stream.sync();
      return { run, quarantined, next: next.outcome, names: await names(stream) };
    };

    it('that ends in the middle of a record fails the run with file and line, and is read when it is whole', async () => {
      expect(await cutOff()).toMatchObject({
        run: {
          outcome: 'FAILED',
          error: { code: 'SOURCE_PROTOCOL', message: expect.stringMatching(/people-1\.csv, line 4: .*cut off/) },
        },
        quarantined: {},
        next: 'SUCCEEDED',
        names: { 1: 'Ada', 2: 'Bob', 3: 'Cem', 4: 'Dee' },
      });
    });

    it('that ends in the middle of a value, with as many columns as there should be, fails the run too', async () => {
      expect(await cutOff(42)).toMatchObject({
        run: { outcome: 'FAILED', error: { message: expect.stringMatching(/line 4: .*end of line.*lastLine: open/) } },
        names: { 3: 'Cem' },
      });
    });

    it.each([39, 42])('goes red without: cut-off files (%i bytes)', async (length) => {
      expect((await withoutDefence('cut-off files', () => cutOff(length))).run.outcome).not.toBe('FAILED');
    });

    it('may end without an end of line where the settings say so', async () => {
      const stream = streamOf({ lastLine: 'open' });
      writeFileSync(at('people-1.csv'), 'id,name,tax\n1,Ada,0012');
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 1 });
    });
  });

  describe('FAULTS 34: a file dropped again', () => {
    const droppedAgain = async (options: object = {}) => {
      const stream = streamOf({ ...changes, ...options });
      drop('people-1.csv', 'id,name,tax,gone', '1,Ada,0012,', '2,Bob,0013,');
      await stream.sync();
      drop('people-2.csv', 'id,name,tax,gone', '1,Ada Lovelace,0012,', '2,,,X');
      await stream.sync();
      copyFileSync(at('people-1.csv'), at('people-3.csv'));
      const run = await stream.sync();
      return { read: run.read, names: await names(stream) };
    };

    it('under another name counts once: it brings no old values back', async () => {
      expect(await droppedAgain()).toEqual({ read: 0, names: { 1: 'Ada Lovelace' } });
    });

    it('goes red without: files count once', async () => {
      expect(await withoutDefence('files count once', droppedAgain)).toMatchObject({ names: { 1: 'Ada', 2: 'Bob' } });
    });

    it('counts as news where the settings say so', async () => {
      expect(await droppedAgain({ repeats: 'read' })).toEqual({ read: 2, names: { 1: 'Ada', 2: 'Bob' } });
    });

    it('with another time is not read a second time, and neither is one that was read and moved away', async () => {
      const stream = streamOf(changes);
      drop('people-1.csv', 'id,name,tax,gone', '1,Ada,0012,');
      expect(await stream.sync()).toMatchObject({ read: 1 });
      utimesSync(at('people-1.csv'), new Date(), new Date());
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 0 });
      renameSync(at('people-1.csv'), at('archived-1'));
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 0 });
      renameSync(at('archived-1'), at('people-7.csv'));
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 0 });
      expect(await names(stream)).toEqual({ 1: 'Ada' });
    });
  });

  describe('FAULTS 34: a file in another encoding', () => {
    const latin1 = () => writeFileSync(at('people-1.csv'), 'id,name,tax\n1,Ada,1\n2,Müller,2\n', 'latin1');

    it('fails the run with file and line, and is read right when the settings say what it is', async () => {
      latin1();
      expect(await streamOf().sync()).toMatchObject({
        outcome: 'FAILED',
        error: {
          code: 'SOURCE_PROTOCOL',
          message: expect.stringMatching(/people-1\.csv, line 3: expected utf-8.*encoding: latin1/),
        },
      });
      const stream = streamOf({ encoding: 'latin1' });
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
      expect(await names(stream)).toEqual({ 1: 'Ada', 2: 'Müller' });
    });
  });

  it('are each everything there is: the newest counts, and what it leaves out goes by a reconcile', async () => {
    const stream = streamOf();
    drop('people-1.csv', 'id,name,tax', '1,Ada,0012', '2,Bob,0013', '3,Cem,0014');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'FULL', read: 3, pages: 2 });
    drop('people-2.csv', 'id,name,tax', '1,Ada,0012', '3,Cem B.,0014', '4,Dee,0015');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'INCREMENTAL', read: 3, changed: 2 });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 0 });
    expect(await names(stream)).toEqual({ 1: 'Ada', 2: 'Bob', 3: 'Cem B.', 4: 'Dee' });
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 1 });
    expect(await names(stream)).toEqual({ 1: 'Ada', 3: 'Cem B.', 4: 'Dee' });
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
    expect((await stream.rows())['1']?.taxId).toBe('0012');
  });

  it('of changes that are moved away once they are read leave nothing that verify would call extra', async () => {
    const stream = streamOf(changes);
    drop('people-1.csv', 'id,name,tax,gone', '1,Ada,0012,', '2,Bob,0013,');
    await stream.sync();
    rmSync(at('people-1.csv'));
    drop('people-2.csv', 'id,name,tax,gone', '2,Bobby,0013,', '3,Cem,0014,', '3,Cem,0014,X');
    await stream.sync();
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL' });
    expect(await names(stream)).toEqual({ 1: 'Ada', 2: 'Bobby' });
    drop('people-3.csv', 'id,name,tax,gone', '2,Bo,0013,', '5,Eve,0015,');
    await stream.sync();
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', source: { records: 2 }, equal: 2 });
  });

  it('with a line whose key cannot be read prove of no record that it is gone', async () => {
    const stream = streamOf();
    drop('people-1.csv', 'id,name,tax,gone', '1,Ada,0012,', '2,Bob,0013,', '3,Cem,0014,');
    await stream.sync();
    rmSync(at('people-1.csv'));
    drop('people-2.csv', 'id,name,tax,gone', '1,Ada,0012,', '2,Bob,0013,', 'Cem');
    for (const repair of [false, true]) {
      expect(await stream.verify({ repair })).toMatchObject({ outcome: 'UNPROVED', equal: 2, unseen: 1, rejected: 1 });
    }
    expect(await names(stream)).toEqual({ 1: 'Ada', 2: 'Bob', 3: 'Cem' });
  });

  it('are gone on with where a pass stopped, in the middle of one', async () => {
    const stream = streamOf(changes);
    drop('people-1.csv', 'id,name,tax,gone', ...[1, 2, 3, 4, 5].map((n) => `${n},"Ada\n${n}",${n},`));
    drop('people-2.csv', 'id,name,tax,gone', '2,Bob,0013,');
    const stop = new AbortController();
    const first = await stream.sync({ signal: stop.signal, onProgress: () => stop.abort() });
    expect(first).toMatchObject({ outcome: 'PARTIAL', read: 2 });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 4 });
    expect(await names(stream)).toEqual({ 1: 'Ada\n1', 2: 'Bob', 3: 'Ada\n3', 4: 'Ada\n4', 5: 'Ada\n5' });
  });

  it('with lines that are none are read but for those, which are put aside with file and line', async () => {
    const stream = streamOf();
    drop('people-1.csv', 'id,name,tax', '1,Ada,0012', '2,Bob', '3,Cem,"x"y', ',Dee,1', '', '5,Eve,0015');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', changed: 2, quarantined: 3 });
    expect(await names(stream)).toEqual({ 1: 'Ada', 5: 'Eve' });
    expect(await stream.quarantined()).toEqual({
      'people-1.csv:3': 'people-1.csv, line 3: expected 3 columns (id, name, tax), got 2',
      'people-1.csv:4': expect.stringContaining('line 4: Invalid Closing Quote'),
      'people-1.csv:5': expect.stringContaining('line 5: Expected every record to carry its key in id'),
    });
    // Whose key the damaged lines had cannot be told: nothing is deleted for not being seen.
    expect(await stream.reconcile()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_PROTOCOL' } });
  });

  it('whose header lost a column that is read fail the run: no field is emptied', async () => {
    const stream = streamOf();
    drop('people-1.csv', 'id,name,tax', '1,Ada,0012');
    await stream.sync();
    drop('people-2.csv', 'id,name,vat', '1,Ada,0012');
    expect(await stream.sync()).toMatchObject({
      outcome: 'FAILED',
      error: {
        code: 'SOURCE_PROTOCOL',
        message: expect.stringMatching(/people-2\.csv, line 1: .*columns tax, got id, name, vat/),
      },
    });
    expect((await stream.rows())['1']?.taxId).toBe('0012');
  });
});
