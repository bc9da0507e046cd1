import { describe, expect, it } from '@jest/globals';
import { parse } from 'lossless-json';
import { streamSettings } from '../../config/settings/settings.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { wholeNumberText } from '../../connectors/mapping/number-text.ts';
import { compileSourceRecord } from '../../connectors/mapping/source-record.ts';
import { recordId } from '../../schema/ids.ts';
import type { JsonObject } from '../../schema/json.ts';

const party = (key: string) => recordId({ system: 'shop', entity: 'party', key });

/** What a mapping makes of one record in JSON. */
async function mapped(json: string, records: object[], key: string | string[] = 'id') {
  const stream = streamSettings.parse({ resource: 'things', key, records });
  const record = compileSourceRecord(stream)(parse(json) as JsonObject);
  const [made] = await compileMapping({ system: 'shop', streamName: 'things', stream }).mapPage([record]);
  if (!made) throw new Error('Expected one result.');
  return { key: record.key, made };
}

async function rowOf(json: string, records: object[], key: string | string[] = 'id') {
  const { made } = await mapped(json, records, key);
  if (made.outcome !== 'mapped') throw new Error(`Expected rows, got ${JSON.stringify(made)}`);
  const [row] = made.rows;
  if (!row) throw new Error('Expected a row.');
  return row;
}

const customer = (settings: object = {}) => [
  { entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' }, ...settings },
];
const order = (partyId: unknown) => [{ entity: 'order', fields: { status: { const: 'CONFIRMED' }, partyId } }];

describe('one number in several spellings', () => {
  it.each([
    ['4711', '4711'],
    ['4711.0', '4711'],
    ['4711.', '4711'],
    ['4.711e3', '4711'],
    ['4711000E-3', '4711'],
    ['000000004711', '4711'],
    ['+4711', '4711'],
    ['-0', '0'],
    ['0000', '0'],
    ['-07', '-7'],
    ['123456789012345678901234.00', '123456789012345678901234'],
    ['4711.5', null],
    ['4711a', null],
    ['', null],
    ['1e999', null],
    ['5e-1', null],
  ])('%s is the whole number %s', (text, whole) => {
    expect(wholeNumberText(text)).toBe(whole);
  });

  it.each(['4711', '4711.0', '4.711e3', '4711.000'])('a JSON number %s as a key is 4711 to references', async (id) => {
    const { key, made } = await mapped(`{"id": ${id}, "name": "Ada"}`, customer());
    // The source is asked for the record by its own spelling.
    expect(key).toBe(id);
    expect(made.outcome === 'mapped' && made.rows.map((row) => [row.id, row.key])).toEqual([[party('4711'), '4711']]);
  });

  it.each(['4711', '4711.0', '"4711"'])('a reference %s leads to it', async (value) => {
    expect((await rowOf(`{"id": 1, "customer": ${value}}`, order('customer'))).fields.partyId).toBe(party('4711'));
  });

  it.each(['"4711.0"', '"000000004711"', '"04711"', '" 4711"'])('a text %s is another key', async (value) => {
    const { partyId } = (await rowOf(`{"id": 1, "customer": ${value}}`, order('customer'))).fields;
    expect(partyId).toBe(party(String(JSON.parse(value))));
    expect((await rowOf(`{"id": ${value}, "name": "Ada"}`, customer())).key).toBe(JSON.parse(value));
  });

  it.each(['"4711.0"', '"000000004711"', '"4711"', '4711.0'])(
    'unless the settings say that it is a number: %s',
    async (value) => {
      const partyId = { path: 'customer', type: 'integer' };
      expect((await rowOf(`{"id": 1, "customer": ${value}}`, order(partyId))).fields.partyId).toBe(party('4711'));
      const row = await rowOf(`{"id": ${value}, "name": "Ada"}`, customer({ keyType: 'integer' }));
      expect([row.id, row.key]).toEqual([party('4711'), '4711']);
    },
  );

  it('type: text keeps the digits of a JSON number', async () => {
    const row = await rowOf('{"id": 1, "customer": 1.10}', order({ path: 'customer', type: 'text' }));
    expect(row.fields.partyId).toBe(party('1.10'));
  });

  it('a number that is not whole is a key as it is written', async () => {
    expect((await rowOf('{"id": 1, "customer": 1.10}', order('customer'))).fields.partyId).toBe(party('1.10'));
  });

  it('what is no whole number although the settings say so goes to quarantine with the reason', async () => {
    const { made } = await mapped('{"id": 1, "customer": "A-12"}', order({ path: 'customer', type: 'integer' }));
    expect(made).toMatchObject({
      outcome: 'rejected',
      message: expect.stringMatching(/partyId.*whole number.*"A-12"/),
    });
    const { made: keyed } = await mapped('{"id": "A-12", "name": "Ada"}', customer({ keyType: 'integer' }));
    expect(keyed).toMatchObject({ outcome: 'rejected', message: expect.stringMatching(/whole number.*"A-12"/) });
  });

  it('each part of a compound key is one', async () => {
    const lines = [{ entity: 'party', keyType: 'integer', key: ['a', 'b'], fields: customer()[0]?.fields }];
    expect((await rowOf('{"id": 1, "a": "007", "b": 2.0, "name": "x"}', lines)).key).toBe('7/2');
    const reference = { key: ['a', 'b'], type: 'integer' };
    expect((await rowOf('{"id": 1, "a": 7.0, "b": "02"}', order(reference))).fields.partyId).toBe(party('7/2'));
    expect((await rowOf('{"id": 1, "a": 7.0, "b": "02"}', order({ key: ['a', 'b'] }))).fields.partyId).toBe(
      party('7/02'),
    );
    expect((await rowOf('{"a": 7.0, "b": 2, "name": "x"}', customer(), ['a', 'b'])).key).toBe('7/2');
  });

  it('what follows a prefix is one too', async () => {
    const partyId = { path: 'origin', prefix: 'party,', type: 'integer' };
    expect((await rowOf('{"id": 1, "origin": "party,004711"}', order(partyId))).fields.partyId).toBe(party('4711'));
  });

  it('is for references only', () => {
    const stream = streamSettings.parse({
      resource: 'things',
      key: 'id',
      records: [
        { entity: 'order', fields: { status: { const: 'DRAFT' }, orderNumber: { path: 'n', type: 'integer' } } },
      ],
    });
    expect(() => compileMapping({ system: 'shop', streamName: 'things', stream })).toThrow(/`type` does not fit/);
  });
});
