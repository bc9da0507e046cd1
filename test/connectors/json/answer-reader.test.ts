import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAnswerReader } from '../../../connectors/http/answer-reader.ts';
import { cutList } from '../../../connectors/json/cut-list.ts';
import { parseExactly } from '../../../connectors/json/exact-json.ts';
import type { ListPlace } from '../../../connectors/json/list-place.ts';
import { createRecordScanner } from '../../../connectors/json/record-scanner.ts';
import type { JsonObject } from '../../../schema/json.ts';

interface Given {
  place?: ListPlace;
  contentType?: string;
  maxRecordBytes?: number;
  mostBytes?: number;
}

const items: ListPlace = { lists: ['items'] };

function read(chunks: readonly (string | Buffer)[], given: Given = {}) {
  const { place = items, contentType, maxRecordBytes = 1_000, mostBytes = 1e9 } = given;
  const reader = createAnswerReader({ place, contentType, maxRecordBytes, mostBytes });
  for (const chunk of chunks) reader.push(Buffer.from(chunk as string));
  return reader.end();
}

/** A text in pieces that may end in the middle of a character, an escape or a number. */
function piecesOf(text: string, borders: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const cuts = [...new Set(borders.map((border) => border % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...cuts, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : cuts[index - 1], end));
}

/** An object around a list, at a path that is made with it. */
const answer = fc
  .record({
    records: fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 })), { maxLength: 6 }),
    names: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), { maxLength: 3 }),
    before: fc.jsonValue({ maxDepth: 3 }),
    after: fc.jsonValue({ maxDepth: 3 }),
    spaces: fc.constantFrom(0, 1),
  })
  .map(({ records, names, before, after, spaces }) => {
    const around = (inner: unknown, name: string) => ({ '[before]': before, [name]: inner, '[after]': after });
    const body = names.reduceRight<unknown>(around, records);
    const path = names.map((name) => name.replaceAll('.', '\\.')).join('.');
    return { text: JSON.stringify(body, null, spaces), path };
  })
  .filter(({ path }) => !/\\\\|\.{2}|^\^/.test(path));

