import { pinyin } from 'pinyin-pro';
import { fold, isCjk } from './fold.ts';
import type { Name } from './names.ts';

/**
 * Whether the name of a person in Han or Hangul and one in Latin letters can be the same, by the readings and the
 * spellings that are in use, in either order: `김민수` and `Min-su Kim`. Null where no reading is known: Japanese
 * names in kanji have many, and none of them is Chinese.
 */
export function meetsAcross(a: Name, b: Name): boolean | null {
  const [own, latin] = a.words.some(isCjk) ? [a, b] : [b, a];
  if (own.isUnread) return null;
  const text = own.words.filter(isCjk).join('');
  const letters = lettersOf(latin.words.join(''));
  if (letters === '') return false;
  const { family, given } = spellingsOf(text);
  return family.some((surname) =>
    given.some((name) => letters === lettersOf(surname + name) || letters === lettersOf(name + surname)),
  );
}

/** Folded again where words were joined: `ha eun` and `haeun` are one. */
function lettersOf(text: string): string {
  return fold(text).replace(/[^a-z]/g, '');
}

interface Spellings {
  family: readonly string[];
  given: readonly string[];
}

const MOST_KEPT = 5_000;
const kept = new Map<string, Spellings>();

function spellingsOf(text: string): Spellings {
  const known = kept.get(text);
  if (known) return known;
  if (kept.size >= MOST_KEPT) kept.clear();
  const made = /^\p{Script=Hangul}+$/u.test(text) ? korean(text) : chinese(text);
  kept.set(text, made);
  return made;
}

/** Spellings of surnames in use besides those of the Revised Romanization. */
const surnames: Readonly<Record<string, string>> = {
  김: 'kim',
  이: 'lee yi rhee ri',
  리: 'lee yi rhee ri',
  박: 'park pak',
  최: 'choi',
  정: 'jung chung',
  강: 'kang',
  조: 'cho',
  윤: 'yoon',
  장: 'chang',
  임: 'lim rim',
  오: 'oh',
  서: 'suh',
  신: 'shin',
  권: 'kwon',
  안: 'ahn',
  유: 'yoo ryu you',
  류: 'yoo yu',
  전: 'jun chun',
  고: 'ko',
  문: 'moon',
  손: 'sohn',
  백: 'paik',
  허: 'hur huh',
  심: 'shim',
  노: 'noh roh',
  곽: 'kwak',
  성: 'sung',
  주: 'joo',
  우: 'woo',
  구: 'koo ku',
  엄: 'um',
  천: 'chun',
  공: 'kong',
  현: 'hyun',
  변: 'byun',
  염: 'yum',
  추: 'choo',
  명: 'myung',
  기: 'ki',
  금: 'keum',
  육: 'yook',
  국: 'kook',
  편: 'pyun',
  선: 'sun',
  석: 'suk',
};

const twoSyllables = /^(남궁|황보|제갈|선우|독고|사공|서문)/;

function korean(text: string): Spellings {
  const length = text.length > 2 && twoSyllables.test(text) ? 2 : 1;
  const [family, given] = [[...text.slice(0, length)], [...text.slice(length)]];
  const usual = surnames[text.slice(0, length)]?.split(' ') ?? [];
  return { family: [...usual, ...joined(family)], given: joined(given) };
}

/** All spellings of some syllables, one after the other. */
function joined(syllables: readonly string[]): string[] {
  return syllables
    .slice(0, MOST_SYLLABLES)
    .reduce<string[]>(
      (before, syllable) => before.flatMap((start) => syllableSpellings(syllable).map((end) => start + end)),
      [''],
    );
}

const MOST_SYLLABLES = 3;

/** Consonants that begin a syllable, vowels, and consonants that end it, in the order of Unicode. */
const starts = 'g/k kk n d/t tt r/l m b/p pp s ss - j/ch jj ch k t p h'.split(' ');
const vowels = 'a ae/ai ya yae eo e yeo ye o wa wae oe yo u/oo wo we wi yu eu ui/ee/i i/ee'.split(' ');
const ends = '- k/g k k n n n t l k m l l l p l m p p t t ng t t k t p t'.split(' ');

function syllableSpellings(syllable: string): string[] {
  const code = syllable.charCodeAt(0) - 0xac00;
  const choices = (list: readonly string[], at: number) => (list[at] ?? '').replace('-', '').split('/');
  const [start, vowel, end] = [Math.floor(code / 588), Math.floor((code % 588) / 28), code % 28];
  const spoken = [...choices(vowels, vowel), ...(usualVowels[vowels[vowel] ?? '']?.(start, end) ?? [])];
  const first = [...choices(starts, start), ...(start === 9 && vowels[vowel]?.startsWith('i') ? ['sh'] : [])];
  return first.flatMap((one) => spoken.flatMap((two) => choices(ends, end).map((three) => one + two + three)));
}

/** The number of the consonant that is not heard at the beginning. */
const SILENT = 11;

/** Vowels that are spelt otherwise as well, depending on what stands around them: `jung` for 정, `suh` for 서. */
const usualVowels: Readonly<Record<string, (start: number, end: number) => string[]>> = {
  eo: (_, end) => (end === 0 ? ['uh'] : ['u']),
  yeo: (_, end) => (end === 0 ? [] : ['yu', 'you', 'yo']),
  a: (_, end) => (end === 0 ? ['ah'] : []),
  o: (_, end) => (end === 0 ? ['oh'] : []),
  eu: () => ['u'],
  'u/oo': (start) => (start === SILENT ? ['woo'] : []),
  yu: () => ['yoo'],
};

const compound = /^(欧阳|歐陽|司马|司馬|诸葛|諸葛|上官|夏侯|东方|東方|皇甫|尉迟|公孙|令狐|慕容|司徒|端木)/;

function chinese(text: string): Spellings {
  const length = text.length > 2 && compound.test(text) ? 2 : 1;
  const readings = pinyin(text, { toneType: 'none', type: 'array', surname: 'head', v: true });
  const [family, given] = [readings.slice(0, length).join(''), readings.slice(length).join('')];
  const spelt = (reading: string) => [...new Set([reading, reading.replace(/v/g, 'u'), reading.replace(/v/g, 'yu')])];
  return { family: spelt(family), given: spelt(given) };
}
