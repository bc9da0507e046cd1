import { describe, expect, it } from '@jest/globals';
import { streamSettings } from '../../config/settings/settings.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import type { JsonObject } from '../../schema/json.ts';

type Extra = Record<string, unknown>;

const data: JsonObject = {
  id: '1',
  street: null,
  zip: null,
  city: 'Köln',
  spaces: '  ',
  none: 'N/A',
  flag: null,
  net: null,
  tags: [null, 'a', 'b'],
  lines: [{ amount: null }, { amount: '3' }],
};

async function mapped(fields: Extra, entry: Extra = {}, stream: Extra = {}) {
  const record = {
    entity: 'contactPoint',
    ...entry,
    fields: { partyId: 'id', kind: { const: 'ADDRESS' }, raw: { const: 'x' }, ...fields },
  };
  const settings = streamSettings.parse({ resource: 'x', key: 'id', ...stream, records: [record] });
  const source = { key: '1', version: null, deleted: false, data };
  const [made] = await compileMapping({ system: 'crm', streamName: 'x', stream: settings }).mapPage([source]);
  return made;
}

async function textOf(mapping: unknown, stream: Extra = {}) {
  const made = await mapped({ street: mapping }, {}, stream);
  return made?.outcome === 'mapped' ? made.rows[0]?.fields.street : made;
}

describe('an expression over null', () => {
  it.each<[expression: string, value: string | null]>([
    ['$uppercase(street)', null],
    ['street.$uppercase()', null],
    ['street ~> $uppercase', null],
    ['$string(street)', null],
    ['street & zip', null],
    ['street & city', 'Köln'],
    ['$join([street, city], ", ")', 'Köln'],
    ['$join(tags, "-")', 'a-b'],
    ['$substringBefore(street, ",")', null],
    ['$replace(street, "a", "b")', null],
    ['$number(net)', null],
    ['net + 1', null],
    ['-net', null],
    ['net > 1', null],
    ['$round(net, 2)', null],
    ['$sum(lines.$number(amount)) & ""', '3'],
    ['$count(lines^(amount)) & ""', '2'],
    ['$exists(street) ? "there" : "not there"', 'not there'],
    // what null is compared with has its own meaning
    ['street = null ? "null" : "other"', 'null'],
    ['flag != true ? "not set" : "set"', 'not set'],
    ['$not(flag) ? "not set" : "set"', 'not set'],
    ['$boolean(street) ? "there" : "not there"', 'not there'],
    ['$type(street)', 'null'],
    ['$count(tags) & ""', '3'],
    ['($own := function($v) { $v = null ? "null" : "other" }; $own(street))', 'null'],
  ])('%s', async (expression, value) => {
    expect(await textOf({ expression })).toBe(value);
  });

  it('puts a record aside where it asks for that', async () => {
    expect(await textOf({ expression: '$assert($exists(street), "no street")' })).toMatchObject({
      outcome: 'rejected',
      message: expect.stringContaining('no street'),
    });
  });

  it('is not true as a condition that asks for a value', async () => {
    expect(await mapped({}, { when: '$exists(street)' })).toMatchObject({ outcome: 'mapped', rows: [] });
    expect(await mapped({}, { when: '$exists(city)' })).toMatchObject({ rows: [{ entity: 'contactPoint' }] });
    expect(await mapped({}, { when: '$not(flag)' })).toMatchObject({ rows: [{ entity: 'contactPoint' }] });
  });
});

describe('join', () => {
  it.each<[name: string, mapping: Extra, text: string | null]>([
    ['leaves out what is null, missing or spaces', { join: ['street', 'nowhere', 'spaces', 'city'] }, 'Köln'],
    ['puts a comma between', { join: ['id', 'city'] }, '1, Köln'],
    ['has parts of several words', { join: ['street', ['id', 'zip', 'city']] }, '1 Köln'],
    ['has a separator of its own', { join: ['id', 'city'], separator: ' / ' }, '1 / Köln'],
    ['of nothing is nothing', { join: ['street', ['zip', 'spaces']] }, null],
    ['of nothing is the default', { join: ['street'], default: 'unknown' }, 'unknown'],
    ['leaves out what means nothing in its source', { join: ['none', 'city'], nulls: ['N/A'] }, 'Köln'],
  ])('%s', async (_, mapping, text) => {
    expect(await textOf(mapping)).toBe(text);
  });

  it('knows what means nothing in the stream', async () => {
    expect(await textOf({ join: ['none', 'city'] }, { nulls: ['N/A'] })).toBe('Köln');
  });

  it.each<[string, Extra, string]>([
    ['a field that is no text', { verifiedAt: { join: ['a', 'b'] } }, '`join` does not fit'],
    ['a path beside it', { street: { join: ['a'], path: 'b' } }, 'exactly one of'],
    ['a separator alone', { street: { path: 'b', separator: '-' } }, '`separator`'],
  ])('is refused for %s', async (_, fields, reason) => {
    await expect(mapped(fields)).rejects.toThrow(reason);
  });
});
