import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { createFileSystem } from '../../connectors/file/file-system.ts';
import { createRecordSplitter, type RawRecord } from '../../connectors/file/record-splitter.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { randomOf } from '../sync-jobs/harness.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'c360-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];

function connectTo(stream: object, source: object = {}) {
  const things = { resource: '*.csv', key: 'id', records, ...stream };
  const settings = sourceSchema.parse({ kind: 'file', folder, settle: '0s', ...source, streams: { things } });
  return connect({ system: 'drop', settings });
}

const live = () => new AbortController().signal;

async function read(stream: object, source: object = {}) {
  const found = [];
  for await (const page of connectTo(stream, source).pull('things', { since: null, resume: null }, live())) {
    found.push(...page.records);
  }
  return found;
}

const drop = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content);

describe('files of CSV', () => {
  it('are read as they are written: mark, quotes, line ends inside them, other delimiters, text that looks like a number', async () => {
    drop('a.csv', '\ufeff"id";name;"a ""b"""\r\n"00123";"two\nlines; one field";\r\n1e5; x ;"\r\n"\r\n');
    expect((await read({ delimiter: ';' })).map(({ key, data }) => ({ key, data }))).toEqual([
      { key: '00123', data: { id: '00123', name: 'two\nlines; one field', 'a "b"': '' } },
      { key: '1e5', data: { id: '1e5', name: ' x ', 'a "b"': '\r\n' } },
    ]);
  });

  it('may have no header line, no quotes, columns without a name, and names that mean something to JavaScript', async () => {
    drop('a.csv', '1\t5" pipe\n');
    const [named] = await read({ delimiter: '\t', quote: '', columns: ['id', 'name'] });
    expect(named?.data).toEqual({ id: '1', name: '5" pipe' });
    drop('a.csv', 'id,__proto__,,name\n1,x,y,z\n');
    const [unnamed] = await read({});
    expect(Object.entries(unnamed?.data ?? {})).toEqual([
      ['id', '1'],
      ['__proto__', 'x'],
      ['column 3', 'y'],
      ['name', 'z'],
    ]);
  });

  it.each([
    ['windows-1252', Buffer.from('4dfc6c6c6572', 'hex'), 'Müller'],
    ['euc-kr', Buffer.from('c7d1b1db', 'hex'), '한글'],
    ['shift_jis', Buffer.from('835c', 'hex'), 'ソ'],
    ['gb18030', Buffer.from('d6d0', 'hex'), '中'],
  ])('are read in %s, whose bytes may look like ASCII', async (encoding, bytes, name) => {
    drop('a.csv', Buffer.concat([Buffer.from('id,name\n1,"'), bytes, Buffer.from('"\n')]));
    expect((await read({ encoding }))[0]?.data).toEqual({ id: '1', name });
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeffid,name\n', 'utf16le'), {}, /a\.csv, line 1: .*UTF-16/],
    ['UTF-8 where Latin-1 is promised', '\ufeffid,name\n1,x\n', { encoding: 'latin1' }, /says it is UTF-8/],
    ['another delimiter', 'id;name\n1;x\n', {}, /header line with the columns id, name, got id;name; check delimiter/],
    ['a column twice', 'id,name,name\n1,x,y\n', {}, /columns of different names, got name twice/],
    ['nothing at all', '', {}, /expected a header line, got an empty file/],
    ['a quote that never closes', 'id,name\n1,"x\n2,y\n', {}, /line 2: .*cut off \(a quote is opened/],
    ['no JSON', '<html>\n', { format: 'jsonl' }, /line 1: expected JSON Lines/],
  ])('with %s are refused with file and line', async (_, content, stream, message) => {
    drop('a.csv', content);
    await expect(read(stream)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringMatching(message),
    });
  });

  it('are cut into the same records wherever the chunks end, as a CSV parser reads them', () => {
    const seed = Math.floor(Math.random() * 1e9);
    const random = randomOf(seed);
    const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
    for (let round = 0; round < 300; round += 1) {
      const rows = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
        Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
          Array.from({ length: Math.floor(random() * 5) }, () => pick(['a', '"', ',', '\n', '\r\n', 'é', '😀'])).join(
            '',
          ),
        ),
      ).map((row) => (row.join('') === '' ? ['x'] : row));
      const text = rows
        .map((row) => `${row.map((v) => `"${v.replaceAll('"', '""')}"`).join(',')}${pick(['\n', '\r\n'])}`)
        .join('');
      const bytes = Buffer.from(text);
      const splitter = createRecordSplitter({ from: { offset: 0, line: 1 }, quote: 34, delimiter: 44, longest: 1_000 });
      const cut: RawRecord[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + Math.floor(random() * 7);
        cut.push(...splitter.push(bytes.subarray(at, end)));
        at = end;
      }
      const got = cut.map(({ bytes: one }) => parse(String(one), { relax_column_count: true })[0]);
      expect({ seed, round, got, end: cut.at(-1)?.end, rest: splitter.end() }).toEqual({
        seed,
        round,
        got: rows,
        end: bytes.length,
        rest: null,
      });
      // Any record is a place to go on from.
      const from = pick(cut);
      const rest = createRecordSplitter({
        from: { offset: from.end, line: from.endLine },
        quote: 34,
        delimiter: 44,
        longest: 1_000,
      });
      const again = rest.push(bytes.subarray(from.end));
      expect({ seed, round, lines: again.map(({ line }) => line) }).toEqual({
        seed,
        round,
        lines: cut.slice(cut.indexOf(from) + 1).map(({ line }) => line),
      });
    }
  });
});

