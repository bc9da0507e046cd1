import { createHash } from 'node:crypto';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Party } from './party.ts';

/** What a key says; in the order in which one is named as the reason of a link. */
const linkRules = { xref: 'CROSS_REFERENCE', tax: 'TAX_ID', email: 'EMAIL', phone: 'PHONE' } as const;

type KeyKind = keyof typeof linkRules;
export type LinkRule = (typeof linkRules)[KeyKind] | 'ALONE';

/** Longer keys are hashed, so that every key fits its column whole. */
const MAX_KEY_LENGTH = 255;

/** What people type into a field they must fill. */
const placeholders =
  /^(n\/?a|none|null|nil|unknown|undefined|test|tba|tbd|no-?e?mail|no-?reply|nobody|x+|-+|\.+|keine?|없음|无|無)$/i;

/**
 * The keys of a party: two parties that share one are taken to be the same customer. Blank values and placeholders
 * give none. A party carries a key for itself and one for each party it refers to, so a cross-reference links
 * whichever of the two arrives first.
 */
export function linkKeys(party: Party, defaultCountry: string | undefined): string[] {
  const keys = [
    ...[party.id, ...party.crossReferences].map((id) => keyOf('xref', id)),
    ...present(normaliseTaxId(party.taxId)).map((taxId) => keyOf('tax', taxId)),
    ...present(normaliseEmail(party.email)).map((email) => keyOf('email', email)),
    ...present(normalisePhone(party.phone, party.country ?? defaultCountry)).map((phone) => keyOf('phone', phone)),
  ];
  return [...new Set(keys)].sort();
}

/** The rule behind the strongest of the keys that tie a party to the others of its cluster. */
export function ruleOf(sharedKeys: Iterable<string>): LinkRule {
  const kinds = new Set([...sharedKeys].map((key) => key.slice(0, key.indexOf(':'))));
  const strongest = (Object.keys(linkRules) as KeyKind[]).find((kind) => kinds.has(kind));
  return strongest ? linkRules[strongest] : 'ALONE';
}

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

function keyOf(kind: KeyKind, value: string): string {
  const key = `${kind}:${value}`;
  if (key.length <= MAX_KEY_LENGTH) return key;
  return `${kind}:sha256:${createHash('sha256').update(value, 'utf8').digest('hex')}`;
}

function present(value: string | null): string[] {
  return value === null ? [] : [value];
}
