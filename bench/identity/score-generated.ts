import type { PartyFacts } from '../../customer-360/identity/profile.ts';
import type { Resolution } from '../../customer-360/identity/resolution/resolve-all.ts';
import type { Generated } from './households.ts';

/** How a set of known truth came out, counted in pairs of records. */
export interface GeneratedScore {
  records: number;
  truePairs: number;
  /** True pairs in one customer, as a share. */
  linked: number;
  /** True pairs in one customer or in two that a steward is asked about, as a share. */
  linkedOrQueued: number;
  /** Customers that hold records of two, though some value that both have tells these apart. */
  wrongMerges: number;
  /** Pairs of two customers in one although no value that both have differs: nobody could tell. */
  undecidable: number;
  /** Records in a pair that waits for a steward, as a share. */
  queue: number;
  /** Wrong pairs to look at, the first ones. */
  examples: string[];
}

const EXAMPLES = 8;

export function scoreGenerated({ parties, truth }: Generated, { clusters, judgements }: Resolution): GeneratedScore {
  const byId = new Map(parties.map((party) => [party.id, party]));
  const clusterOf = new Map(clusters.flatMap((members, i) => members.map((id) => [id, i] as const)));
  const score = { wrongMerges: 0, undecidable: 0, examples: [] as string[] };
  for (const members of clusters) {
    let isWrong = false;
    members.forEach((a, i) => {
      for (const b of members.slice(i + 1)) {
        const [one, other] = [byId.get(a), byId.get(b)];
        if (!one || !other || truth.get(a) === truth.get(b)) continue;
        if (areEqual(one, other)) score.undecidable += 1;
        else {
          isWrong = true;
          if (score.examples.length < EXAMPLES) score.examples.push(`${textOf(one)}\n    = ${textOf(other)}`);
        }
      }
    });
    if (isWrong) score.wrongMerges += 1;
  }
  const queued = new Set<string>();
  const waiting = new Set<string>();
  for (const { a, b, rule } of judgements) {
    const [x, y] = [clusterOf.get(a) ?? -1, clusterOf.get(b) ?? -1];
    if (rule !== null || x === y) continue;
    queued.add(x < y ? `${x} ${y}` : `${y} ${x}`);
    waiting.add(a).add(b);
  }
  const recordsOf = new Map<string, string[]>();
  for (const [id, customer] of truth) recordsOf.set(customer, [...(recordsOf.get(customer) ?? []), id]);
  let [truePairs, linked, asked] = [0, 0, 0];
  for (const ids of recordsOf.values()) {
    ids.forEach((a, i) => {
      for (const b of ids.slice(i + 1)) {
        const [x, y] = [clusterOf.get(a) ?? -1, clusterOf.get(b) ?? -1];
        truePairs += 1;
        if (x === y) linked += 1;
        else if (queued.has(x < y ? `${x} ${y}` : `${y} ${x}`)) asked += 1;
      }
    });
  }
  return {
    ...score,
    records: parties.length,
    truePairs,
    linked: linked / truePairs,
    linkedOrQueued: (linked + asked) / truePairs,
    queue: waiting.size / parties.length,
  };
}

/** Whether every value that both have is the same. */
function areEqual(a: PartyFacts, b: PartyFacts): boolean {
  const [one, other] = [valuesOf(a), valuesOf(b)];
  return one.every((value, i) => value === '' || other[i] === '' || value === other[i]);
}

function valuesOf(party: PartyFacts): string[] {
  const [address] = party.contactPoints;
  const { displayName, birthDate, email, phone, taxId } = party;
  return [
    displayName,
    birthDate ?? '',
    email ?? '',
    phone ?? '',
    taxId ?? '',
    address ? `${address.street} ${address.postalCode}` : '',
  ];
}

function textOf(party: PartyFacts): string {
  return valuesOf(party).join(' | ');
}