describe('FAULTS 29: a line of 100 MB', () => {
  it('is put aside without being held, and the lines around it are read', async () => {
    drop('a.csv', 'id,name\n1,Ada\n2,');
    const piece = Buffer.alloc(10_000_000, 'x');
    for (let n = 0; n < 10; n += 1) appendFileSync(join(folder, 'a.csv'), piece);
    appendFileSync(join(folder, 'a.csv'), '\n3,Cem\n');
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }, 1);
    const found = await read({});
    clearInterval(timer);
    expect(found.map(({ key, damage }) => [key, damage])).toEqual([
      ['1', undefined],
      ['a.csv:3', 'a.csv, line 3: expected a record of at most 3000000 bytes, got one of 100000003'],
      ['3', undefined],
    ]);
    expect(most - before).toBeLessThan(95_000_000);
  });
});

describe('the folder', () => {
  it('shows no more than its own plain files: no links, no folders, nothing above it', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'c360-outside-'));
    writeFileSync(join(outside, 'secret.csv'), 'id,name\n1,secret\n');
    symlinkSync(join(outside, 'secret.csv'), join(folder, 'link.csv'));
    mkdirSync(join(folder, 'folder.csv'));
    expect(await read({ mode: 'changes', deletes: 'none' })).toEqual([]);
    rmSync(outside, { recursive: true });
    for (const resource of ['../x.csv', '/etc/passwd', 'a/../../x', 'x/', 'a*/b.csv']) {
      const settings = { kind: 'file', folder, streams: { things: { resource, key: 'id', records } } };
      expect({ resource, ok: sourceSchema.safeParse(settings).success }).toEqual({ resource, ok: false });
    }
  });

  it('FAULTS 51: counts a file as complete that was written before the clock was put back', async () => {
    drop('a.csv', 'id,name\n1,one\n');
    const changes = { mode: 'changes', deletes: 'none' };
    expect(await read(changes, { settle: '90s' })).toEqual([]);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 2 * 86_400_000);
    try {
      expect((await read(changes, { settle: '90s' })).map(({ key }) => key)).toEqual(['1']);
    } finally {
      clock.mockRestore();
    }
  });

  it('does not follow a link to a folder, at any depth, and says so', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'c360-outside-'));
    mkdirSync(join(outside, 'deep'));
    writeFileSync(join(outside, 'secret.csv'), 'id,name\n1,secret\n');
    writeFileSync(join(outside, 'deep', 'secret.csv'), 'id,name\n1,secret\n');
    symlinkSync(outside, join(folder, 'sub'));
    mkdirSync(join(folder, 'own'));
    symlinkSync(join(outside, 'deep'), join(folder, 'own', 'deep'));
    for (const resource of ['sub/*.csv', 'sub/secret.csv', 'sub/deep/*.csv', 'own/deep/*.csv']) {
      await expect(read({ resource, mode: 'changes', deletes: 'none' })).rejects.toMatchObject({
        code: 'SOURCE_FORBIDDEN',
        message: expect.stringMatching(/got a link, and links are not followed\. .*set folder/),
      });
    }
    rmSync(outside, { recursive: true });
  });

  it('may be a link itself, and hold folders of its own', async () => {
    mkdirSync(join(folder, 'own', 'deep'), { recursive: true });
    writeFileSync(join(folder, 'own', 'deep', 'a.csv'), 'id,name\n1,one\n');
    const link = join(mkdtempSync(join(tmpdir(), 'c360-link-')), 'drop');
    symlinkSync(folder, link);
    for (const way of [folder, link, `${link}/`, `${link}/own/..`]) {
      const found = await read({ resource: 'own/deep/*.csv' }, { folder: way });
      expect({ way, keys: found.map(({ key }) => key) }).toEqual({ way, keys: ['1'] });
    }
  });

  it('does not open what a link leads to that took the place of a file or folder after it was listed', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'c360-outside-'));
    mkdirSync(join(folder, 'own'));
    for (const where of [outside, join(folder, 'own')]) writeFileSync(join(where, 'a.csv'), 'id,name\n1,one\n');
    const files = createFileSystem({ system: 'files', folder, timeout: 10_000 });
    const path = join(folder, 'own', 'a.csv');
    expect(await files.names(join(folder, 'own'), live())).toEqual(['a.csv']);
    await (await files.open(path, live())).close();

    rmSync(join(folder, 'own'), { recursive: true });
    symlinkSync(outside, join(folder, 'own'));
    await expect(files.open(path, live())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });

    rmSync(join(folder, 'own'));
    mkdirSync(join(folder, 'own'));
    symlinkSync(join(outside, 'a.csv'), path);
    await expect(files.open(path, live())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    rmSync(outside, { recursive: true });
  });

  it('orders files by when they were written, then by name, or by the digits in their names', async () => {
    for (const [name, time] of Object.entries({ 'b-9': 1_000, 'a-10': 2_000.25, 'c-8': 2_000.5 })) {
      drop(`${name}.csv`, `id,name\n${name},x\n`);
      utimesSync(join(folder, `${name}.csv`), time, time);
    }
    const changes = { mode: 'changes', deletes: 'none' };
    const shown = (found: Awaited<ReturnType<typeof read>>) => found.map(({ key, version }) => [key, version]);
    expect(shown(await read(changes))).toEqual([
      ['b-9', '1970-01-01T00:16:40.000000Z'],
      ['a-10', '1970-01-01T00:33:20.250000Z'],
      ['c-8', '1970-01-01T00:33:20.500000Z'],
    ]);
    expect(shown(await read({ ...changes, sequence: '-(\\d+)' }))).toEqual([
      ['c-8', '00000000000000000008'],
      ['b-9', '00000000000000000009'],
      ['a-10', '00000000000000000010'],
    ]);
    await expect(read({ ...changes, sequence: '_(\\d+)' })).rejects.toMatchObject({ code: 'SOURCE_PROTOCOL' });
  });

  it('takes a file dated 2099 for one of today', async () => {
    drop('a.csv', 'id,name\n1,x\n');
    utimesSync(join(folder, 'a.csv'), new Date('2099-01-01'), new Date('2099-01-01'));
    const [record] = await read({ mode: 'changes', deletes: 'none' });
    expect(String(record?.version) < '2099').toBe(true);
  });

  it('says what is missing: the folder, any file at all', async () => {
    await expect(read({})).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('*.csv'),
    });
    await expect(read({}, { folder: join(folder, 'x') })).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });

  it('notices that a file is written while it is read', async () => {
    drop('a.csv', 'id,name\n1,x\n2,y\n3,z\n');
    const pages = connectTo({}, { pageSize: 1 }).pull('things', { since: null, resume: null }, live());
    const iterator = pages[Symbol.asyncIterator]();
    await iterator.next();
    drop('a.csv', 'id,name\n1,x\n9,y\n10,z\n11,z\n');
    await expect(iterator.next()).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringMatching(/while it is read/),
    });
  });

  it('does not go on in a file of changes that has gone, and says so', async () => {
    const stream = { mode: 'changes', deletes: 'none' };
    drop('a.csv', 'id,name\n1,x\n2,y\n');
    const connector = connectTo(stream, { pageSize: 1 });
    let resume: string | null = null;
    for await (const { next } of connector.pull('things', { since: null, resume }, live())) {
      resume = next;
      break;
    }
    rmSync(join(folder, 'a.csv'));
    const rest = connector.pull('things', { since: null, resume }, live())[Symbol.asyncIterator]();
    await expect(rest.next()).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringMatching(/a\.csv.*Put it back/),
    });
  });

  it.each(['delta', 'resume'])(
    'refuses a %s that another version wrote, so that the stream is read in full',
    async (name) => {
      drop('a.csv', 'id,name\n1,x\n');
      const pages = connectTo({}).pull('things', { since: null, resume: null, [name]: '{"format":2}' }, live());
      await expect(pages[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'SOURCE_CURSOR_EXPIRED' });
    },
  );

  it('of changes must say by its settings how deletes are told', () => {
    const things = { resource: 'a.csv', mode: 'changes', key: 'id', records };
    const parsed = sourceSchema.safeParse({ kind: 'file', folder, streams: { things } });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['streams', 'things', 'deletes'] });
  });
});
