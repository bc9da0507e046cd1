import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { errorCatalogue } from '../../config/errors.ts';

const sections = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  .split(/^### /m)
  .slice(1)
  .map((section) => ({ code: section.split('\n', 1).join(''), text: section.split(/^## /m, 1).join('') }));

describe('docs/errors.md', () => {
  it('explains every code of the catalogue once, and no other', () => {
    expect(sections.map(({ code }) => code).sort()).toEqual(Object.keys(errorCatalogue).sort());
  });

  it.each(Object.entries(errorCatalogue))('says of %s what the catalogue says, and more', (code, meaning) => {
    const text = sections.find((section) => section.code === code)?.text ?? '';
    expect(text).toContain(meaning);
    expect(text.replace(meaning, '').replace(code, '').trim()).not.toBe('');
  });
});
