import type { Cache, Sql } from '../../../cache/database/database.ts';
import { tryOrKeep } from '../../../cache/database/dry-run.ts';
import { createIdentityStore, type IdentityStore } from '../../../cache/identity/identity-store.ts';
import { createMatchStore, type MatchStore } from '../../../cache/identity/match-store.ts';
import { createStewardStore, type StewardStore } from '../../../cache/identity/steward-store.ts';
import { HubError } from '../../../config/errors.ts';
import { newCustomerId } from '../../../schema/ids.ts';
import { instantOf } from '../../../schema/time.ts';
import { createModelReader, type IdentitySettings, type InUse } from '../resolution/models-in-use.ts';
import { type Move, resolveBatch } from '../resolution/resolve-batch.ts';
import { planConfirm, planMerge, planReject, planWithdraw, planWithdrawAction } from './steward-plans.ts';
import { planUnmerge } from './unmerge.ts';

type StewardVerb = 'CONFIRM' | 'REJECT' | 'WITHDRAW' | 'MERGE' | 'UNMERGE';

/** Who does it and why; with `dryRun` everything is tried and nothing kept. */
export interface Act {
  actor: string;
  reason?: string | null | undefined;
  dryRun?: boolean | null | undefined;
}

/** What an action did, or would do. */
export interface Change {
  /** Of its row in the audit; null in a dry run. */
  id: string | null;
  action: StewardVerb;
  dryRun: boolean;
  /** Parties that come to another customer. In a dry run the id of a customer yet to be made is of that run only. */
  moves: Move[];
  /** Decisions that hold from now on, and those that hold no more. */
  decided: Pair[];
  withdrawn: Pair[];
}

export interface Pair {
  a: string;
  b: string;
  verdict: 'SAME' | 'APART';
}

/** What a plan is made with, inside the transaction. */
export interface Desk {
  sql: Sql;
  store: IdentityStore;
  matches: MatchStore;
  stewards: StewardStore;
  settings: IdentitySettings;
  inUse: InUse;
  now: string;
}

/** What is to be written before everybody concerned is resolved anew. */
export interface Plan {
  decided: (Pair & { weight: number | null })[];
  withdrawn: Pair[];
  /** Parties to look at again. */
  parties: string[];
  /** Parties that `prepare` brings back to their customer. */
  moved?: Move[];
  /** What else has to be restored first. */
  prepare?: () => Promise<void>;
  /** What else has to be restored afterwards. */
  finish?: () => Promise<void>;
}

export interface Steward {
  /** The two parties are one customer, whatever the evidence. */
  confirm(a: string, b: string, act: Act): Promise<Change>;
  /** The two parties are never one customer. */
  reject(a: string, b: string, act: Act): Promise<Change>;
  /** What was decided of the two parties holds no more: the evidence says again whether they are one customer. */
  withdraw(a: string, b: string, act: Act): Promise<Change>;
  /** The same of everything that an earlier action decided, such as all pairs that an unmerge holds apart. */
  withdrawAction(actionId: string, act: Act): Promise<Change>;
  /** Two customers become one; the older id stays. */
  merge(a: string, b: string, act: Act): Promise<Change>;
  /**
   * Brings back a customer that was merged into another, with all it had. With `parties`: takes these out of the
   * customer `id` instead. Either way they stay apart from then on.
   */
  unmerge(id: string, parties: readonly string[], act: Act): Promise<Change>;
}

export interface StewardDependencies {
  cache: Cache;
  identity: IdentitySettings;
  /** System → priority of its settings. */
  priorities: Readonly<Record<string, number>>;
}

/**
 * What stewards do about identity. Each action is one transaction: decisions, the clusters of all concerned, and a row
 * in the audit. Decisions hold in every later run, so nothing undoes them but a steward.
 */
export function createSteward({ cache, identity, priorities }: StewardDependencies): Steward {
  const readModels = createModelReader(identity);

  async function act(action: StewardVerb, { actor, reason, dryRun }: Act, plan: (desk: Desk) => Promise<Plan>) {
    const isDry = dryRun === true;
    const work = async (sql: Sql): Promise<Change> => {
      const store = createIdentityStore(sql);
      await store.lock();
      const stewards = createStewardStore(sql);
      const [now, id] = [instantOf(Date.now()), newCustomerId()];
      const inUse = await readModels(sql);
      const desk = { sql, store, matches: createMatchStore(sql), stewards, settings: identity, inUse, now };
      const { decided, withdrawn, parties, moved = [], prepare, finish } = await plan(desk);
      await stewards.removeDecisions(withdrawn);
      await stewards.saveDecisions(
        decided.map((decision) => ({ ...decision, actionId: id })),
        now,
      );
      await prepare?.();
      const resolved = await resolveBatch({
        sql,
        dirty: [...new Set(parties)].sort(),
        settings: identity,
        inUse,
        priorities,
        now,
        actionId: id,
      });
      await finish?.();
      const moves = [...moved, ...resolved.moves];
      const change = { id: isDry ? null : id, action, dryRun: isDry, moves, decided: decided.map(pairOf), withdrawn };
      if (isDry) return change;
      const details = JSON.stringify({ moves, decided: change.decided, withdrawn });
      await stewards.saveAction({ id, action, actor, reason: reason ?? null, details, actedAt: now });
      await store.logChanged(
        moved.flatMap(({ from, to }) => [from, to].flatMap((customer) => customer ?? [])),
        now,
      );
      return change;
    };
    return tryOrKeep(cache, { dryRun: isDry }, work);
  }

  return {
    confirm: (a, b, how) => act('CONFIRM', how, (desk) => planConfirm(desk, two(a, b))),
    reject: (a, b, how) => act('REJECT', how, (desk) => planReject(desk, two(a, b))),
    withdraw: (a, b, how) => act('WITHDRAW', how, (desk) => planWithdraw(desk, two(a, b))),
    withdrawAction: (actionId, how) => act('WITHDRAW', how, (desk) => planWithdrawAction(desk, actionId)),
    merge: (a, b, how) => act('MERGE', how, (desk) => planMerge(desk, two(a, b))),
    unmerge: (id, parties, how) => act('UNMERGE', how, (desk) => planUnmerge(desk, id, parties)),
  };
}

function pairOf({ a, b, verdict }: Pair): Pair {
  return { a, b, verdict };
}

/** The lower id first. */
function two(a: string, b: string): [string, string] {
  if (a === b) throw new HubError('BAD_USER_INPUT', `Expected two different ids, got ${a} twice.`);
  return a < b ? [a, b] : [b, a];
}
