import { fold, isCjk, wordsOf } from './fold.ts';
import { withoutCjkForms, withoutLegalForm } from './legal-forms.ts';
import { romanise } from './romanise.ts';

/** A name as it is compared. */
export interface Name {
  /** Folded words; a name in Han, Hangul or Kana is one word. */
  words: string[];
  /** The same in Latin letters, where the name is not. */
  latin: string | null;
  /** What else a person's name says; left out where it says nothing. */
  suffix?: string;
  sex?: 'f' | 'm';
  /** How many of the first words are the surname, where a comma or the script says so. */
  familyFirst?: number;
  /** A Japanese name in kanji, whose reading nobody can tell. */
  isUnread?: boolean;
}

/** Words that say nothing of who somebody is. */
const titles = new Set(['mr', 'mrs', 'ms', 'miss', 'dr', 'prof', 'herr', 'frau', 'mme', 'sr', 'jr', 'ing', 'dipl']);
const fillers = new Set([
  'and',
  'und',
  'et',
  'y',
  'e',
  'the',
  'of',
  'der',
  'die',
  'das',
  'de',
  'du',
  'la',
  'le',
  'les',
]);

/** Honorifics that say of which sex somebody is. */
const sexOf: Readonly<Record<string, 'f' | 'm'>> = {
  ...Object.fromEntries(
    ['mr', 'mister', 'herr', 'hr', 'monsieur', 'senor', 'signor', 'sig'].map((word) => [word, 'm']),
  ),
  ...Object.fromEntries(
    ['mrs', 'ms', 'miss', 'frau', 'fr', 'mme', 'mlle', 'madame', 'sra', 'srta', 'senora', 'signora'].map((word) => [
      word,
      'f',
    ]),
  ),
};

/** What tells people of one name apart, in one spelling each. */
const suffixes: Readonly<Record<string, string>> = {
  jr: 'junior',
  jnr: 'junior',
  junior: 'junior',
  jun: 'junior',
  filho: 'junior',
  sr: 'senior',
  snr: 'senior',
  senior: 'senior',
  sen: 'senior',
  ii: 'ii',
  iii: 'iii',
  iv: 'iv',
  neto: 'neto',
};

/**
 * `Smith, Ann-Marie` → smith, ann, marie. Blanks within a CJK name are dropped, and so are honorifics and suffixes,
 * which are kept apart: `Mr`, `Jr.`.
 */
export function personName(raw: string, country?: string | null): Name {
  const [beforeComma = '', afterComma = ''] = raw.replace(/['’`]/g, '').split(',', 2);
  const words = wordsOf(fold(raw.replace(/['’`]/g, '')));
  const title = words.find((word) => sexOf[word] !== undefined);
  // `Sr. García` is a gentleman, `John Smith Sr.` a father; `Smith Jr., John` has it before the comma.
  const endings = [words.at(-1), wordsOf(fold(beforeComma)).at(-1)];
  const ending =
    words.length < 2 ? undefined : endings.find((word) => word !== undefined && Object.hasOwn(suffixes, word));
  const own = words.filter((word) => !titles.has(word) && sexOf[word] === undefined && word !== ending);
  const family = wordsOf(fold(beforeComma)).filter((word) => own.includes(word)).length;
  const hasComma = wordsOf(fold(afterComma)).some((word) => own.includes(word));
  return {
    ...nameOf(own.length > 0 ? own : words),
    ...(ending !== undefined && { suffix: suffixes[ending] ?? ending }),
    ...(title !== undefined && { sex: sexOf[title] ?? 'm' }),
    ...(isJapanese(raw, country) && { isUnread: true }),
    ...(hasComma && family > 0 && { familyFirst: family }),
  };
}

function isJapanese(raw: string, country: string | null | undefined): boolean {
  if (!/\p{Script=Han}/u.test(raw)) return false;
  return country === 'JP' || /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(raw);
}

/** `Schröder & Co. GmbH` → schroder; `㈜한빛전자` → 한빛전자. Legal forms and words of grammar are dropped. */
export function organisationName(raw: string): Name {
  const folded = withoutCjkForms(fold(raw.replace(/['’`]/g, '')));
  const words = wordsOf(folded);
  const core = withoutLegalForm(words.filter((word) => !fillers.has(word)));
  return nameOf(core.length > 0 ? core : words);
}

function nameOf(words: readonly string[]): Name {
  if (!words.some(isCjk)) return { words: [...words], latin: words.every(isAscii) ? null : romanise(words.join(' ')) };
  const joined = words.filter(isCjk).join('');
  const others = words.filter((word) => !isCjk(word));
  return { words: [joined, ...others], latin: romanise([joined, ...others].join(' ')) };
}

function isAscii(word: string): boolean {
  return /^[a-z0-9]*$/.test(word);
}
