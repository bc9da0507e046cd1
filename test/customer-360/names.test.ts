import { describe, expect, it } from '@jest/globals';
import { addressOf } from '../../customer-360/identity/normalise/addresses.ts';
import { organisationName, personName } from '../../customer-360/identity/normalise/names.ts';
import { skeleton } from '../../customer-360/identity/normalise/romanise.ts';
import { comparableTaxId, isNobodysTaxId, isValidTaxId } from '../../customer-360/identity/normalise/tax-ids.ts';
import { profileOf } from '../../customer-360/identity/profile.ts';
import { party } from './party-facts.ts';

describe('the name of an organisation', () => {
  it.each([
    ['주식회사 한빛전자', '한빛전자'],
    ['(주)한빛전자', '한빛전자'],
    ['㈜한빛전자', '한빛전자'],
    ['한빛전자 유한회사', '한빛전자'],
    ['上海宏达机械（中国）有限公司', '上海宏达机械'],
    ['上海宏达机械股份有限公司', '上海宏达机械'],
    ['株式会社山田製作所', '山田製作所'],
    ['Schröder & Müller Maschinenbau GmbH & Co. KG', 'schroder muller maschinenbau'],
    ['SCHROEDER UND MUELLER MASCHINENBAU', 'schroder muller maschinenbau'],
    ['Dubois S.A.R.L.', 'dubois'],
    ['Lefèvre Outillage, SA', 'lefevre outillage'],
    ['Łódź Sp. z o.o.', 'lodz'],
    ['Acme Pte. Ltd.', 'acme'],
    ['ＡＣＭＥ Inc.', 'acme'],
    ["Alfred's Futterkiste", 'alfreds futterkiste'],
  ])('%s is compared as %s', (raw, expected) => expect(organisationName(raw).words.join(' ')).toBe(expected));

  it('that is nothing but a legal form stays what it is', () => {
    expect(organisationName('Co. Ltd.').words).not.toEqual([]);
    expect(organisationName('有限公司').words).toEqual([]);
  });

  it.each([
    ['上海宏达机械有限公司', 'shanghaihongdajixie'],
    ['한빛전자', 'hanbitjeonja'],
    ['Яндекс ООО', 'yandeks'],
    ['Acme', null],
  ])('%s is %s in Latin letters', (raw, expected) => expect(organisationName(raw).latin).toBe(expected));
});

describe('the name of a person', () => {
  it.each([
    ['Smith, Ann-Marie', 'smith ann marie'],
    ["Dr. José O'Neill", 'jose oneill'],
    ['김 민수', '김민수'],
    ['Björn Müller', 'bjorn muller'],
    ['BJOERN MUELLER', 'bjorn muller'],
  ])('%s is compared as %s', (raw, expected) => expect(personName(raw).words.join(' ')).toBe(expected));
});

describe('an address', () => {
  it.each(['Hauptstraße 12', 'Hauptstr. 12', '12 Hauptstrasse', 'HAUPTSTR 12'])('%s is in one spelling', (street) => {
    expect(addressOf({ street, postalCode: '80 331', city: 'München' })).toEqual({
      number: '12',
      street: 'haupt street',
      postalCode: '80331',
      city: 'munchen',
    });
  });

  it('of which nothing is known is none', () => {
    expect(addressOf({ street: ' ', postalCode: null, city: '-' })).toBeNull();
  });
});

it.each([
  ['DE136695976', null, true],
  ['DE136695970', null, false],
  ['2208162517', 'KR', true],
  ['2208162518', 'KR', false],
  ['X1234', null, null],
  ['123456788', 'US', null],
])('says of the tax id %s (%s) whether its check digits are right: %s', (taxId, country, expected) =>
  expect(isValidTaxId(taxId, country)).toBe(expected),
);

it.each([
  ['kim', 'gim'],
  ['meyer', 'maier'],
  ['schmidt', 'schmitt'],
])('hears %s and %s alike', (a, b) => expect(skeleton(a)).toBe(skeleton(b)));

it.each([
  ['DE136695976', 'DE', '136695976'],
  ['CHE100155212MWST', 'CH', 'CHE100155212'],
  ['NO988077917MVA', 'NO', '988077917'],
  ['EL094259216', 'GR', '094259216'],
  ['FR83404833048', 'FR', '404833048'],
])('takes %s (%s) and %s for one tax id', (a, country, b) =>
  expect(comparableTaxId(a, country)).toBe(comparableTaxId(b, country)),
);

it('knows the tax ids of nobody, and birth dates that nobody entered', () => {
  expect(['999999990', 'PT999999990', 'XAXX010101000'].map(isNobodysTaxId)).toEqual([true, true, true]);
  const bornOn = (birthDate: string) =>
    profileOf({ ...party('crm', '1', { kind: 'PERSON', birthDate }), contactPoints: [] });
  expect(['1970-01-01', '9999-12-31', '1970-01-02'].map((date) => bornOn(date).birth)).toEqual([
    null,
    null,
    '19700102',
  ]);
});
