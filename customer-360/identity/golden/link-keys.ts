import { createHash } from 'node:crypto';
import type { Profile } from '../profile.ts';

/** What an exact key says; in the order in which one is named as the reason of a link. */
const exactRules = { xref: 'CROSS_REFERENCE', tax: 'TAX_ID', email: 'EMAIL', phone: 'PHONE' } as const;

export type ExactKind = keyof typeof exactRules;
export type ExactRule = (typeof exactRules)[ExactKind];

/** Longer keys are hashed, so that every key fits its column whole. */
const MAX_KEY_LENGTH = 255;

/**
 * The exact keys of a party: those that two records of one customer share and hardly anybody else. A party carries a
 * key for itself and one for each party it refers to, so a cross-reference links whichever of the two arrives first.
 */
export function linkKeys({ id, references, taxIds, emails, phones }: Profile): string[] {
  const keys = [
    ...[id, ...references].map((reference) => keyOf('xref', reference)),
    ...taxIds.map((taxId) => keyOf('tax', taxId)),
    ...emails.map((email) => keyOf('email', email)),
    ...phones.map((phone) => keyOf('phone', phone)),
  ];
  return [...new Set(keys)].sort();
}

/** The exact key of one value of a party. */
export function keyOf(kind: ExactKind, value: string): string {
  const key = `${kind}:${value}`;
  if (key.length <= MAX_KEY_LENGTH) return key;
  return `${kind}:sha256:${createHash('sha256').update(value, 'utf8').digest('hex')}`;
}

/** The rule behind the strongest of the exact keys that two parties share. */
export function exactRuleOf(sharedKeys: Iterable<string>): ExactRule | null {
  const kinds = new Set([...sharedKeys].map((key) => key.slice(0, key.indexOf(':'))));
  const strongest = (Object.keys(exactRules) as ExactKind[]).find((kind) => kinds.has(kind));
  return strongest ? exactRules[strongest] : null;
}
