import { LosslessNumber, parse } from 'lossless-json';
import { defends } from '../../config/defences.ts';
import type { JsonValue } from '../../schema/json.ts';

/** JSON text as a value whose numbers keep all the digits they were written with. Throws SyntaxError. */
export function parseExactly(text: string): JsonValue {
  return parse(text, undefined, defends('all digits') ? undefined : nearestDouble) as JsonValue;
}

/** What JSON.parse makes of a number; never, but where the fault harness has taken the defence away. */
const nearestDouble = (digits: string) => new LosslessNumber(String(Number(digits)));
