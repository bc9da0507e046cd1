import type { Refusal } from '../http/http-client.ts';
import { askedWait } from '../http/retry-delay.ts';
import type { RawAnswer } from '../http/send.ts';
import { smallBody } from '../http/small-body.ts';
import type { Throttled } from './settings.ts';
import { readText } from './wire.ts';

/** Finds the "later" in an answer of status 200, where the settings say how this source says it. */
export function compileRestRefusal(throttled: Throttled | undefined): (answer: RawAnswer) => Refusal | null {
  if (!throttled) return () => null;
  const { path, equals, waitPath } = throttled;
  const values = new Set([equals].flat().map((value) => String(value).toLowerCase()));
  const steps = path.split('.');
  const hint = `"${steps.at(-1) ?? path}"`;
  return (answer) => {
    const body = smallBody(answer, hint);
    if (body === null) return null;
    try {
      const found = readText(body, path);
      if (found === null || !values.has(found.toLowerCase())) return null;
      const seconds = waitPath === undefined ? Number.NaN : Number(readText(body, waitPath) ?? Number.NaN);
      const retryAfter = seconds >= 0 ? seconds * 1_000 : askedWait(answer.headers, Date.now());
      return { outcome: 'rate-limited', message: `\`${path}\` is ${found}`, retryAfter };
    } catch {
      // A list or an object where a word was expected is no "later".
      return null;
    }
  };
}
