import { randomUUID } from 'node:crypto';
import type { Cache } from '../cache/cache.ts';
import { createCustomerStore } from '../cache/customer-store.ts';
import { createErasureStore, isErasedRaw, type KeptRecord } from '../cache/erasure-store.ts';
import { createStewardStore } from '../cache/steward-store.ts';
import type { StreamName } from '../cache/sync-store.ts';
import { HubError } from '../config/errors.ts';
import { resolveDirty } from '../customer-360/identity/resolve-dirty.ts';
import { catchUp } from './catch-up.ts';
import { hubNow } from './end-run.ts';
import { rewriteStored } from './rewrite-stored.ts';
import type { StreamRequest } from './sync-run.ts';

export interface ErasePerson {
  cache: Cache;
  customerId: string;
  /** Who asks for it, for the audit. */
  actor: string;
  reason: string | null;
  /** What a job on one stream needs; undefined for a stream that the settings no longer have. */
  requestFor(name: StreamName): StreamRequest | undefined;
  /** Says what would be erased, and erases nothing. */
  dryRun: boolean;
}

export interface Erasure {
  customerId: string;
  parties: number;
  /** `system/stream` → records emptied. */
  records: Record<string, number>;
  erased: boolean;
}

/**
 * Erases one person from what the hub keeps: raw records, personal fields, quarantine, what identity compared. Orders,
 * invoices and payments stay for the books, without a name. From the first step on nothing of the person comes back by
 * a sync: whom not to bring back is noted, as hashes, before anything is emptied, so that it can be run again wherever
 * it ended. Throws NOT_FOUND for nobody, BAD_USER_INPUT for an organisation.
 */
export async function erasePerson(request: ErasePerson): Promise<Erasure> {
  const { cache, customerId, actor, reason, requestFor, dryRun } = request;
  await expectPerson(cache, customerId);
  const store = createErasureStore(cache);
  const partyIds = await store.partiesOf(customerId);
  const rows = [...(await store.rowsOf(partyIds)).values()].flat();
  const recordIds = [...new Set(rows.map(({ originId }) => originId))];
  const kept = await store.recordsOf(recordIds);
  const byStream = groupByStream(kept);
  const records = Object.fromEntries([...byStream].map(([name, some]) => [name, some.length]));
  if (dryRun) return { customerId, parties: partyIds.length, records, erased: false };

  const now = hubNow();
  await cache.transaction(async (sql) => {
    await createErasureStore(sql).noteErased([...partyIds, ...recordIds], now);
    await keepTogether(createStewardStore(sql), partyIds, { actor, reason, now, details: { customerId, records } });
  });
  for (const some of byStream.values()) {
    const job = some[0] && requestFor(some[0]);
    if (!job) throw noLongerConfigured(some[0]);
    const left = some.filter(({ raw }) => !isErasedRaw(raw));
    const run = await catchUp(() => rewriteStored(job, { records: left, reason: 'a person was erased' }), job);
    if (run.outcome === 'FAILED') throw run.error;
  }
  await cache.transaction((sql) => createErasureStore(sql).forgetTraces({ recordIds, partyIds, now }));
  const [any] = byStream.values();
  const job = any?.[0] && requestFor(any[0]);
  if (job) await resolveDirty(job);
  return { customerId, parties: partyIds.length, records, erased: true };
}

async function expectPerson(cache: Cache, customerId: string): Promise<void> {
  const customer = (await createCustomerStore(cache, null).byIds([customerId])).get(customerId);
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

function groupByStream(kept: readonly KeptRecord[]): Map<string, KeptRecord[]> {
  const groups = new Map<string, KeptRecord[]>();
  for (const record of kept) {
    const name = `${record.system}/${record.stream}`;
    groups.set(name, [...(groups.get(name) ?? []), record]);
  }
  return groups;
}

interface Action {
  actor: string;
  reason: string | null;
  details: object;
  now: string;
}

/** What told that the parties are one person is about to go: the decision that they are stays, so that one id does. */
async function keepTogether(
  stewards: ReturnType<typeof createStewardStore>,
  partyIds: readonly string[],
  { actor, reason, details, now }: Action,
): Promise<void> {
  const actionId = randomUUID();
  const [first, ...others] = [...partyIds].sort();
  const action = { id: actionId, action: 'ERASE', actor, reason, details: JSON.stringify(details), actedAt: now };
  await stewards.saveAction(action);
  if (first === undefined) return;
  const decisions = others.map((b) => ({ a: first, b, verdict: 'SAME' as const, weight: null, actionId }));
  await stewards.saveDecisions(decisions, now);
}

function noLongerConfigured(record: StreamName | undefined): HubError {
  return new HubError(
    'STREAM_UNKNOWN',
    `Expected ${record?.system}/${record?.stream} in the settings: it still has records of the person. Add it again, erase, then remove it.`,
    { ...(record && { source: record.system, stream: record.stream }) },
  );
}
