const marks = /\p{M}/gu;

/**
 * Text as it is compared: NFKC, lower-case, without accents. German umlauts meet their spellings (`Müller`, `Mueller`
 * and `Muller` fold alike); Hangul and Han are left as they are.
 */
export function fold(raw: string): string {
  const text = raw.normalize('NFKC').toLowerCase();
  if (/^[\u0020-\u007e]*$/.test(text)) return withoutDigraphs(text);
  const plain = text
    .replace(/ß/g, 'ss')
    .replace(/[æä]/g, 'a')
    .replace(/[øœ]/g, 'o')
    .replace(/ł/g, 'l')
    .replace(/đ/g, 'd')
    .replace(/ı/g, 'i');
  return withoutDigraphs(plain.normalize('NFD').replace(marks, '').normalize('NFC'));
}

/** What is left when letters and digits of all scripts are kept, by words. */
export function wordsOf(folded: string): string[] {
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

const cjk = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Written without spaces between words, so that letters and not words are compared. */
export function isCjk(text: string): boolean {
  return cjk.test(text);
}

function withoutDigraphs(text: string): string {
  return text.replace(/([aou])e/g, '$1');
}
