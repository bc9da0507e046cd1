import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'lossless-json';
import type { HubError } from '../../config/errors.ts';
import { streamSettings } from '../../config/settings/settings.ts';
import type { SourceRecord } from '../../connectors/connector.ts';
import type { MappedRecord } from '../../connectors/mapped-record.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { compileSourceRecord } from '../../connectors/mapping/source-record.ts';
import { compoundKey, keyParts, recordId } from '../../schema/ids.ts';
import type { JsonObject } from '../../schema/json.ts';

type Records = unknown[];
type Extra = Record<string, unknown>;

function streamWith(records: Records, extra: Extra = {}) {
  return streamSettings.parse({ resource: 'x', key: 'id', ...extra, records });
}

/** Maps one source record, given as JSON text so that numbers keep their digits. */
async function mapOne(records: Records, json: string, extra: Extra = {}): Promise<MappedRecord> {
  const stream = streamWith(records, extra);
  const record = compileSourceRecord(stream)(parse(json) as JsonObject);
  const [mapped] = await compileMapping({ system: 'erp', streamName: 'orders', stream }).mapPage([record]);
  if (!mapped) throw new Error('expected one result a record');
  return mapped;
}

async function fieldsOf(fields: Extra, json: string, entity = 'order') {
  const required: Extra = {
    order: { status: { const: 'DRAFT' } },
    party: { kind: { const: 'PERSON' }, displayName: { const: 'x' } },
  };
  const mapped = await mapOne([{ entity, fields: { ...(required[entity] as Extra), ...fields } }], json);
  if (mapped.outcome !== 'mapped') return mapped;
  return Object.fromEntries(Object.keys(fields).map((name) => [name, mapped.rows[0]?.fields[name]]));
}

async function rejectionOf(fields: Extra, json: string, entity = 'order'): Promise<string> {
  const mapped = await fieldsOf(fields, json, entity);
  return mapped.outcome === 'rejected' ? String(mapped.message) : `not rejected: ${JSON.stringify(mapped)}`;
}

function invalidOf(records: Records, extra: Extra = {}): string {
  try {
    compileMapping({ system: 'erp', streamName: 'orders', stream: streamWith(records, extra) });
  } catch (error) {
    return `${(error as HubError).code} ${(error as HubError).message}`;
  }
  return 'valid';
}

