import { createErasureStore, type KeptRecord, readErased } from '../../cache/access/erasure-store.ts';
import { appendChanges } from '../../cache/changes/append-changes.ts';
import type { Cache, Sql } from '../../cache/database/database.ts';
import { tryOrKeep } from '../../cache/database/dry-run.ts';
import { createIdentityStore } from '../../cache/identity/identity-store.ts';
import { createStewardStore } from '../../cache/identity/steward-store.ts';
import { createCustomerStore } from '../../cache/records/customer-store.ts';
import { HubError } from '../../config/errors.ts';
import { newCustomerId } from '../../schema/ids.ts';
import { instantOf } from '../../schema/time.ts';
import { createModelReader, type IdentitySettings } from '../identity/resolution/models-in-use.ts';
import { resolveBatch } from '../identity/resolution/resolve-batch.ts';
import { personalValues } from './personal-values.ts';

export interface ErasePerson {
  cache: Cache;
  identity: IdentitySettings;
  /** System → priority of its settings. */
  priorities: Readonly<Record<string, number>>;
  customerId: string;
  /** Who asks for it, for the audit. */
  actor: string;
  reason?: string | null | undefined;
  /** Everything is tried and nothing kept. */
  dryRun?: boolean | null | undefined;
}

/** What was emptied, or would be. */
export interface Erasure {
  /** Of its row in the audit; null in a dry run. */
  id: string | null;
  customerId: string;
  dryRun: boolean;
  parties: number;
  /** Source records emptied, by stream. */
  records: { system: string; stream: string; count: number }[];
  /** Records taken out of quarantine. */
  quarantined: number;
}

/**
 * Erases one person from what the hub keeps, in one transaction: raw records, personal fields, quarantine, what
 * identity compared. Orders, invoices and payments stay for the books, without a name. Whom not to bring back is noted
 * as hashes, and passes that are under way lose their streams, so that nothing they read before is written after.
 * Throws NOT_FOUND for nobody, BAD_USER_INPUT for an organisation.
 */
export async function erasePerson({ cache, dryRun, ...request }: ErasePerson): Promise<Erasure> {
  const isDry = dryRun === true;
  return tryOrKeep(cache, { dryRun: isDry }, async (sql) => {
    const id = newCustomerId();
    const erasure = await eraseInside(sql, { ...request, actionId: id });
    return { ...erasure, id: isDry ? null : id, dryRun: isDry };
  });
}

type Inside = Omit<ErasePerson, 'cache' | 'dryRun'> & { actionId: string };

async function eraseInside(sql: Sql, request: Inside): Promise<Omit<Erasure, 'id' | 'dryRun'>> {
  const { customerId, identity, priorities, actionId } = request;
  const store = createErasureStore(sql);
  await store.overtakePasses();
  await createIdentityStore(sql).lock();
  await expectPerson(sql, customerId);
  const now = instantOf(Date.now());

  const partyIds = await store.partiesOf(customerId);
  const rows = await store.rowsOf(partyIds);
  const recordIds = [...new Set([...rows.values()].flat().map(({ originId }) => originId))];
  const records = countByStream(await store.recordsOf(recordIds));
  const quarantined = await store.quarantinedWith(personalValues(rows));

  await store.noteErased([...partyIds, ...recordIds, ...quarantined], now);
  const touched = await store.emptyRecords(recordIds, await readErased(sql));
  await store.forgetTraces({ recordIds: [...recordIds, ...quarantined], partyIds });
  await keepTogether(sql, partyIds, request, { customerId, records, now });
  const inUse = await createModelReader(identity)(sql);
  await resolveBatch({ sql, dirty: partyIds, settings: identity, inUse, priorities, now, actionId });
  await appendChanges(sql, touched, now);
  return { customerId, parties: partyIds.length, records, quarantined: quarantined.length };
}

async function expectPerson(sql: Sql, customerId: string): Promise<void> {
  const customer = (await createCustomerStore(sql, null).byIds([customerId])).get(customerId);
  if (!customer) {
    throw new HubError('NOT_FOUND', `Expected the id of a customer, but nobody has ${customerId}.`);
  }
  if (customer.kind !== 'PERSON') {
    throw new HubError(
      'BAD_USER_INPUT',
      `Expected a person, but ${customerId} is of kind ${customer.kind}: the right to be erased is that of persons.`,
    );
  }
}

function countByStream(kept: readonly KeptRecord[]): Erasure['records'] {
  const counts = new Map<string, Erasure['records'][number]>();
  for (const { system, stream } of kept) {
    const name = `${system}/${stream}`;
    counts.set(name, { system, stream, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => (`${a.system}/${a.stream}` < `${b.system}/${b.stream}` ? -1 : 1));
}

/** What told that the parties are one person is about to go: the decision that they are stays, so that one id does. */
async function keepTogether(
  sql: Sql,
  partyIds: readonly string[],
  { actionId: id, actor, reason = null }: Inside,
  { now, ...details }: { customerId: string; records: Erasure['records']; now: string },
): Promise<void> {
  const stewards = createStewardStore(sql);
  await stewards.saveAction({ id, action: 'ERASE', actor, reason, details: JSON.stringify(details), actedAt: now });
  const [first, ...others] = [...partyIds].sort();
  if (first === undefined) return;
  const decisions = others.map((b) => ({ a: first, b, verdict: 'SAME' as const, weight: null, actionId: id }));
  await stewards.saveDecisions(decisions, now);
}
