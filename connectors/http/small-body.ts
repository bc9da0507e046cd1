import type { JsonValue } from '../../schema/json.ts';
import { readJson } from './read-json.ts';
import type { RawAnswer } from './send.ts';

/** A refusal is short: longer answers are data, and are not read twice. */
const LONGEST = 64_000;

/** The body of an answer that may hold a refusal, as `hint` in its text says; null for all others, and for no JSON. */
export function smallBody({ text, headers }: RawAnswer, hint: string): JsonValue | null {
  if (text.length > LONGEST || !text.includes(hint)) return null;
  try {
    return readJson(text, headers['content-type']);
  } catch {
    // Its reader says what is wrong with it.
    return null;
  }
}

/** Words by which sources say "later", in a code or a message. */
export const throttling =
  /throttl|rate.?limit|too.?many.?(request|call|quer)|quota.?exceeded|limit.?exceeded.*(later|again)|(complexity|cost).?budget|ComplexityException|\b429\b/i;
