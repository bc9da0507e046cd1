import { fold, wordsOf } from './fold.ts';

/** An address as it is compared; '' where nothing is known. */
export interface Address {
  /** House number, `221b`. */
  number: string;
  /** Street without the number, words of one spelling: `e 51 st` → `e 51 street`. */
  street: string;
  postalCode: string;
  city: string;
}

interface AddressLine {
  street: string | null;
  postalCode: string | null;
  city: string | null;
}

/** Kinds of street in one spelling each; compass points, too. */
const spellings: Readonly<Record<string, string>> = {
  st: 'street',
  str: 'street',
  strasse: 'street',
  ave: 'avenue',
  av: 'avenue',
  avda: 'avenue',
  avenida: 'avenue',
  blvd: 'boulevard',
  bd: 'boulevard',
  rd: 'road',
  dr: 'drive',
  ln: 'lane',
  ct: 'court',
  crt: 'court',
  pl: 'place',
  sq: 'square',
  pkwy: 'parkway',
  hwy: 'highway',
  cct: 'circuit',
  cres: 'crescent',
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
};

/** Null when the line holds nothing to compare. */
export function addressOf({ street, postalCode, city }: AddressLine): Address | null {
  // `Hauptstr.` and `Hauptstraße` are one word each.
  const words = wordsOf(fold(street ?? '').replace(/(\p{L}{2})(strasse|str)\b\.?/gu, '$1 street')).map(
    (word) => spellings[word] ?? word,
  );
  const number = words.find((word) => /^\d+[a-z]?$/.test(word)) ?? '';
  const at = words.indexOf(number);
  const address: Address = {
    number,
    street: words.filter((_, i) => number === '' || i !== at).join(' '),
    postalCode: fold(postalCode ?? '').replace(/[^\p{L}\p{N}]/gu, ''),
    city: wordsOf(fold(city ?? '')).join(' '),
  };
  return Object.values(address).every((part) => part === '') ? null : address;
}