describe('a mapping', () => {
  it('makes a canonical row with the id computed of system, entity and key', async () => {
    const mapped = await mapOne(
      [{ entity: 'order', fields: { status: { const: 'DRAFT' }, orderNumber: 'no' } }],
      '{"id":"10248","no":"A-1"}',
    );
    expect(mapped).toMatchObject({
      outcome: 'mapped',
      rows: [{ entity: 'order', id: recordId({ system: 'erp', entity: 'order', key: '10248' }), key: '10248' }],
    });
  });

  it('fills fields that are not mapped with null, and lists with nothing', async () => {
    const mapped = await mapOne(
      [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }],
      '{"id":1,"name":"Ada"}',
    );
    expect(mapped).toMatchObject({ rows: [{ fields: { displayName: 'Ada', email: null, crossReferences: [] } }] });
  });

  it('reads nested paths, list places, names with dots, and the first path that is not empty', async () => {
    const json = '{"id":1,"a":{"b":[{"c":"deep"}]},"x.y":"dotted","n":null,"e":""}';
    expect(
      await fieldsOf(
        {
          orderNumber: 'a.b.0.c',
          customerReference: 'x\\.y',
          sourceStatus: { paths: ['n', 'e', 'missing', 'a.b.0.c'] },
        },
        json,
      ),
    ).toEqual({ orderNumber: 'deep', customerReference: 'dotted', sourceStatus: 'deep' });
  });

  it('makes one row of each element of a list, with keys and fields of the record around it', async () => {
    const records = [
      {
        entity: 'orderLine',
        each: 'items',
        key: ['^.id', 'pos'],
        fields: { orderId: '^.id', lineNo: 'pos', orderedQty: 'qty' },
      },
    ];
    const mapped = await mapOne(records, '{"id":"7/1","items":[{"pos":10,"qty":1.5},{"pos":20,"qty":2}]}');
    expect(mapped).toMatchObject({
      rows: [
        {
          key: '7\\/1/10',
          fields: { lineNo: 10, orderedQty: '1.5', orderId: recordId({ system: 'erp', entity: 'order', key: '7/1' }) },
        },
        { key: '7\\/1/20', fields: { lineNo: 20, orderedQty: '2' } },
      ],
    });
    expect(await mapOne(records, '{"id":"7","items":null}')).toMatchObject({ outcome: 'mapped', rows: [] });
    expect(await mapOne(records, '{"id":"7","items":{"pos":1}}')).toMatchObject({
      outcome: 'rejected',
      message: 'orderLine.items: expected a list, got an object with pos',
    });
  });

  it('rejects a record that makes two rows of one key', async () => {
    const records = [{ entity: 'orderLine', each: 'items', key: ['^.id', 'pos'], fields: { orderId: '^.id' } }];
    const mapped = await mapOne(records, '{"id":"7","items":[{"pos":1},{"pos":1}]}');
    expect(mapped).toMatchObject({
      outcome: 'rejected',
      code: 'RECORD_INVALID',
      message: expect.stringContaining('"7/1" twice'),
    });
  });

  it('reads references: in this system or another, by prefix, by several keys, as lists', async () => {
    const json = '{"id":1,"p":"C7","o":"sale.sale,50","other":"stock.move,3","many":["1","2","1"],"none":""}';
    const idOf = (entity: string, key: string, system = 'erp') => recordId({ system, entity, key });
    const fields = { partyId: { path: 'p', system: 'crm' }, orderId: { path: 'o', prefix: 'sale.sale,' } };
    const shipment = { status: { const: 'SHIPPED' } };
    const mapped = await mapOne([{ entity: 'shipment', fields: { ...fields, ...shipment } }], json);
    expect(mapped).toMatchObject({
      rows: [{ fields: { partyId: idOf('party', 'C7', 'crm'), orderId: idOf('order', '50') } }],
    });
    const other = { orderId: { path: 'other', prefix: 'sale.sale,' }, partyId: 'none', ...shipment };
    expect(await mapOne([{ entity: 'shipment', fields: other }], json)).toMatchObject({
      rows: [{ fields: { orderId: null, partyId: null } }],
    });
    expect(await fieldsOf({ crossReferences: { path: 'many', system: 'crm' } }, json, 'party')).toEqual({
      crossReferences: [idOf('party', '1', 'crm'), idOf('party', '2', 'crm')],
    });
    expect(await fieldsOf({ partyId: { key: ['id', 'p'] } }, json)).toEqual({ partyId: idOf('party', '1/C7') });
    expect(await fieldsOf({ partyId: { key: ['id', 'missing'] } }, json)).toEqual({ partyId: null });
  });

  it.each<[string, Extra, string]>([
    ['a word that is near', { status: { path: 's', enum: { d: 'DRAFTS' } } }, 'DONE, CANCELLED. Did you mean "DRAFT"?'],
    ['a word of another field', { status: { path: 's', enum: { d: 'PERSON' } } }, '`enum` makes "PERSON" of "d"'],
    ['a text for an amount', { netAmount: { path: 's', enum: { a: 'much' } } }, '`enum` makes "much" of "a"'],
    ['a day there is not', { orderDate: { path: 's', enum: { a: '2026-02-30' } } }, '`enum` makes "2026-02-30"'],
  ])('refuses an enum table that leads to %s', (_, fields, reason) => {
    const records = [{ entity: 'order', fields: { status: { const: 'DRAFT' }, ...fields } }];
    const stream = streamWith(records, {});
    expect(() => compileMapping({ system: 'erp', streamName: 'orders', stream })).toThrow(reason);
  });

  it('reads enum tables, and rejects a value that is not in one, naming it and those that are', async () => {
    const status = { path: 's', enum: { draft: 'DRAFT', done: 'DONE' } };
    expect(await fieldsOf({ status }, '{"id":1,"s":"done"}')).toEqual({ status: 'DONE' });
    expect(await rejectionOf({ status }, '{"id":1,"s":"odd"}')).toBe(
      'order.status: expected one of the values of the enum table (draft, done), got "odd"',
    );
    expect(await fieldsOf({ status: { ...status, default: 'DRAFT' } }, '{"id":1,"s":"odd"}')).toEqual({
      status: 'DRAFT',
    });
    expect(await rejectionOf({ status: 's' }, '{"id":1,"s":"done"}')).toContain('expected one of DRAFT, QUOTATION');
  });

  it('takes what the settings call nothing, empty text and defaults for what they are', async () => {
    const json = '{"id":1,"a":"00000000","b":"  ","c":"keep "}';
    expect(
      await fieldsOf(
        {
          orderDate: { path: 'a', nulls: ['00000000'], format: 'yyyyMMdd' },
          customerReference: 'b',
          sourceStatus: { path: 'b', default: 'open' },
          orderNumber: 'c',
        },
        json,
      ),
    ).toEqual({ orderDate: null, customerReference: null, sourceStatus: 'open', orderNumber: 'keep ' });
  });

  it('rejects a record without a required value, naming the field', async () => {
    const mapped = await mapOne(
      [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }],
      '{"id":1,"name":""}',
    );
    expect(mapped).toMatchObject({
      outcome: 'rejected',
      code: 'RECORD_INVALID',
      message: 'party.displayName: expected a value, got nothing',
    });
  });

  it('rejects text that is too long, codes that are none, and objects where a value is expected', async () => {
    expect(await rejectionOf({ orderNumber: 'n' }, `{"id":1,"n":"${'x'.repeat(65)}"}`)).toContain(
      'expected at most 64 characters',
    );
    expect(await rejectionOf({ currency: 'c' }, '{"id":1,"c":"eur"}')).toBe(
      'order.currency: expected an ISO 4217 currency code such as EUR, got "eur"',
    );
    expect(await rejectionOf({ orderNumber: 'n' }, '{"id":1,"n":{"a":1}}')).toBe(
      'order.orderNumber: expected a single value, got an object with a',
    );
  });

  it('passes the other records of a page when one does not fit', async () => {
    const stream = streamWith([{ entity: 'order', fields: { status: { const: 'DRAFT' }, orderDate: 'd' } }]);
    const recordOf = compileSourceRecord(stream);
    const page = ['2025-01-01', '31.31.2025', '2025-01-03'].map((d, id) => recordOf({ id: String(id), d }));
    const mapped = await compileMapping({ system: 'erp', streamName: 'orders', stream }).mapPage(page);
    expect(mapped.map(({ outcome }) => outcome)).toEqual(['mapped', 'rejected', 'mapped']);
  });

  it('says of a deleted record only that it is deleted', async () => {
    const deletes = { deletes: { flag: 'gone', values: ['1', 'true'] } };
    const records = [{ entity: 'order', fields: { status: 'nowhere' } }];
    expect(await mapOne(records, '{"id":1,"gone":true}', deletes)).toMatchObject({ outcome: 'deleted' });
    expect(await mapOne(records, '{"id":1,"gone":1}', deletes)).toMatchObject({ outcome: 'deleted' });
    expect(await mapOne(records, '{"id":1,"gone":false}', deletes)).toMatchObject({ outcome: 'rejected' });
  });

  it('rejects a record whose change stamp is there and cannot be read', async () => {
    const records = [{ entity: 'order', fields: { status: { const: 'DRAFT' } } }];
    const mapped = await mapOne(records, '{"id":1,"t":"yesterday"}', { cursor: { field: 't' } });
    expect(mapped).toMatchObject({
      outcome: 'rejected',
      message: expect.stringContaining('cursor: expected a date or time'),
    });
    expect(await mapOne(records, '{"id":1,"t":null}', { cursor: { field: 't' } })).toMatchObject({ outcome: 'mapped' });
  });

  it('has a hash that changes with the mapping and with nothing else', () => {
    const hashOf = (records: Records, extra: Extra = {}) =>
      compileMapping({ system: 'erp', streamName: 'orders', stream: streamWith(records, extra) }).hash;
    const records = [{ entity: 'order', fields: { status: { const: 'DRAFT' } } }];
    expect(hashOf(records)).toBe(hashOf(records, { schedule: '* * * * *', pageSize: 7 }));
    expect(hashOf(records)).not.toBe(hashOf([{ entity: 'order', fields: { status: { const: 'DONE' } } }]));
  });
});

