import type { Survivorship, SurvivorshipRule } from '../../../config/settings/settings.ts';
import type { Party } from '../party.ts';

/** Fields of the golden record that one of the parties gives. */
const goldenFields = [
  'displayName',
  'legalName',
  'taxId',
  'email',
  'phone',
  'website',
  'language',
  'country',
  'birthDate',
] as const;

export type GoldenField = (typeof goldenFields)[number];

export interface SurvivorshipInput {
  parties: readonly Party[];
  /** System → priority; higher wins, 0 where none is given. */
  priorities: Readonly<Record<string, number>>;
  survivorship: Survivorship;
}

/** Which party a field is taken from, and by which rule; null where nobody has it. */
export interface Survivor {
  field: GoldenField;
  party: Party;
  rule: SurvivorshipRule;
}

/** For each field the party whose value stands: the first by the field's rule that has one. */
export function survivorsOf(input: SurvivorshipInput): Survivor[] {
  const ranked = new Map<string, Party[]>();
  return goldenFields.flatMap((field): Survivor[] => {
    const rule = input.survivorship.fields[field] ?? input.survivorship.rule;
    const by = rule === 'longest' ? `longest ${field}` : rule;
    const parties = ranked.get(by) ?? rankParties(input, rule, field);
    ranked.set(by, parties);
    const party = parties.find((each) => isPresent(each[field]));
    return party ? [{ field, party, rule }] : [];
  });
}

/** Parties, the one to believe first. What the rule leaves equal goes by priority, completeness, age of the change. */
export function rankParties(
  { parties, priorities }: SurvivorshipInput,
  rule: SurvivorshipRule,
  field: GoldenField,
): Party[] {
  const priority = (a: Party, b: Party) => (priorities[b.system] ?? 0) - (priorities[a.system] ?? 0);
  const complete = (a: Party, b: Party) => completeness(b) - completeness(a);
  const newest = (a: Party, b: Party) => compareText(b.changedAt ?? '', a.changedAt ?? '');
  const longest = (a: Party, b: Party) => (b[field]?.trim().length ?? 0) - (a[field]?.trim().length ?? 0);
  const orders = {
    priority: [priority, complete, newest],
    newest: [newest, priority, complete],
    mostComplete: [complete, priority, newest],
    longest: [longest, priority, complete, newest],
  }[rule];
  return [...parties].sort((a, b) => {
    for (const order of orders) {
      const difference = order(a, b);
      if (difference !== 0) return difference;
    }
    return compareText(a.id, b.id);
  });
}

function completeness(party: Party): number {
  return goldenFields.filter((field) => isPresent(party[field])).length;
}

function isPresent(value: string | null): boolean {
  return value !== null && value.trim() !== '';
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
