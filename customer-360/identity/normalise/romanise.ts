import anyAscii from 'any-ascii';
import { romanize } from 'es-hangul';
import { pinyin } from 'pinyin-pro';
import { fold } from './fold.ts';

/**
 * A name of another script in Latin letters: Han by pinyin, Hangul by the Revised Romanization, the rest by
 * any-ascii. Only good for finding and for comparing across scripts: two names may sound alike and differ.
 */
export function romanise(text: string): string {
  const parts = text.match(/\p{Script=Han}+|\p{Script=Hangul}+|[^\p{Script=Han}\p{Script=Hangul}]+/gu) ?? [];
  const latin = parts.map((part) => {
    if (/^\p{Script=Han}/u.test(part)) return pinyin(part, { toneType: 'none', type: 'array' }).join('');
    if (/^\p{Script=Hangul}/u.test(part)) return romanize(part);
    return anyAscii(part);
  });
  return fold(latin.join(''));
}

/** The consonants as they sound, roughly: `Kim` and `gim`, `Meyer` and `maier`, `Schmidt` and `Schmitt` come out alike. */
export function skeleton(word: string): string {
  const letters = word.replace(/[^a-z0-9]/g, '');
  if (letters === '') return '';
  const sounds = letters
    .replace(/sch|sh/g, 's')
    .replace(/ph/g, 'f')
    .replace(/ck|ch|c|q|g/g, 'k')
    .replace(/th|dt|d/g, 't')
    .replace(/b/g, 'p')
    .replace(/[vw]/g, 'f')
    .replace(/[jz]/g, 's')
    .replace(/l/g, 'r')
    .replace(/m/g, 'n')
    .replace(/x/g, 'ks');
  const first = sounds.charAt(0);
  const start = /[aeiouyh]/.test(first) ? 'a' : first;
  return (start + sounds.slice(1).replace(/[aeiouyh]/g, '')).replace(/(.)\1+/g, '$1');
}
