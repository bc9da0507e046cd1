import { stdnum } from 'stdnum';

/** Schemes of `stdnum` that check no digits, or check the form alone: what they accept is not thereby right. */
const uncheckedSchemes: Readonly<Record<string, readonly string[]>> = {
  US: ['ein', 'ssn'],
  TW: ['ban'],
  DE: ['stnr', 'passport'],
};

/**
 * Numbers for buyers who have none, whose check digits may be right: Portugal's final consumer (Portaria 302/2016,
 * SAF-T) and Mexico's general public and foreigners (SAT, Anexo 20).
 */
const nobodys = new Set(['999999990', 'PT999999990', 'XAXX010101000', 'XEXX010101000']);

/** Whether the number stands for buyers who have none. */
export function isNobodysTaxId(compact: string): boolean {
  return nobodys.has(compact);
}

/** Whether a tax id is right by its country's own check digits; null where nobody can say. */
export function isValidTaxId(compact: string, country: string | null): boolean | null {
  const schemes = countriesOf(compact, country).flatMap(schemesOf);
  return schemes.length === 0 ? null : schemes.some((scheme) => scheme.validate(compact).isValid);
}

/**
 * A tax id as it is compared: `136695976` of a German party, `DE136695976` are one. The country and the number in the
 * form of the scheme that accepts it, without prefix and suffix; as it is where none does.
 */
export function comparableTaxId(compact: string, country: string | null): string {
  for (const code of countriesOf(compact, country)) {
    for (const scheme of schemesOf(code)) {
      const found = scheme.validate(compact);
      if (found.isValid) return `${code}${numberOf(found.compact, code)}`;
    }
  }
  return compact;
}

/** The number without what some write around it. A French VAT id ends in the company's number. */
function numberOf(accepted: string, code: string): string {
  const prefix = code === 'GR' ? /^(EL|GR)/ : code === 'CH' ? /^CHE/ : new RegExp(`^${code}`);
  const number = accepted.replace(/[^A-Z0-9]/g, '').replace(prefix, '');
  if (code === 'CH') return number.replace(/(MWST|TVA|IVA|TPV)$/, '');
  if (code === 'NO') return number.replace(/MVA$/, '');
  return code === 'FR' && /^\w{2}\d{9}$/.test(number) ? number.slice(2) : number;
}

function countriesOf(compact: string, country: string | null): string[] {
  const prefix = compact.startsWith('CHE') ? 'CH' : (/^[A-Z]{2}(?=[0-9A-Z]*\d)/.exec(compact)?.[0] ?? null);
  const codes = [country, prefix].flatMap((code) => (code === null ? [] : code === 'EL' ? 'GR' : code));
  return [...new Set(codes)];
}

function schemesOf(code: string) {
  const unchecked = uncheckedSchemes[code] ?? [];
  return Object.entries(stdnum[code] ?? {}).flatMap(([name, scheme]) => (unchecked.includes(name) ? [] : scheme));
}
