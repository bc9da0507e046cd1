import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

/** What people type into a field they must fill. */
const placeholders =
  /^(n\/?a|none|null|nil|unknown|undefined|test|tba|tbd|no-?e?mail|no-?reply|nobody|x+|-+|\.+|keine?|없음|无|無)$/i;

/** Letters and digits only, upper-case: `DE 123.456.789` → `DE123456789`. */
export function normaliseTaxId(raw: string | null): string | null {
  const taxId = (raw ?? '')
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return taxId.length < 5 || !/\p{N}/u.test(taxId) || isFiller(taxId.replace(/^[A-Z]{2}/, '')) ? null : taxId;
}

/** `" Ann@Example.COM "` and `Ann <ann@example.com>` → `ann@example.com`. */
export function normaliseEmail(raw: string | null): string | null {
  const text = (raw ?? '').normalize('NFKC').trim().toLowerCase();
  const email = /<([^<>]+)>$/.exec(text)?.[1]?.trim() ?? text.replace(/^mailto:/, '');
  const local = /^([^\s@]+)@[^\s@]+\.[^\s@]+$/.exec(email)?.[1];
  return local === undefined || placeholders.test(local) ? null : email;
}

/** E.164, with the extension where there is one: two desks behind one number are not one customer. */
export function normalisePhone(raw: string | null, country: string | undefined): string | null {
  const text = (raw ?? '').normalize('NFKC').trim();
  // The library makes an error of it, and half of all parties have none.
  if (text === '') return null;
  const number = parsePhoneNumberFromString(text, supported(country));
  if (!number?.isPossible() || isFiller(number.nationalNumber)) return null;
  return number.ext ? `${number.number};ext=${number.ext}` : number.number;
}

function supported(country: string | undefined): CountryCode | undefined {
  return country !== undefined && isSupportedCountry(country) ? country : undefined;
}

/** `0000000`, `XXXXX`, `123456789`: somebody filled a field. */
function isFiller(text: string): boolean {
  return /^(.)\1*$/u.test(text) || '01234567890'.includes(text);
}
