import { fold, isCjk, wordsOf } from './fold.ts';
import { withoutCjkForms, withoutLegalForm } from './legal-forms.ts';
import { romanise } from './romanise.ts';

/** A name as it is compared. */
export interface Name {
  /** Folded words; a name in Han, Hangul or Kana is one word. */
  words: string[];
  /** The same in Latin letters, where the name is not. */
  latin: string | null;
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

/** `Smith, Ann-Marie` → smith, ann, marie. Honorifics are dropped, and blanks within a CJK name. */
export function personName(raw: string): Name {
  const words = wordsOf(fold(raw.replace(/['’`]/g, '')));
  const own = words.filter((word) => !titles.has(word));
  return nameOf(own.length > 0 ? own : words);
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
