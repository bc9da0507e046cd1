import type { DecodedRow } from '../../../cache/sql/row-codec.ts';
import { survivorsOf } from '../../../customer-360/identity/golden/survivorship.ts';
import type { Party } from '../../../customer-360/identity/party.ts';
import { INSTANT_PATTERN } from '../../../schema/time.ts';
import { onLink } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import { sourceRecordOf } from '../source-records.ts';

/**
 * Where each field of a golden record comes from: the party whose value stands, the rule that chose it, and how sure
 * it is that the party is this customer.
 */
export async function provenanceOf(parties: readonly DecodedRow[], context: GraphContext) {
  const { loaders, stores, identity, priorities } = context;
  const facts = await Promise.all(
    parties.map(async (row): Promise<Party> => {
      const record = await sourceRecordOf(row, 'party', context);
      const version = record?.version ?? '';
      return {
        ...(row as unknown as Party),
        changedAt: INSTANT_PATTERN.test(version) ? version : null,
        observedAt: String(record?.syncedAt),
      };
    }),
  );
  const rows = new Map(parties.map((row) => [row.id, row]));
  const survivors = survivorsOf({ parties: facts, priorities, survivorship: identity.survivorship });
  return Promise.all(
    survivors.map(async ({ field, party, rule }) => {
      const row = rows.get(party.id);
      const link = await loaders.load('link', party.id, stores.customers.linksOfParties, onLink);
      return {
        field,
        value: party[field],
        sourceRef: `${party.system}:party:${row?.sourceKey}`,
        party: row,
        partyId: party.id,
        observedAt: party.observedAt,
        rule: ruleNames[rule],
        confidence: link?.confidence == null ? null : Number(link.confidence),
      };
    }),
  );
}

const ruleNames = {
  priority: 'PRIORITY',
  newest: 'NEWEST',
  mostComplete: 'MOST_COMPLETE',
  longest: 'LONGEST',
} as const;