describe('an expression', () => {
  it('computes a field, and whether a record is made at all', async () => {
    const records = [
      {
        entity: 'order',
        when: 'kind = "sale"',
        fields: { status: { const: 'DRAFT' }, netAmount: { expression: '$round(price * qty, 4)' } },
      },
    ];
    expect(await mapOne(records, '{"id":1,"kind":"sale","price":0.1,"qty":3}')).toMatchObject({
      rows: [{ fields: { netAmount: '0.3' } }],
    });
    expect(await mapOne(records, '{"id":1,"kind":"quote"}')).toMatchObject({ outcome: 'mapped', rows: [] });
  });

  it('sees the element of an `each`, and the whole record as $record', async () => {
    const records = [
      {
        entity: 'orderLine',
        each: 'items',
        key: ['^.id', 'pos'],
        fields: { orderId: '^.id', sku: { expression: '$record.no & "-" & pos' } },
      },
    ];
    expect(await mapOne(records, '{"id":1,"no":"A","items":[{"pos":1}]}')).toMatchObject({
      rows: [{ fields: { sku: 'A-1' } }],
    });
  });

  it('keeps numbers that a float would change as text', async () => {
    expect(await fieldsOf({ orderNumber: { expression: 'big' } }, '{"id":1,"big":12345678901234567890}')).toEqual({
      orderNumber: '12345678901234567890',
    });
  });

  it('that does not end rejects the record instead of stopping the hub', async () => {
    const mapped = await rejectionOf(
      { orderNumber: { expression: '($f := function($n) { $f($n + 1) }; $f(0))' } },
      '{"id":1}',
    );
    expect(mapped).toContain('steps');
  });

  it('that fails rejects the record and says why', async () => {
    expect(await rejectionOf({ orderNumber: { expression: '$number("x")' } }, '{"id":1}')).toContain('Unable to cast');
  });
});

