import { outcomeOf } from '../outcome.ts';
import type { RawAnswer } from '../send.ts';

const LOOKED_AT = 2_000;

/** Words by which a refusal is about the login and not about the right: `Invalid session`, `token expired`. */
const words =
  /(token|session|log-?in|jwt|credential|authenticat\w*)\W+(\w+\W+){0,3}?(expired|invalid|timed? ?out|ended|revoked|missing|required|unknown)|(expired|invalid|unknown|no|missing)\W+(\w+\W+){0,2}?(token|session|jwt|credentials|login)|not\W+(currently\W+)?(logged|signed|authenticated)|(log|sign) ?in\W+(again|first)/i;

/**
 * Whether an answer may mean that the login has ended: 401; another refusal in whose words that is said; a page to
 * log in at, where data was asked for.
 */
export function loginEnded({ status, headers, text }: Pick<RawAnswer, 'status' | 'headers' | 'text'>): boolean {
  const beginning = text.slice(0, LOOKED_AT);
  if (outcomeOf(status) === 'refresh-auth') return true;
  if (status === 403) return /invalid_token|expired/i.test(headers['www-authenticate'] ?? '') || words.test(beginning);
  const isSuccess = status >= 200 && status < 300;
  return isSuccess && /^\s*(<!doctype html|<html)/i.test(beginning) && /password/i.test(text);
}
