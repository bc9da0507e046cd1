import { describe, expect, it } from '@jest/globals';
import { parse } from 'lossless-json';
import { streamSettings } from '../../config/settings/settings.ts';
import { sourceSchema } from '../../connectors/kinds.ts';
import type { MappedRecord } from '../../connectors/mapped-record.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { compileSourceRecord } from '../../connectors/mapping/source-record.ts';
import { recordId } from '../../schema/ids.ts';
import type { JsonObject } from '../../schema/json.ts';

type Extra = Record<string, unknown>;

const needed: Record<string, Extra> = {
  order: { status: { const: 'DRAFT' } },
  party: { kind: { const: 'PERSON' }, displayName: { const: 'x' } },
  account: { partyId: { const: '1' } },
  orderLine: { orderId: { const: '1' } },
};

async function mapOne(entity: string, fields: Extra, json: string, stream: Extra = {}): Promise<MappedRecord> {
  const { each, key, ...more } = stream;
  const record = { entity, ...(each ? { each, key } : {}), fields: { ...needed[entity], ...fields } };
  const settings = streamSettings.parse({ resource: 'x', key: 'id', ...more, records: [record] });
  const read = compileSourceRecord(settings)(parse(json) as JsonObject);
  const [mapped] = await compileMapping({ system: 'erp', streamName: 'x', stream: settings }).mapPage([read]);
  if (!mapped) throw new Error('expected one result a record');
  return mapped;
}

async function fieldOf(entity: string, field: string, mapping: unknown, json: string, stream: Extra = {}) {
  const mapped = await mapOne(entity, { [field]: mapping }, json, stream);
  return mapped.outcome === 'mapped' ? mapped.rows[0]?.fields[field] : String('message' in mapped && mapped.message);
}

/** A field of each sort of value that no yes or no can be. */
const fields: [sort: string, entity: string, field: string, mapping: unknown][] = [
  ['text', 'party', 'displayName', 'a'],
  ['text that has a form', 'party', 'language', 'a'],
  ['long text', 'party', 'email', 'a'],
  ['date', 'party', 'birthDate', 'a'],
  ['date of a format', 'party', 'birthDate', { path: 'a', format: 'dd.MM.yyyy' }],
  ['instant', 'contactPoint', 'verifiedAt', 'a'],
  ['date and time kept apart', 'contactPoint', 'verifiedAt', { path: 'a', time: 'b' }],
  ['decimal', 'order', 'totalAmount', 'a'],
  ['whole number', 'orderLine', 'lineNo', 'a'],
  ['reference', 'order', 'partyId', 'a'],
  ['reference with a prefix', 'order', 'partyId', { path: 'a', prefix: 'party,' }],
  ['reference by several paths', 'order', 'partyId', { key: ['id', 'a'] }],
  ['list of references', 'party', 'crossReferences', 'a'],
  ['expression', 'party', 'email', { expression: 'a' }],
  ['enum without a table', 'order', 'status', 'a'],
];
needed.contactPoint = { partyId: { const: '1' }, kind: { const: 'EMAIL' }, raw: { const: 'x' } };