describe('a mapping that does not fit', () => {
  const place = 'MAPPING_INVALID sources.erp.streams.orders.records[0]';

  it.each<[string, unknown, string]>([
    ['an unknown entity', { entity: 'ordr', fields: {} }, `${place}.entity: expected one of party, account`],
    ['an unknown field', { entity: 'order', fields: { stat: 'x' } }, `${place}.fields.stat: order has no such field`],
    ['a required field left out', { entity: 'order', fields: {} }, `${place}.fields: order needs status`],
    [
      'two ways to fill a field',
      { entity: 'order', fields: { status: { path: 'a', const: 'DRAFT' } } },
      'got path, const',
    ],
    ['no way to fill a field', { entity: 'order', fields: { status: { default: 'DRAFT' } } }, 'got none'],
    [
      'a format for text',
      { entity: 'order', fields: { orderNumber: { path: 'a', format: 'yyyy' } } },
      '`format` does not fit a field of type text',
    ],
    [
      'a prefix for a date',
      { entity: 'order', fields: { orderDate: { path: 'a', prefix: 'x' } } },
      '`prefix` does not fit',
    ],
    [
      'an enum for a reference',
      { entity: 'order', fields: { partyId: { path: 'a', enum: {} } } },
      '`enum` does not fit',
    ],
    [
      'an unknown zone',
      { entity: 'order', fields: { orderDate: { path: 'a', zone: 'Mars/Base' } } },
      'expected an IANA zone',
    ],
    [
      'a const that is no value of the field',
      { entity: 'order', fields: { status: { const: 'OPEN' } } },
      `${place}.fields.status: expected one of DRAFT`,
    ],
    [
      'an expression that does not parse',
      { entity: 'order', fields: { status: { expression: '((' } } },
      `${place}.fields.status: `,
    ],
    [
      'a condition that does not parse',
      { entity: 'order', when: ')', fields: { status: { const: 'DRAFT' } } },
      `${place}.when: `,
    ],
    [
      'elements without a key',
      { entity: 'orderLine', each: 'i', fields: { orderId: 'x' } },
      'expected `key` beside `each`',
    ],
  ])('is refused: %s', (_, record, message) => {
    expect(invalidOf([record])).toContain(message);
  });
});

