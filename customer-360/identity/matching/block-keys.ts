import { hash } from 'node:crypto';
import { linkKeys } from '../golden/link-keys.ts';
import { isCjk } from '../normalise/fold.ts';
import type { Name } from '../normalise/names.ts';
import { skeleton } from '../normalise/romanise.ts';
import type { Profile } from '../profile.ts';
import { type Field, fieldNames } from './fields.ts';

/** Kinds of blocking keys, and the fields two records with a common key agree on because of it. */
export const blockKinds = {
  /** The exact keys of `linkKeys` find candidates, too. */
  xref: [],
  tax: ['taxId'],
  email: ['email'],
  phone: ['phone'],
  /** Date of birth, day and month in either order, and an initial. */
  birth: ['birthDate'],
  /** All words of the name as they sound. */
  name: ['name'],
  /** One word of an organisation's name; common ones are shared by too many and link nobody. */
  word: ['name'],
  /** One word of the name, and the postal code. */
  local: ['name', 'place'],
  /** House number and street. */
  street: ['street'],
  /** The web domain of an organisation's e-mail address. */
  domain: ['email'],
} as const satisfies Record<string, readonly Field[]>;

export type BlockKind = keyof typeof blockKinds;

/** The places in `fieldNames` that a kind of key says something about. */
export function fieldsBehind(kind: BlockKind): Set<number> {
  return new Set(blockKinds[kind].map((field) => fieldNames.indexOf(field)));
}

const SHARED_DOMAINS = /@(gmail|googlemail|yahoo|hotmail|outlook|live|icloud|gmx|web|naver|daum|qq|163|126|mail)\./;

/** Exact keys are written `kind:value`, blocking keys `kind~hash`. */
const exact = /^(xref|tax|email|phone):/;

/** Whether sharing the key is a reason to link, and not only to compare. */
export function isExactKey(key: string): boolean {
  return exact.test(key);
}

/** All keys under which a profile is found: two that share none are never compared. */
export function keysOf(profile: Profile): string[] {
  return [...linkKeys(profile), ...blockKeys(profile)].sort();
}

/** Keys that are only a reason to compare. Short, because there are many: the kind, and 66 bits of a hash. */
function blockKeys(profile: Profile): string[] {
  const keys = new Set<string>();
  const add = (kind: BlockKind, value: string) => {
    if (value !== '') keys.add(`${kind}~${hash('sha1', value, 'base64').slice(0, 11)}`);
  };
  for (const email of profile.emails) {
    if (!profile.isPerson && !SHARED_DOMAINS.test(email)) add('domain', email.slice(email.indexOf('@')));
  }
  for (const name of profile.names) {
    const sounds = soundsOf(name);
    add('name', [...sounds].sort().join(' '));
    const telling = sounds.filter((sound) => sound.length > 1).slice(0, profile.isPerson ? 2 : 4);
    if (profile.isPerson && profile.birth !== null) {
      for (const sound of telling) add('birth', `${dayOf(profile.birth)} ${sound.charAt(0)}`);
    }
    for (const { postalCode } of profile.addresses) {
      if (postalCode !== '') for (const sound of telling) add('local', `${postalCode} ${sound}`);
    }
    if (!profile.isPerson) for (const sound of telling) if (sound.length > 2) add('word', sound);
  }
  for (const { number, street } of profile.addresses) {
    const [first = ''] = street
      .split(' ')
      .map(skeleton)
      .filter((sound) => sound.length > 1);
    if (number !== '') add('street', first === '' ? '' : `${number} ${first}`);
  }
  return [...keys];
}

/** How many may share a key: more than that, and it links nobody and compares nobody. */
export function boundOf(key: string, { maxShared, maxBlock }: { maxShared: number; maxBlock: number }): number {
  return isExactKey(key) ? maxShared : maxBlock;
}

/** The kind of a key. */
export function kindOfKey(key: string): BlockKind {
  return key.slice(0, key.search(/[:~]/)) as BlockKind;
}

/** Names in other scripts also under how they begin: `上海宏达…` is found by its first letters whatever follows. */
function soundsOf({ words, latin }: Name): string[] {
  const spoken = (latin ?? words.join(' '))
    .split(' ')
    .map(skeleton)
    .filter((sound) => sound !== '');
  const [first = ''] = words;
  return isCjk(first) && first.length > 4 ? [...spoken, ...beginnings(first)] : spoken;
}

function beginnings(word: string): string[] {
  return [skeleton(wordStart(word, 4))].filter((sound) => sound !== '');
}

function wordStart(word: string, letters: number): string {
  return [...word]
    .slice(0, letters)
    .map((letter) => (letter.codePointAt(0) ?? 0).toString(36))
    .join('');
}

function dayOf(birth: string): string {
  const [month = '', day = ''] = [birth.slice(4, 6), birth.slice(6, 8)].sort();
  return `${birth.slice(0, 4)}${month}${day}`;
}
