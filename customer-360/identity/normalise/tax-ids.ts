import { stdnum } from 'stdnum';

/** Whether a tax id is right by its country's own check digits; null where nobody can say. */
export function isValidTaxId(compact: string, country: string | null): boolean | null {
  const prefix = /^[A-Z]{2}(?=[0-9A-Z]*\d)/.exec(compact)?.[0] ?? null;
  const candidates = [country, prefix].flatMap((code) => {
    const validators = code === null ? undefined : stdnum[code === 'EL' ? 'GR' : code];
    return validators ? Object.values(validators) : [];
  });
  if (candidates.length === 0) return null;
  return candidates.some((validator) => validator.validate(compact).isValid);
}