describe('decimals', () => {
  it.each([
    ['1234.50', '1234.5'],
    ['"0012.3400"', '12.34'],
    ['-0', '0'],
    ['"+7"', '7'],
    ['1E+3', '1000'],
    ['125e-3', '0.125'],
    ['".5"', '0.5'],
    ['999999999999999.9999', '999999999999999.9999'],
    ['1.50000000000', '1.5'],
    ['3.0', '3'],
  ])('%s is read as %s', async (json, text) => {
    expect(await fieldsOf({ netAmount: 'a' }, `{"id":1,"a":${json}}`)).toEqual({ netAmount: text });
  });

  it.each(['1.23456', '1000000000000000', '"12,50"', '"abc"', '"1.2.3"', 'true'])('%s is refused', async (json) => {
    expect(await rejectionOf({ netAmount: 'a' }, `{"id":1,"a":${json}}`)).toContain('order.netAmount: expected');
  });
});

describe('instants', () => {
  const read = async (options: Extra, text: string) => {
    const fields = { occurredAt: { path: 't', ...options }, channel: { const: 'EMAIL' } };
    const mapped = await mapOne([{ entity: 'interaction', fields }], JSON.stringify({ id: 1, t: text }));
    return mapped.outcome === 'mapped'
      ? mapped.rows[0]?.fields.occurredAt
      : mapped.outcome === 'rejected'
        ? mapped.message
        : '';
  };

  it.each<[string, Extra, string, string | null]>([
    ['UTC', {}, '2025-03-01T10:20:30Z', '2025-03-01T10:20:30.000000Z'],
    ['microseconds', {}, '2025-03-01T10:20:30.123456Z', '2025-03-01T10:20:30.123456Z'],
    ['100 nanoseconds, cut off', {}, '2025-03-01T10:20:30.1234567Z', '2025-03-01T10:20:30.123456Z'],
    ['an offset', {}, '2025-03-01T10:20:30.5+05:30', '2025-03-01T04:50:30.500000Z'],
    ['SQL text', {}, '2025-03-01 10:20:30.000001', '2025-03-01T10:20:30.000001Z'],
    ['a zone', { zone: 'Asia/Seoul' }, '2025-03-01T10:20:30.123456', '2025-03-01T01:20:30.123456Z'],
    [
      'a format and a zone',
      { format: 'dd.MM.yyyy HH:mm:ss', zone: 'Asia/Seoul' },
      '01.03.2025 10:20:30',
      '2025-03-01T01:20:30.000000Z',
    ],
    [
      'a format with a fraction',
      { format: 'dd.MM.yyyy HH:mm:ss.u' },
      '01.03.2025 10:20:30.123456',
      '2025-03-01T10:20:30.123456Z',
    ],
    [
      'a format with an offset',
      { format: 'yyyyMMdd HHmmss ZZZ' },
      '20250301 102030 +0200',
      '2025-03-01T08:20:30.000000Z',
    ],
    ['seconds since 1970', { format: 'X' }, '1740824430', '2025-03-01T10:20:30.000000Z'],
    ['a date alone', {}, '2025-03-01', '2025-03-01T00:00:00.000000Z'],
    ['OData v2', {}, '/Date(1736603536738+0060)/', '2025-01-11T13:52:16.738000Z'],
    ['before 1970', {}, '/Date(-62135)/', '1969-12-31T23:58:57.865000Z'],
    ['winter time', { zone: 'Europe/Berlin' }, '2025-01-15 12:00:00', '2025-01-15T11:00:00.000000Z'],
    ['summer time', { zone: 'Europe/Berlin' }, '2025-07-15 12:00:00', '2025-07-15T10:00:00.000000Z'],
    [
      'the hour that came twice: the earlier',
      { zone: 'Europe/Berlin' },
      '2025-10-26 02:30:00',
      '2025-10-26T00:30:00.000000Z',
    ],
    ['a zero date: nothing', {}, '0000-00-00 00:00:00', null],
    ['the year 9999', {}, '9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000Z'],
  ])('%s', async (_, options, text, instant) => {
    expect(await read(options, text)).toBe(instant);
  });

  it.each<[string, Extra, string, string]>([
    [
      'an hour that clocks jumped over',
      { zone: 'Europe/Berlin' },
      '2025-03-30 02:30:00',
      'a time that exists in Europe/Berlin',
    ],
    ['30 February', {}, '2025-02-30T00:00:00Z', 'a date or time'],
    ['hour 24', {}, '2025-02-03T24:00:00Z', 'a date or time'],
    ['another way of writing', {}, '01.03.2025 10:20', 'need `format`'],
    ['text of another format', { format: 'yyyyMMdd' }, '2025-03-01', 'written as yyyyMMdd'],
    ['the year 1', {}, '0001-01-01T00:00:00Z', 'between 1000 and 9999'],
    ['a year beyond 9999 by its offset', {}, '9999-12-31T23:59:59-05:00', 'between 1000 and 9999'],
  ])('refuses %s', async (_, options, text, message) => {
    expect(await read(options, text)).toContain(message);
  });

  it('joins a date and a time of day kept apart', async () => {
    const fields = { channel: { const: 'EMAIL' }, occurredAt: { path: 'd', time: 't', zone: 'Europe/Berlin' } };
    const read = async (json: string) => {
      const mapped = await mapOne([{ entity: 'interaction', fields }], json);
      return mapped.outcome === 'mapped' ? mapped.rows[0]?.fields.occurredAt : mapped;
    };
    expect(await read('{"id":1,"d":"2025-01-02T00:00:00","t":"PT15H32M21S"}')).toBe('2025-01-02T14:32:21.000000Z');
    expect(await read('{"id":1,"d":"2025-01-02","t":"15:32:21"}')).toBe('2025-01-02T14:32:21.000000Z');
    expect(await read('{"id":1,"d":"2025-01-02","t":null}')).toBe('2025-01-01T23:00:00.000000Z');
    expect(await read('{"id":1,"d":null,"t":"15:32:21"}')).toBe(null);
  });
});

