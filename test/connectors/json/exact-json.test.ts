import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'lossless-json';
import { parseExactly } from '../../../connectors/json/exact-json.ts';

/** JSON text with spaces in any place, and numbers no double can hold. */
const jsonText = fc
  .tuple(
    fc.jsonValue({ maxDepth: 5 }),
    fc.constantFrom(0, 1, '\t', ' \r\n'),
    fc.constantFrom('1', '12345678901234567890', '0.10', '-0', '1E+400', '1e-7', '3.0000'),
  )
  .map(([value, spaces, number]) => JSON.stringify({ value, n: 'NUMBER' }, null, spaces).replace('"NUMBER"', number));

describe('JSON', () => {
  it('is read as lossless-json reads it, every digit kept', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(parseExactly(text)).toEqual(parse(text));
        expect(stringify(parseExactly(text))).toBe(stringify(parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused where JSON.parse refuses it, whatever letter of it was changed', () => {
    const accepts = (read: (text: string) => unknown, text: string) => {
      try {
        read(text);
        return true;
      } catch (error) {
        if (error instanceof SyntaxError) return /^expected each name once/.test(error.message);
        throw error;
      }
    };
    const change = fc.record({ at: fc.nat(), letter: fc.constantFrom('', ...'"\\{}[]:,0.-e+tfn u/\n\u0001x') });
    fc.assert(
      fc.property(jsonText, change, (text, { at, letter }) => {
        const index = at % text.length;
        const changed = text.slice(0, index) + letter + text.slice(index + 1);
        expect({ changed, accepts: accepts(parseExactly, changed) }).toEqual({
          changed,
          accepts: accepts(JSON.parse, changed),
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['a name twice with different values', '{"a":1,"a":2}', 'expected each name once in an object, got "a" twice'],
    ['a name twice by an escape', '{"a":1,"\\u0061":2}', 'got "a" twice'],
    ['NaN', '{"a":NaN}', 'expected a value at character 6, got "N"'],
    ['a number without digits', '[-]', 'expected a value at character 2, got "-"'],
    ['a fraction without digits', '[1.]', 'expected a digit at character 4'],
    ['an escape there is not', '["\\x41"]', 'expected an escape of JSON at character 3'],
    ['half an escape', '["\\u00"]', 'expected an escape of JSON at character 3'],
    ['a line break in a string', '["a\nb"]', 'expected control characters to be escaped, got U+000a at character 4'],
    ['a string without an end', '["a', 'expected the end of a string'],
    ['a comma too much', '[1,]', 'expected a value at character 4'],
    ['something after its end', '{} x', 'expected the end at character 4, got "x"'],
    [
      'an object that would pass for a number',
      '{"a":{"isLosslessNumber":true}}',
      'no field of the name isLosslessNumber',
    ],
    ['nothing', '', 'expected a value at character 1, got the end'],
    ['a hundred thousand levels', '['.repeat(100_000), 'expected at most 200 levels of nesting, got more'],
  ])('with %s says so', (_, text, message) => {
    expect(() => parseExactly(text)).toThrow(message);
    expect(() => parseExactly(text)).toThrow(SyntaxError);
  });

  it('may have a name twice where both say the same, and the names of every object', () => {
    expect(parseExactly('{"a":{"b":[1]},"a":{"b":[1]}}')).toEqual(parse('{"a":{"b":[1]}}'));
    const named = parseExactly('{"__proto__":{"x":"1"},"constructor":"2","hasOwnProperty":null}');
    expect(Object.keys(named as object)).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
    expect((named as { x?: string }).x).toBeUndefined();
  });

  it('has bounds on depth and on how many values there are', () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(() => parseExactly(deep(200))).not.toThrow();
    expect(() => parseExactly(deep(201))).toThrow('at most 200 levels');
    expect(() => parseExactly('[1,2,3]', { mostValues: 3 })).toThrow('expected at most 3 values, got more');
  });
});
