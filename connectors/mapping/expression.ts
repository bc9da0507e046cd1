import jsonata from 'jsonata';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { mismatch } from './mismatch.ts';
import { letNullBeNothing } from './null-in-expressions.ts';

/** Plain JS data, as expressions see it. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

export interface Expression {
  /** `here` is the record, or the element of an `each`; `$record` is always the whole source record. */
  evaluate(here: Plain, record: Plain): Promise<JsonValue>;
}

const MAX_STEPS = 200_000;
const MAX_MILLISECONDS = 1_000;

/**
 * Compiles a JSONata expression, bounded in steps and time. Null is nothing to its operators and functions, see
 * null-in-expressions.ts. Throws Error for one that does not parse.
 */
export function compileExpression(source: string): Expression {
  const expression = jsonata(source);
  letNullBeNothing(expression);
  let steps = 0;
  let deadline = 0;
  // jsonata calls what is bound under this symbol before each step; its types know string names only.
  expression.assign(Symbol.for('jsonata.__evaluate_entry') as unknown as string, () => {
    steps += 1;
    if (steps > MAX_STEPS || (steps % 1_000 === 0 && performance.now() > deadline)) {
      throw mismatch(`an expression that ends within ${MAX_STEPS} steps and ${MAX_MILLISECONDS} ms`, source);
    }
  });
  return {
    async evaluate(here, record) {
      steps = 0;
      deadline = performance.now() + MAX_MILLISECONDS;
      try {
        return jsonOf(await expression.evaluate(here, { record }));
      } catch (error) {
        const reason = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
        throw mismatch(`the expression ${source} to have a value`, String(reason));
      }
    },
  };
}

/** Numbers as JS numbers where nothing is lost by it, else as text: `20000000000000000001` stays what it is. */
export function plainOf(value: JsonValue): Plain {
  if (Array.isArray(value)) return value.map(plainOf);
  if (value === null || typeof value !== 'object') return value;
  if ('isLosslessNumber' in value) return plainNumber(value.toString());
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, inner]) => [key, plainOf(inner)]));
}

function plainNumber(text: string): number | string {
  const digits = text.replace(/[eE].*$/, '').replace(/^-?[0.]*|\./g, '');
  return digits.length <= 15 ? Number(text) : text;
}

function jsonOf(result: unknown): JsonValue {
  if (result === undefined || result === null) return null;
  if (typeof result === 'string' || typeof result === 'boolean') return result;
  if (typeof result === 'number') return String(result);
  if (Array.isArray(result)) return result.map(jsonOf);
  if (typeof result !== 'object') return null;
  return Object.fromEntries(Object.entries(result).map(([key, inner]) => [key, jsonOf(inner)]));
}
