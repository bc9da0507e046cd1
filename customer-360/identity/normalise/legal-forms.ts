/** Legal forms as the last words of a folded Latin name. Longer ones first, so that nothing of them stays. */
const latinForms = [
  'gmbh co kg',
  'gmbh und co kg',
  'gmbh co kgaa',
  'ag co kg',
  'ug haftungsbeschrankt',
  'sp zoo',
  'spolka zoo',
  's de rl de cv',
  'sa de cv',
  'co ltd',
  'pty ltd',
  'pte ltd',
  'pvt ltd',
  'sdn bhd',
  'co inc',
  ...['gmbh', 'mbh', 'ag', 'kg', 'kgaa', 'ohg', 'gbr', 'ug', 'ev', 'eg', 'ek', 'se'],
  ...[
    'inc',
    'incorporated',
    'llc',
    'llp',
    'lp',
    'corp',
    'corporation',
    'co',
    'company',
    'ltd',
    'limited',
    'plc',
    'cic',
  ],
  ...['sa', 'sarl', 'sas', 'sasu', 'eurl', 'snc', 'sca', 'sci', 'srl', 'spa', 'sl', 'slu', 'ltda', 'lda', 'bv', 'nv'],
  ...[
    'bvba',
    'ab',
    'oy',
    'oyj',
    'asa',
    'aps',
    'kft',
    'zrt',
    'sro',
    'doo',
    'pty',
    'pte',
    'bhd',
    'kk',
    'ooo',
    'oao',
    'zao',
    'ооо',
    'оао',
    'зао',
  ],
]
  .map((form) => form.split(' '))
  .sort((a, b) => b.length - a.length);

/** Legal forms of Korea, China and Japan: before or behind the name, in brackets or as one sign (which NFKC opens). */
const cjkForms = new RegExp(
  [
    '주식회사|유한책임회사|유한회사|합자회사|합명회사|사단법인|재단법인',
    '股份有限公司|有限责任公司|有限責任公司|集团有限公司|集團有限公司|有限公司|公司',
    '株式会社|有限会社|合同会社|合資会社|一般社団法人',
    '\\((주|유|株|有|합|사|재)\\)',
  ].join('|'),
  'gu',
);

/** `(中国)`, `(Deutschland)`: which branch of the same house, not who it is. */
const countryInBrackets = /\((中国|中國|china|korea|한국|코리아|japan|日本|deutschland|germany|france|uk|usa|us)\)/gu;

/** A folded name without its CJK legal form and without a country in brackets. */
export function withoutCjkForms(folded: string): string {
  return folded.replace(countryInBrackets, ' ').replace(cjkForms, ' ');
}

/** Words of a name without the legal form they end with. A name that is nothing else is left as it is. */
export function withoutLegalForm(words: readonly string[]): string[] {
  let rest = joinInitials(words);
  for (let form = formOf(rest); form > 0; form = formOf(rest)) rest = rest.slice(0, rest.length - form);
  return rest;
}

function formOf(words: readonly string[]): number {
  const form = latinForms.find(
    (parts) => parts.length < words.length && parts.every((part, i) => words[words.length - parts.length + i] === part),
  );
  return form?.length ?? 0;
}

/** `s a r l` → `sarl`: what dots kept apart. */
function joinInitials(words: readonly string[]): string[] {
  const joined: string[] = [];
  let initials = '';
  for (const word of words) {
    if (/^[a-z]$/.test(word)) {
      initials += word;
      continue;
    }
    if (initials !== '') joined.push(initials);
    initials = '';
    joined.push(word);
  }
  if (initials !== '') joined.push(initials);
  return joined;
}
