import type { PartyFacts } from '../../customer-360/identity/profile.ts';
import type { Matched } from './match-parties.ts';

/** Pairs on which clusters and labels disagree, evenly spread over all of them, two lines a pair, for people to read. */
export function disagreementsOf(
  { parties, truth }: { parties: readonly PartyFacts[]; truth: ReadonlyMap<string, string> },
  { clusters, judgements }: Matched,
  count: number,
): string[] {
  const clusterOf = new Map(clusters.flatMap((members, i) => members.map((id) => [id, i] as const)));
  const weights = new Map(
    judgements.map(({ a, b, weight, rule }) => [`${a} ${b}`, `${weight.toFixed(1)} ${rule ?? '-'}`]),
  );
  const sorted = [...parties].sort((x, y) => (x.id < y.id ? -1 : 1));
  const found: { a: PartyFacts; b: PartyFacts; isLinked: boolean }[] = [];
  sorted.forEach((a, i) => {
    for (const b of sorted.slice(i + 1)) {
      const isLinked = clusterOf.get(a.id) === clusterOf.get(b.id);
      if (isLinked !== (truth.get(a.id) === truth.get(b.id))) found.push({ a, b, isLinked });
    }
  });
  const step = Math.max(1, Math.floor(found.length / count));
  const linked = found.filter(({ isLinked }) => isLinked).length;
  return [
    `${found.length} pairs disagree: ${linked} linked and labelled apart, ${found.length - linked} the other way.`,
    ...found
      .filter((_, i) => i % step === 0)
      .slice(0, count)
      .flatMap(({ a, b, isLinked }, i) => [
        `${i + 1}. ${isLinked ? 'linked, labelled apart' : 'apart, labelled the same'} ${weights.get(`${a.id} ${b.id}`) ?? ''}`,
        `   ${textOf(a)}`,
        `   ${textOf(b)}`,
      ]),
  ];
}

function textOf({ displayName, phone, contactPoints }: PartyFacts): string {
  const [address] = contactPoints;
  return [displayName.replace(/\s+/g, ' '), address?.street, address?.postalCode, phone].join(' | ');
}
