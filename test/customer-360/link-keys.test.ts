import { describe, expect, it } from '@jest/globals';
import { exactRuleOf, linkKeys } from '../../customer-360/identity/golden/link-keys.ts';
import {
  normaliseEmail,
  normalisePhone,
  normaliseTaxId,
} from '../../customer-360/identity/normalise/contact-values.ts';
import type { Party } from '../../customer-360/identity/party.ts';
import { profileOf } from '../../customer-360/identity/profile.ts';
import { party, partyId } from './party-facts.ts';

const keysOf = (facts: Party, defaultCountry?: string) =>
  linkKeys(profileOf({ ...facts, contactPoints: [] }, defaultCountry));

describe('the keys of a party', () => {
  it('name the party, those it refers to, its tax id, e-mail and phone', () => {
    const keys = keysOf(
      party('crm', '7', {
        crossReferences: [partyId('erp', '42')],
        taxId: 'de 123.456.788',
        email: ' Ann@Example.COM',
        phone: '030 1234567',
        country: 'DE',
      }),
    );
    expect(keys).toEqual(
      [
        `xref:${partyId('crm', '7')}`,
        `xref:${partyId('erp', '42')}`,
        'tax:DE123456788',
        'email:ann@example.com',
        'phone:+49301234567',
      ].sort(),
    );
  });

  it('of a party about which nothing is known is its own only', () => {
    expect(keysOf(party('crm', '7', { taxId: ' ', email: '', phone: '-' }), 'DE')).toEqual([
      `xref:${partyId('crm', '7')}`,
    ]);
  });

  it('fit their column whole, however long the value', () => {
    const keys = keysOf(party('crm', '7', { email: `${'a'.repeat(249)}@b.de` }));
    expect(keys.every((key) => key.length <= 255)).toBe(true);
    const other = keysOf(party('crm', '7', { email: `${'a'.repeat(248)}c@b.de` }));
    expect(other).not.toEqual(keys);
  });
});

describe('normalising', () => {
  it.each([
    ['DE 123 456 788', 'DE123456788'],
    ['de123456788', 'DE123456788'],
    ['ＤＥ１２３４５６７８８', 'DE123456788'],
    ['220-81-62517', '2208162517'],
    ['91310000607378229X', '91310000607378229X'],
  ])('reads the tax id %s as %s', (raw, expected) => expect(normaliseTaxId(raw)).toBe(expected));

  it.each(['', '   ', 'n/a', 'unknown', '0000000', '000-00-00000', 'XXXXXXX', '123456789', 'DE000000000', '12'])(
    'takes "%s" for no tax id',
    (raw) => expect(normaliseTaxId(raw)).toBeNull(),
  );

  it.each([
    ['Ann@Example.com ', 'ann@example.com'],
    ['Ann Lee <ann@example.com>', 'ann@example.com'],
    ['mailto:ann@example.com', 'ann@example.com'],
    ['ａｎｎ@example.com', 'ann@example.com'],
  ])('reads the e-mail %s as %s', (raw, expected) => expect(normaliseEmail(raw)).toBe(expected));

  it.each(['', 'ann', 'ann@', '@example.com', 'none@none.com', 'noemail@example.com', 'x@example.com', 'a b@c.de'])(
    'takes "%s" for no e-mail',
    (raw) => expect(normaliseEmail(raw)).toBeNull(),
  );

  it.each([
    ['+49 30 1234567', undefined, '+49301234567'],
    ['030/123 45 67', 'DE', '+49301234567'],
    ['0049 30 1234567', 'DE', '+49301234567'],
    ['02-312-3456', 'KR', '+8223123456'],
    ['+49 30 1234567 ext. 12', undefined, '+49301234567;ext=12'],
  ])('reads the phone %s (%s) as %s', (raw, country, expected) => expect(normalisePhone(raw, country)).toBe(expected));

  it.each([
    ['030 1234567', undefined],
    ['030 1234567', 'XX'],
    ['0000000000', 'DE'],
    ['12', 'DE'],
    ['call me', 'DE'],
  ])('takes "%s" (%s) for no phone', (raw, country) => expect(normalisePhone(raw, country)).toBeNull());
});

it('names the strongest of several reasons', () => {
  expect(exactRuleOf(['phone:1', 'tax:2'])).toBe('TAX_ID');
  expect(exactRuleOf(['email:1', 'xref:2'])).toBe('CROSS_REFERENCE');
  expect(exactRuleOf([])).toBeNull();
});
