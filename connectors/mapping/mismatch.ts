import type { JsonValue } from '../../schema/json.ts';

/** What a value that does not fit is reported with; the mapping turns it into a rejected record. */
export function mismatch(expected: string, got: unknown): Error {
  const error = new Error(`expected ${expected}, got ${show(got)}`);
  error.name = 'Mismatch';
  return error;
}

export function isMismatch(error: unknown): error is Error {
  return error instanceof Error && error.name === 'Mismatch';
}

/** A value as it is shown in messages: short, and never an object's whole content. */
function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isJsonNumber(value)) return value.toString();
  if (typeof value === 'object') return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no fields'}`;
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function isJsonNumber(value: unknown): value is { toString(): string } {
  return typeof value === 'object' && value !== null && 'isLosslessNumber' in value;
}

/**
 * The text of a single value, digits untouched; null for nothing, and for text that is empty or only spaces.
 * Throws a mismatch for lists and objects.
 */
export function textOf(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value === 'object' && !isJsonNumber(value)) throw mismatch('a single value', value);
  return value.toString();
}

/**
 * As `textOf`, for whatever is no yes or no. Throws a mismatch for a boolean: some systems write `false` where nothing
 * is, and the word would be stored as a name, a date or a key.
 */
export function wordOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'boolean') {
    const advice = value ? '' : '`nulls: [false]` where the source writes it for nothing, ';
    throw mismatch(`a value and no yes or no (${advice}\`enum\` where it stands for a word)`, value);
  }
  return textOf(value);
}