describe('a boolean is no', () => {
  it.each(fields)('%s: the record is put aside, with the setting that would do', async (_, entity, field, mapping) => {
    const message = await fieldOf(entity, field, mapping, '{"id":1,"a":false,"b":false}');
    expect(message).toMatch(new RegExp(`^${entity}\\.${field}: expected .*, got false$`));
    expect(message).toContain('`nulls: [false]`');
  });

  it('word either where it is true', async () => {
    expect(await fieldOf('party', 'email', 'a', '{"id":1,"a":true}')).toMatch(/`enum`.*got true$/);
  });

  it('key: a record without another one is an error, an element of a list goes to quarantine', async () => {
    const stream = streamSettings.parse({
      resource: 'x',
      key: 'id',
      nulls: ['0'],
      records: [{ entity: 'party', fields: {} }],
    });
    expect(() => compileSourceRecord(stream)({ id: false })).toThrow('carry its key in id');
    // What means nothing elsewhere may well be a key.
    expect(compileSourceRecord(stream)({ id: '0' }).key).toBe('0');
    const mapped = await mapOne('orderLine', {}, '{"id":1,"lines":[{"id":false}]}', { each: 'lines', key: 'id' });
    expect(mapped).toMatchObject({ outcome: 'rejected', message: expect.stringContaining('key: expected a key') });
  });

  it('change stamp: the record is put aside, unless it means nothing', async () => {
    const cursor = { field: ['changed', 'created'] };
    const json = '{"id":1,"changed":false,"created":"2025-01-01T00:00:00Z"}';
    const mapped = await mapOne('party', {}, json, { cursor });
    expect(mapped).toMatchObject({
      outcome: 'rejected',
      message: expect.stringMatching(/^cursor: .*nulls: \[false\]/),
    });
    expect((await mapOne('party', {}, json, { cursor, nulls: [false] })).record.version).toBe(
      '2025-01-01T00:00:00.000000Z',
    );
    const never = await mapOne('party', {}, '{"id":1,"changed":false}', { cursor, nulls: [false] });
    expect([never.outcome, never.record.version]).toEqual(['mapped', null]);
  });
});

describe('values that mean nothing to a stream', () => {
  const nulls = [false, '', 'N/A', '0000-00-00', 0, '1900-01-01 00:00:00'];
  const nothing = (entity: string, field: string) =>
    field === 'crossReferences'
      ? []
      : entity === 'order' && field === 'status'
        ? expect.stringContaining('got nothing')
        : null;

  it.each(fields.filter(([, , field]) => field !== 'displayName'))(
    'are nothing to a %s',
    async (_, entity, field, mapping) => {
      for (const found of ['false', '"N/A"', '0', '"0"', '" "']) {
        const json = `{"id":1,"a":${found},"b":false}`;
        expect([found, await fieldOf(entity, field, mapping, json, { nulls })]).toEqual([
          found,
          nothing(entity, field),
        ]);
      }
    },
  );

  it('are not taken from several paths, where a later one has a value', async () => {
    const mapping = { paths: ['a', 'b', 'c'] };
    expect(await fieldOf('party', 'email', mapping, '{"id":1,"a":false,"b":"N/A","c":"x@y.z"}', { nulls })).toBe(
      'x@y.z',
    );
  });

  it('are no list of elements either, and are left out of a list of references', async () => {
    const stream = { nulls, each: 'lines', key: 'no' };
    expect(await mapOne('orderLine', {}, '{"id":1,"lines":false}', stream)).toMatchObject({
      outcome: 'mapped',
      rows: [],
    });
    expect(await fieldOf('party', 'crossReferences', 'a', '{"id":1,"a":[false,"7","N/A"]}', { nulls })).toEqual([
      recordId({ system: 'erp', entity: 'party', key: '7' }),
    ]);
  });

  it.each([
    ['true', true],
    ['false', false],
    ['""', false],
    ['"N/A"', null],
    ['null', null],
  ])('leave a yes or no what it is: %s', async (found, value) => {
    expect(await fieldOf('account', 'isKeyAccount', 'a', `{"id":1,"a":${found}}`, { nulls })).toBe(value);
  });

  it('give way to a table that has a word for them', async () => {
    const mapping = { path: 'a', enum: { false: 'CANCELLED', true: 'CONFIRMED', 'N/A': 'DRAFT' } };
    for (const [found, value] of [
      ['false', 'CANCELLED'],
      ['true', 'CONFIRMED'],
      ['"N/A"', 'DRAFT'],
    ]) {
      expect(await fieldOf('order', 'status', mapping, `{"id":1,"a":${found}}`, { nulls })).toBe(value);
      expect(await fieldOf('order', 'status', mapping, `{"id":1,"a":${found}}`)).toBe(value);
    }
  });

  it('are filled by a default, and added to by those of a field', async () => {
    const mapping = { path: 'a', nulls: ['none'], default: 'EUR' };
    for (const found of ['false', '"none"', '"N/A"']) {
      expect(await fieldOf('order', 'currency', mapping, `{"id":1,"a":${found}}`, { nulls })).toBe('EUR');
    }
  });

  it('leave alone what the settings say themselves', async () => {
    expect(await fieldOf('party', 'email', { const: 'N/A' }, '{"id":1}', { nulls })).toBe('N/A');
    expect(await fieldOf('party', 'email', { path: 'a', enum: { '1': true } }, '{"id":1,"a":1}', { nulls })).toBe(
      'true',
    );
    expect(await fieldOf('party', 'email', { const: true }, '{"id":1}')).toBe('true');
  });

  it('a word that spells a boolean is a word, unless that word is listed', async () => {
    expect(await fieldOf('party', 'email', 'a', '{"id":1,"a":"false"}', { nulls })).toBe('false');
    expect(await fieldOf('party', 'email', 'a', '{"id":1,"a":"false"}', { nulls: ['false'] })).toBeNull();
    expect(await fieldOf('party', 'email', 'a', '{"id":1,"a":false}', { nulls: ['false'] })).toBeNull();
  });

  it('change the hash of the mapping', () => {
    const records = [{ entity: 'party', fields: needed.party }];
    const hashes = [undefined, [false], ['N/A']].map((listed) => {
      const stream = streamSettings.parse({ resource: 'x', key: 'id', nulls: listed, records });
      return compileMapping({ system: 'erp', streamName: 'x', stream }).hash;
    });
    expect(new Set(hashes).size).toBe(3);
  });
});