describe('dates', () => {
  it.each<[string, Extra, string, string | null]>([
    ['ISO', {}, '2025-03-01', '2025-03-01'],
    ['a format', { format: 'dd.MM.yyyy' }, '01.03.2025', '2025-03-01'],
    ['midnight of no zone', {}, '2025-03-01T00:00:00', '2025-03-01'],
    ['an offset in the west: the day that is written', {}, '2025-03-01T23:30:00-02:00', '2025-03-01'],
    ['an offset in the east: the day that is written', {}, '2026-03-01T00:30:00+09:00', '2026-03-01'],
    ['an offset without a colon', {}, '2026-03-01 00:30:00+0530', '2026-03-01'],
    ['an offset, whatever the zone', { zone: 'America/Lima' }, '2026-03-01T00:30:00+09:00', '2026-03-01'],
    ['a date with an offset', {}, '2026-03-01+09:00', '2026-03-01'],
    ['an offset in a format', { format: 'yyyyMMdd HHmm ZZZ' }, '20260301 0030 +0900', '2026-03-01'],
    ['an offset of OData v2', {}, '/Date(1772292600000+0540)/', '2026-03-01'],
    ['the last day of 9999 with an offset', {}, '9999-12-31T23:59:59-05:00', '9999-12-31'],
    ['UTC', {}, '2025-03-01T23:30:00Z', '2025-03-01'],
    ['OData v2 where its people live', { zone: 'Asia/Seoul' }, '/Date(1772292600000)/', '2026-03-01'],
    ['an instant, where its people live', { zone: 'Asia/Seoul' }, '2025-03-01T16:00:00Z', '2025-03-02'],
    ['OData v2', {}, '/Date(1735776000000)/', '2025-01-02'],
    ['a zero date', {}, '0000-00-00', null],
    ['a zero date with a format', { format: 'yyyyMMdd' }, '00000000', null],
  ])('%s', async (_, options, text, date) => {
    expect(await fieldsOf({ orderDate: { path: 'd', ...options } }, JSON.stringify({ id: 1, d: text }))).toEqual({
      orderDate: date,
    });
  });

  it('refuses a day that is not in the calendar', async () => {
    expect(await rejectionOf({ orderDate: 'd' }, '{"id":1,"d":"2025-13-45"}')).toContain(
      'order.orderDate: expected a date',
    );
  });
});

