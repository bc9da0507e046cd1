import type { Random } from '../random.ts';
import {
  chineseFamilies,
  chineseGiven,
  chinesePlaces,
  chineseSeconds,
  chineseStems,
  chineseTrades,
  koreanFamilies,
  koreanFirst,
  koreanSecond,
  koreanStems,
  koreanTrades,
  latinFamilies,
  latinGiven,
  latinTrades,
  legalForms,
} from './name-parts.ts';
import type { RegionCode } from './regions.ts';

/** A true name, in parts, so that every system can spell it its own way. */
export interface CustomerName {
  /** As registered, or as on the passport, e.g. `주식회사 한빛전자`, `Schröder Maschinenbau GmbH`, `김민수`. */
  full: string;
  /** Without the legal form. */
  core: string;
  legalForm: string | null;
  given: string | null;
  family: string | null;
  /** In plain Latin letters, for e-mail addresses and web domains. */
  latin: string;
}

/** The name of a person of a region. People may share a name, as they do. */
export function personName(random: Random, region: RegionCode): CustomerName {
  if (region === 'KR') {
    const family = random.pick(koreanFamilies);
    const [first, second] = [random.pick(koreanFirst), random.pick(koreanSecond)];
    return person(family[0], first[0] + second[0], '', `${first[1]}${second[1]}.${family[1]}`);
  }
  if (region === 'CN') {
    const [family, given] = [random.pick(chineseFamilies), random.pick(chineseGiven)];
    return person(family[0], given[0], '', `${given[1]}.${family[1]}`);
  }
  const [family, given] = [random.pick(latinFamilies[region]), random.pick(latinGiven[region])];
  return person(family, given, ' ', `${plainLatin(given)}.${plainLatin(family)}`);
}

function person(family: string, given: string, gap: string, latin: string): CustomerName {
  const full = gap === '' ? `${family}${given}` : `${given}${gap}${family}`;
  return { full, core: full, legalForm: null, given, family, latin };
}

/** The name of an organisation that nobody in `taken` has yet; it is added there. */
export function organisationName(random: Random, region: RegionCode, taken: Set<string>): CustomerName {
  for (let attempt = 1; ; attempt++) {
    const [core, latin] = organisationCore(random, region);
    // The short lists run out at larger scales: from then on a company carries the number of its plant.
    const numbered = attempt > 4 ? random.int(2, 9_999) : null;
    const unique = numbered === null ? core : `${core} ${numbered}`;
    if (taken.has(unique)) continue;
    taken.add(unique);
    const legalForm = random.pick(legalForms[region]);
    return {
      full: withLegalForm(unique, legalForm, region),
      core: unique,
      legalForm,
      given: null,
      family: null,
      latin: numbered === null ? latin : `${latin}${numbered}`,
    };
  }
}

function organisationCore(random: Random, region: RegionCode): [native: string, latin: string] {
  if (region === 'KR') {
    const [stem, trade] = [random.pick(koreanStems), random.pick(koreanTrades)];
    return [`${stem[0]}${trade[0]}`, `${stem[1]}-${trade[1]}`];
  }
  if (region === 'CN') {
    const place = random.pick(chinesePlaces);
    const [stem, second, trade] = [random.pick(chineseStems), random.pick(chineseSeconds), random.pick(chineseTrades)];
    return [`${place[0]}${stem[0]}${second[0]}${trade[0]}`, `${stem[1]}${second[1]}-${trade[1]}-${place[1]}`];
  }
  const family = random.pick(latinFamilies[region]);
  const partner = random.chance(0.55) ? random.pick(latinFamilies[region]) : null;
  const trade = random.pick(latinTrades[region]);
  const core = partner === null || partner === family ? `${family} ${trade}` : `${family} & ${partner} ${trade}`;
  return [core, core.split(/[ &]+/).map(plainLatin).join('-')];
}

function withLegalForm(core: string, legalForm: string, region: RegionCode): string {
  if (region === 'CN') return `${core}${legalForm}`;
  if (region === 'KR') return `${legalForm} ${core}`;
  return `${core} ${legalForm}`;
}

const digraphs: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue' };

/** German letters written out, accents dropped: `Weiß` → `Weiss`, `Lefèvre` → `Lefevre`. */
export function transliterate(text: string): string {
  return text
    .replace(/[äöüßÄÖÜ]/g, (letter) => digraphs[letter] ?? letter)
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}

function plainLatin(text: string): string {
  return transliterate(text)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