describe('what means nothing to a source', () => {
  it('does so in each of its streams that does not say it for itself', () => {
    const records = [{ entity: 'party', fields: needed.party }];
    const stream = { resource: '/x', key: 'id', records };
    const streams = { a: stream, b: { ...stream, nulls: ['N/A'] }, c: { ...stream, nulls: [] } };
    const source = sourceSchema.parse({ kind: 'rest', url: 'http://127.0.0.1:1', nulls: [false], streams });
    expect(Object.values(source.streams).map(({ nulls }) => nulls)).toEqual([[false], ['N/A'], []]);
  });
});

describe('a day among the nulls', () => {
  const nulls = ['1970-01-01', '0001-01-01', '9999-12-31'];

  it.each<[json: string, options: Extra]>([
    ['"1970-01-01T00:00:00Z"', {}],
    ['"1970-01-01 00:00:00.000"', {}],
    ['"1970-01-01T00:00:00"', { zone: 'Europe/Berlin' }],
    ['"1970-01-01T01:00:00+01:00"', {}],
    ['"/Date(0)/"', {}],
    ['0', { format: 'X' }],
    ['"0001-01-01T00:00:00Z"', {}],
    ['"01.01.0001"', { format: 'dd.MM.yyyy' }],
    ['"9999-12-31T23:59:59.997"', {}],
  ])('is nothing in every spelling of its first and last moment: %s', async (json, options) => {
    expect(
      await fieldOf('contactPoint', 'verifiedAt', { path: 'a', ...options }, `{"id":1,"a":${json}}`, { nulls }),
    ).toBe(null);
    expect(await fieldOf('party', 'birthDate', { path: 'a', ...options }, `{"id":1,"a":${json}}`, { nulls })).toBe(
      null,
    );
  });

  it('is nothing as a change stamp', () => {
    const settings = streamSettings.parse({
      ...{ resource: 'x', key: 'id', nulls, cursor: { field: ['edited', 'made'] } },
      records: [{ entity: 'party', fields: {} }],
    });
    const read = compileSourceRecord(settings);
    expect(read({ id: '1', edited: '1970-01-01T00:00:00.000Z', made: '2026-01-02T03:04:05Z' }).version).toBe(
      '2026-01-02T03:04:05.000000Z',
    );
    expect(read({ id: '1', edited: '0001-01-01T00:00:00' }).version).toBe(null);
  });

  it('is a time where it is neither the first nor the last moment', async () => {
    const read = await fieldOf('contactPoint', 'verifiedAt', 'a', '{"id":1,"a":"1970-01-01T10:00:00Z"}', { nulls });
    expect(read).toBe('1970-01-01T10:00:00.000000Z');
  });
});