describe('yes and no', () => {
  const read = (json: string) =>
    mapOne([{ entity: 'account', fields: { partyId: 'id', isKeyAccount: 'f' } }], `{"id":1,"f":${json}}`);

  it.each<[string, boolean | null]>([
    ['true', true],
    ['1', true],
    ['"X"', true],
    ['"Y"', true],
    ['false', false],
    ['0', false],
    ['""', false],
    ['"N"', false],
    ['null', null],
  ])('%s is %s', async (json, value) => {
    expect(await read(json)).toMatchObject({ rows: [{ fields: { isKeyAccount: value } }] });
  });

  it('refuses what is neither', async () => {
    expect(await read('"perhaps"')).toMatchObject({
      outcome: 'rejected',
      message: expect.stringContaining('expected yes or no'),
    });
  });
});

describe('a source record', () => {
  const recordOf = (extra: Extra, json: string): SourceRecord =>
    compileSourceRecord(streamWith([{ entity: 'party', fields: {} }], extra))(parse(json) as JsonObject);

  it('has the key of the source unaltered, 20 digits and all', () => {
    expect(recordOf({}, '{"id":12345678901234567890}').key).toBe('12345678901234567890');
    expect(recordOf({}, '{"id":"00123 "}').key).toBe('00123 ');
    expect(recordOf({ key: ['a', 'b'] }, '{"a":"x/y","b":7}').key).toBe('x\\/y/7');
  });

  it('of a compound key gives its parts back, whatever is in them', () => {
    const part = fc.string({ unit: fc.constantFrom('/', '\\', 'a', ' ', 'ß'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 4 }), (parts) =>
        expect(keyParts(compoundKey(parts))).toEqual(parts),
      ),
    );
  });

  it('without a key is an error of the protocol that names the fields there are', () => {
    expect(() => recordOf({ key: 'nr' }, '{"id":1,"name":"x"}')).toThrow(
      /carry its key in nr, got one with the fields id, name/,
    );
  });

  it('has the first stamp that is not empty as its version', () => {
    const cursor = { field: ['changed', 'created'] };
    expect(recordOf({ cursor }, '{"id":1,"changed":null,"created":"2025-01-01T00:00:00Z"}').version).toBe(
      '2025-01-01T00:00:00.000000Z',
    );
    expect(
      recordOf({ cursor }, '{"id":1,"changed":"2025-02-01T00:00:00Z","created":"2025-01-01T00:00:00Z"}').version,
    ).toBe('2025-02-01T00:00:00.000000Z');
    expect(recordOf({ cursor }, '{"id":1}').version).toBe(null);
  });

  it('pads versions that are integers, so that text order is their order', () => {
    const cursor = { field: 'v', type: 'integer' };
    expect(recordOf({ cursor }, '{"id":1,"v":42}').version).toBe('00000000000000000042');
    expect(recordOf({ cursor }, '{"id":1,"v":"18446744073709551615"}').version).toBe('18446744073709551615');
  });
});
