import type { FieldKind } from '../../schema/fields.ts';
import type { JsonValue } from '../../schema/json.ts';
import { exactDecimal, exactInteger } from './decimals.ts';
import { mismatch, textOf, wordOf } from './mismatch.ts';
import { compileDate, compileInstant, type TimeOptions } from './times.ts';

export type FieldValue = string | number | boolean | null;

/**
 * Compiles how a source value becomes a value of the kind, or null: what comes out fits the schemas of
 * schema/records.ts but for values that may not be missing. References are not read here.
 */
export function compileCoercion(kind: FieldKind, options: TimeOptions): (value: JsonValue | undefined) => FieldValue {
  switch (kind.type) {
    case 'text':
      return compileText(kind);
    case 'longText':
      return wordOf;
    case 'integer':
      return (value) => ifAny(wordOf(value), exactInteger);
    case 'decimal':
      return (value) => ifAny(wordOf(value), exactDecimal);
    case 'boolean':
      return (value) => (value === '' ? false : ifAny(textOf(value), truth));
    case 'enum':
      return (value) => ifAny(wordOf(value), (text) => memberOf(kind.values, text));
    case 'instant': {
      const read = compileInstant(options);
      return (value) => ifAny(wordOf(value), read);
    }
    case 'date': {
      const read = compileDate(options);
      return (value) => ifAny(wordOf(value), read);
    }
    case 'reference':
    case 'references':
      throw new TypeError('References are compiled by compile-reference.ts.');
  }
}

function ifAny<T>(text: string | null, read: (text: string) => T): T | null {
  return text === null ? null : read(text);
}

function compileText({ length, pattern }: Extract<FieldKind, { type: 'text' }>) {
  const matches = pattern && new RegExp(pattern.matches);
  return (value: JsonValue | undefined): string | null => {
    const text = wordOf(value);
    if (text === null) return null;
    if (matches && !matches.test(text)) throw mismatch(pattern.expected, text);
    if (text.length > length) throw mismatch(`at most ${length} characters`, text);
    return text;
  };
}

const yes = new Set(['1', 'true', 'x', 'y', 'yes', 'j', 'ja', 't']);
const no = new Set(['0', 'false', 'n', 'no', 'nein', 'f', '-']);

function truth(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (yes.has(word)) return true;
  if (no.has(word)) return false;
  throw mismatch('yes or no (1/0, true/false, X or empty, Y/N; others need `enum`)', text);
}

function memberOf(values: readonly string[], text: string): string {
  if (values.includes(text)) return text;
  throw mismatch(`one of ${values.join(', ')} (other words need an \`enum\` table)`, text);
}
