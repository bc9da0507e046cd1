import type { Address } from '../normalise/addresses.ts';
import { fold } from '../normalise/fold.ts';
import type { Name } from '../normalise/names.ts';
import type { Profile } from '../profile.ts';
import { areIncomparable, compareOrganisationNames, comparePersonNames, type WordWeight } from './compare-names.ts';
import { isAlike, isTypo, similarity } from './similarity.ts';

export interface Comparison {
  /** One a field, in the order of `fieldNames`. */
  levels: number[];
  /** Words both names have. */
  sharedWords: string[];
}

/** Everybody's, so that sharing one says nothing. */
const publicDomains =
  /^(gmail|googlemail|yahoo|hotmail|outlook|live|msn|icloud|me|aol|gmx|web|t-online|mail|proton(mail)?|naver|daum|hanmail|qq|163|126|sina|free|orange|wanadoo|laposte|yandex)\./;
const sharedMailboxes =
  /^(info|sales|office|mail|contact|kontakt|admin|support|service|accounts?(-payable)?|accounting|procurement|purchasing|warehouse|post|hello|team|noreply|no-reply)$/;

/** The levels at which two profiles agree, field by field. The one with the lower id goes first. */
export function compare(a: Profile, b: Profile, weightOf: WordWeight): Comparison {
  const names =
    a.isPerson && b.isPerson
      ? comparePersonNames(a.names, b.names)
      : compareOrganisationNames(a.names, b.names, weightOf);
  const addresses = compareAddresses(a.addresses, b.addresses);
  return {
    levels: [
      areIncomparable(a.names, b.names) ? 0 : names.level,
      compareBirthDates(a.birth, b.birth),
      bestOf(a.taxIds, b.taxIds, (x, y) => (x === y ? 1 : isTypo(x, y) ? 2 : 3)),
      bestOf(a.emails, b.emails, (x, y) => compareEmails(x, y, a.names)),
      bestOf(a.phones, b.phones, comparePhones),
      addresses.street,
      addresses.place,
    ],
    sharedWords: names.shared,
  };
}

function compareBirthDates(a: string | null, b: string | null): number {
  if (a === null || b === null) return 0;
  if (a === b) return 1;
  const swapped = a.slice(0, 4) + a.slice(6, 8) + a.slice(4, 6);
  if (swapped === b || isTypo(a, b)) return 2;
  return a.slice(0, 4) === b.slice(0, 4) || a.slice(4) === b.slice(4) ? 3 : 4;
}

function compareEmails(a: string, b: string, names: readonly Name[]): number {
  if (a === b) return 1;
  const [mailboxA = '', domainA = ''] = a.split('@');
  const [mailboxB = '', domainB = ''] = b.split('@');
  if (domainA === domainB && !publicDomains.test(domainA)) return 2;
  const isOwn = !sharedMailboxes.test(mailboxA) && mailboxA.length > 3;
  const agree = mailboxA === mailboxB || (domainA === domainB && isMisspelt(mailboxA, mailboxB));
  return isOwn && agree && !isMadeOfName(mailboxA, names) ? 3 : 4;
}

/**
 * `kate.miller` and `kmiller` of Kate Miller: everybody of that name has such a mailbox somewhere. Two at different
 * domains say no more than the name does, and that has been weighed.
 */
function isMadeOfName(mailbox: string, names: readonly Name[]): boolean {
  const pieces = mailbox.split(/[._-]+/).map(fold);
  return names.some(({ words, latin }) => {
    const own = latin === null ? words : latin.split(' ');
    const parts = [...own, ...own.map((word) => word.charAt(0))];
    const made = new Set([...parts, ...parts.flatMap((first) => parts.map((second) => first + second))]);
    return pieces.every((piece) => made.has(piece));
  });
}

/** Mailboxes that differ in a digit are two people's: `kim.12` is not `kim.13`. */
function isMisspelt(a: string, b: string): boolean {
  return a.replace(/\D/g, '') === b.replace(/\D/g, '') && isTypo(a, b);
}

function comparePhones(a: string, b: string): number {
  if (a === b) return 1;
  return a.slice(-7) === b.slice(-7) || (a.length === b.length && isTypo(a, b)) ? 2 : 3;
}

/** The best pair of addresses by both measures together: two halves of different addresses are no agreement. */
function compareAddresses(a: readonly Address[], b: readonly Address[]): { street: number; place: number } {
  let found = { street: 0, place: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const one of a) {
    for (const other of b) {
      const pair = { street: compareStreets(one, other), place: comparePlaces(one, other) };
      const distance = (pair.street || 3) + (pair.place || 3);
      if (distance < least) [found, least] = [pair, distance];
    }
  }
  return found;
}

function compareStreets(a: Address, b: Address): number {
  if (a.street === '' || b.street === '') return 0;
  const sameNumber = a.number === b.number && a.number !== '';
  const streets = similarity(a.street, b.street, 0.85);
  if (streets >= 0.95) return sameNumber ? 1 : 2;
  if (streets >= 0.85 && (sameNumber || isTypo(a.number, b.number))) return 3;
  return sameNumber ? 4 : 5;
}

function comparePlaces(a: Address, b: Address): number {
  const [codes, cities] = [a.postalCode !== '' && b.postalCode !== '', a.city !== '' && b.city !== ''];
  if (!codes && !cities) return 0;
  const sameCode = codes && a.postalCode === b.postalCode;
  const sameCity = cities && (a.city === b.city || isAlike(a.city, b.city));
  if (sameCode) return sameCity || !cities ? 1 : 2;
  if (sameCity) return codes && isTypo(a.postalCode, b.postalCode) ? 3 : 4;
  return 5;
}

/** The strongest level over all pairs of values; 0 where one of the two has none. */
function bestOf(a: readonly string[], b: readonly string[], levelOf: (a: string, b: string) => number): number {
  let best = 0;
  for (const one of a) {
    for (const other of b) {
      const level = levelOf(one, other);
      if (best === 0 || level < best) best = level;
    }
  }
  return best;
}
