import type { DatedLink } from '../../../cache/identity/identity-store.ts';
import type { StoredPair } from '../../../cache/identity/match-store.ts';
import { confidenceOf, type Judging, type LinkRule } from '../matching/judge.ts';
import type { Party } from '../party.ts';
import type { Decision } from '../stewardship/decisions.ts';
import type { LinkedPair } from './clusters.ts';

/** The strongest reason first: what a link is said to be made by. */
const strongestFirst: readonly LinkRule[] = ['CROSS_REFERENCE', 'TAX_ID', 'EMAIL', 'PHONE', 'MATCH', 'STEWARD'];

/** Stored pairs as the clusters take them: weights in bits. */
export function linkedPairsOf(pairs: readonly StoredPair[]): LinkedPair[] {
  return pairs.flatMap(({ a, b, weight, rule }) =>
    rule === null ? [] : [{ a, b, weight: weight / 1_000, rule: rule as LinkRule }],
  );
}

export interface LinkReasons {
  pairs: readonly LinkedPair[];
  decisions: readonly Decision[];
  inUse: Judging;
  parties: ReadonlyMap<string, Party>;
}

type Link = Omit<DatedLink, 'linkedAt'>;

/** Makes the link of a party to its customer: the strongest rule that ties it to another member, and how sure that is. */
export function createLinker({ pairs, decisions, inUse, parties }: LinkReasons) {
  const joined = decisions
    .filter(({ verdict }) => verdict === 'SAME')
    .map(({ a, b }): LinkedPair => ({ a, b, weight: 0, rule: 'STEWARD' }));
  const pairsOf = new Map<string, LinkedPair[]>();
  for (const pair of [...pairs, ...joined]) {
    for (const id of [pair.a, pair.b]) {
      const own = pairsOf.get(id);
      if (own) own.push(pair);
      else pairsOf.set(id, [pair]);
    }
  }
  const thresholdOf = (id: string) =>
    parties.get(id)?.kind === 'PERSON' ? inUse.person.link : inUse.organization.link;

  return (partyId: string, members: readonly string[], customerId: string): Link => {
    const inside = new Set(members);
    const own = (pairsOf.get(partyId) ?? []).filter(({ a, b }) => inside.has(a) && inside.has(b));
    const rule = strongestFirst.find((each) => own.some((pair) => pair.rule === each));
    if (rule === undefined) return { partyId, customerId, rule: 'ALONE', confidence: '1' };
    const sure = own.map((pair) => confidenceOf(pair, thresholdOf(partyId)));
    return { partyId, customerId, rule, confidence: shareText(Math.max(...sure)) };
  };
}

/** Four decimals, as they are stored and read: `1`, `0.9987`. */
function shareText(share: number): string {
  return String(Number(share.toFixed(4)));
}