describe('an answer read in pieces', () => {
  it('is what it is as a whole, wherever the pieces end', () => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(), { maxLength: 12 }), ({ text, path }, borders) => {
        const place = { lists: [path] };
        const whole = cutList(parseExactly(text), place);
        // Nothing is parsed as a whole where a record may have fewer bytes than the answer.
        const inPieces = readByScan(piecesOf(text, borders), place);
        expect(inPieces).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  function readByScan(pieces: readonly Buffer[], place: ListPlace) {
    const found: JsonObject[] = [];
    const scanner = createRecordScanner({
      place,
      maxRecordBytes: 1e9,
      onRecord: (_, record) => {
        if ('bytes' in record) found.push(parseExactly(record.bytes.toString()) as JsonObject);
      },
    });
    for (const piece of pieces) scanner.push(piece);
    const { beside, found: paths } = scanner.end();
    const [path] = paths;
    const list = path === undefined ? null : { path, items: found.map((value) => ({ value })) };
    return { rest: parseExactly(beside.toString()), list };
  }

  it('that ends early is never a shorter one, wherever it ends', () => {
    fc.assert(
      fc.property(answer, fc.nat(), ({ text, path }, at) => {
        const bytes = Buffer.from(text);
        const cut = bytes.subarray(0, at % bytes.length);
        expect(() => read([cut], { place: { lists: [path] }, maxRecordBytes: 20 })).toThrow(/^expected JSON, got/);
        expect(() => read([cut], { place: { lists: [path] }, maxRecordBytes: 1e9 })).toThrow(/^expected JSON, got/);
      }),
      { numRuns: 300 },
    );
  });
});

/** A record of `{"id":…}` among whole ones, in an answer that is parsed as a whole first, and in one that is not. */
describe.each([
  ['small', 0],
  ['large', 600_000],
])('in a %s answer, one record', (_, padding) => {
  const around = (record: string) => [
    `{"total":3,"pad":"${'x'.repeat(padding)}","items":[{"id":1}, `,
    record,
    ' ,{"id":3}],"next":"n"}',
  ];

  it.each<[string, string | Buffer, string, JsonObject]>([
    [
      'with a name twice',
      '{"id":2,"a":"Ada","a":"Bob"}',
      'each name once in an object, got "a" twice',
      { id: '2', a: null },
    ],
    ['with NaN', '{"id":2,"a":NaN}', 'expected a value at character 13, got "N"', { id: '2', a: null }],
    ['with Infinity', '{"a":-Infinity,"id":2}', 'expected a value', { a: null, id: '2' }],
    [
      'with a hundred thousand levels',
      `{"id":2,"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
      'at most 200 levels',
      { id: '2' },
    ],
    [
      'with objects in objects',
      `{"id":2,"a":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`,
      'at most 200 levels',
      { id: '2' },
    ],
    ['with an escape there is not', '{"id":2,"a":"\\x"}', 'an escape of JSON', { id: '2', a: null }],
    ['with a line break in a string', '{"id":2,"a":"1\n2"}', 'control characters', { id: '2', a: null }],
    ['with a comma too much', '{"id":2,"b":{"c":true},}', 'a name in double quotes', { id: '2', b: { c: true } }],
    [
      'with bytes that are no UTF-8',
      Buffer.from([...Buffer.from('{"id":2,"a":"'), 0xff, 0x22, 0x7d]),
      'expected text in UTF-8',
      { id: '2', a: null },
    ],
    ['that has its key twice', '{"id":2,"id":3}', 'got "id" twice', { id: null }],
    [
      'with more values than memory is for',
      `{"id":2,"a":[${'1,'.repeat(200_000)}1]}`,
      'at most 200000 values',
      { id: '2' },
    ],
    ['that is NaN', 'NaN', 'expected a value', {}],
    [
      'that is too large',
      `{"a":"${'é'.repeat(2_000_000)}","id":2}`,
      'a record of at most 3000000 bytes, got one of 4000015',
      { id: '2' },
    ],
  ])('%s costs only itself', (_name, record, reason, outline) => {
    const bytes = Buffer.from(record as string);
    const [before = '', , after = ''] = around('');
    const { rest, list } = read([before, bytes, after], { maxRecordBytes: 3_000_000 });
    expect(rest).toMatchObject({ items: [], next: 'n' });
    const [first, damaged, third, ...more] = list?.items ?? [];
    expect([first, third, more].map((item) => JSON.stringify(item))).toEqual([
      '{"value":{"id":{"value":"1","isLosslessNumber":true}}}',
      '{"value":{"id":{"value":"3","isLosslessNumber":true}}}',
      '[]',
    ]);
    const { a: _a, ...withoutA } = plain(damaged?.value as JsonObject);
    const { a: _b, ...expected } = outline;
    expect(withoutA).toEqual(expected);
    expect(damaged?.damage?.reason).toContain(reason);
    expect(damaged?.damage).toMatchObject({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    const { text = '' } = damaged?.damage ?? {};
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    expect(bytes.toString().startsWith(text)).toBe(true);
  });

  it.each([
    ['without its closing bracket', '{"id":2'],
    ['with brackets that do not match', '{"id":2,"a":[1}'],
    ['with a quote too much', '{"id":2,"a":"1"2"}'],
    ['that is not there, between two commas', ' '],
    ['not set off by a comma', '{"id":2} {"id":5}'],
    ['as a single word that runs on', '2{"id":2}'],
  ])('%s costs the answer: where the others begin cannot be told', (_name, record) => {
    expect(() => read(around(record), { maxRecordBytes: 3_000_000 })).toThrow(
      /^expected JSON, got text that is not whole/,
    );
  });

  it.each([
    ['a login page', `<!DOCTYPE html><html>${'x'.repeat(padding)}`, 'an HTML page'],
    ['XML', `<feed>${'x'.repeat(padding)}</feed>`, 'got XML'],
    ['something after its end', `{"items":[],"pad":"${'x'.repeat(padding)}"} x`, 'not whole or not JSON'],
    ['two lists of that name', `{"items":[{"id":1}],"pad":"${'x'.repeat(padding)}","items":[{"id":2}]}`, 'not JSON'],
  ])('%s instead is an error', (_name, text, reason) => {
    expect(() => read([text], { maxRecordBytes: 3_000_000 })).toThrow(reason);
  });
});

function plain(value: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(value), (_, inner) =>
    inner !== null && typeof inner === 'object' && 'isLosslessNumber' in inner ? inner.value : inner,
  );
}

describe('a large answer', () => {
  it('has its list where it was said to be, and the preferred of several', () => {
    const place = { lists: ['data.all', 'data.all.nodes', 'data.all.edges'] };
    const text = '{"data":{"all":{"edges":[{"node":{"id":1}}],"nodes":[{"id":2}],"pageInfo":{"hasNextPage":false}}}}';
    for (const maxRecordBytes of [30, 1_000]) {
      const { rest, list } = read([text], { place, maxRecordBytes });
      expect(list?.path).toBe('data.all.nodes');
      expect(list?.items.map(({ value }) => JSON.stringify(value))).toEqual([
        '{"id":{"value":"2","isLosslessNumber":true}}',
      ]);
      expect(rest).toEqual({ data: { all: { edges: [], nodes: [], pageInfo: { hasNextPage: false } } } });
    }
  });

  it('may be one record, or hold one', () => {
    const record = `{"id":2,"blob":"${'x'.repeat(2_000)}"}`;
    for (const [text, path] of [
      [record, ''],
      [`{"data":${record}}`, 'data'],
    ] as const) {
      const { list } = read([text], { place: { lists: [], record: path } });
      expect(list?.items.map(({ value, damage }) => [plain(value as JsonObject), damage?.bytes])).toEqual([
        [{ id: '2' }, record.length],
      ]);
    }
    expect(read(['{"data":null}'], { place: { lists: [], record: 'data' } }).list).toBeNull();
  });

  it('is read in the charset it says, and without its byte order mark', () => {
    const text = `{"items":[{"id":"${'ü'.repeat(40)}"}]}`;
    const latin = Buffer.from(text, 'latin1');
    const contentType = 'application/json; charset=iso-8859-1';
    expect(read([latin], { contentType, maxRecordBytes: 60 }).list?.items[0]).toMatchObject({ damage: { bytes: 89 } });
    expect(read([latin], { contentType }).list?.items[0]?.value).toEqual({ id: 'ü'.repeat(40) });
    expect(read([`\uFEFF${text}`], { maxRecordBytes: 90 }).list?.items[0]?.value).toEqual({ id: 'ü'.repeat(40) });
    expect(() => read([Buffer.from([0xff])], { contentType: 'text/plain; charset=shift_jis' })).toThrow('shift_jis');
  });

  it('with more records than are held at once says what to do', () => {
    expect(() => read([`{"items":[${'{"id":1},'.repeat(100)}{}]}`], { maxRecordBytes: 20, mostBytes: 500 })).toThrow(
      'expected at most 500 bytes of records in one answer, got more; make pageSize smaller',
    );
  });

  it('with more beginnings of damaged records than are held at once says the same', () => {
    const long = `{"id":"${'x'.repeat(100)}"},`;
    expect(() => read([`{"items":[${long.repeat(10)}{}]}`], { maxRecordBytes: 20, mostBytes: 500 })).toThrow(
      'expected at most 500 bytes of records in one answer, got more',
    );
  });

  it('FAULTS 50: that is one record of 60 MB is not held', () => {
    const damaged: unknown[] = [];
    const onRecord = (_: string, record: unknown) => damaged.push(record);
    const scanner = createRecordScanner({ place: items, maxRecordBytes: 3_000_000, onRecord });
    const chunk = Buffer.from('1,'.repeat(30_000));
    let most = 0;
    scanner.push(Buffer.from('{"items":[{"id":7,"x":['));
    for (let pushed = 0; pushed < 60_000_000; pushed += chunk.length) {
      scanner.push(chunk);
      most = Math.max(most, scanner.held());
    }
    scanner.push(Buffer.from('1]}]}'));
    expect(scanner.end().beside.toString()).toBe('{"items":[]}');
    expect(most).toBeLessThan(3_200_000);
    expect(damaged).toMatchObject([{ damage: { bytes: 60_000_016 }, outline: { id: { value: '7' } } }]);
  });
});
