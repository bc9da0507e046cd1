import type { Row, Sql } from '../database/database.ts';
import { executeByKeys, queryByKeys, upsert } from '../sql/bulk-statements.ts';
import { decodeValue, encodeValue } from '../sql/row-codec.ts';

/** What a steward said of two parties. `a` is the lower id. */
export interface StoredDecision {
  a: string;
  b: string;
  verdict: 'SAME' | 'APART';
  /** What the evidence said when it was decided, thousandths of a bit; null where nobody asked. */
  weight: number | null;
  actionId: string;
}

interface StoredAction {
  id: string;
  action: string;
  actor: string;
  reason: string | null;
  /** JSON. */
  details: string;
  actedAt: string;
}

/** An id that was merged into another, and what it was before (JSON). */
export interface StoredMerge {
  id: string;
  oldId: string;
  customerId: string;
  actionId: string | null;
  before: string;
  mergedAt: string;
}

/** A pair that waits for a steward: doubtful, or joined by one although the evidence is against it. */
export interface QueuedPair {
  a: string;
  b: string;
  weight: number;
  reason: 'DOUBTFUL' | 'SUSPECT';
}

/** What stewards decided and did, inside one transaction. */
export interface StewardStore {
  /** All decisions that one of these parties is in. */
  decisionsOf(partyIds: readonly string[]): Promise<StoredDecision[]>;
  saveDecisions(decisions: readonly StoredDecision[], now: string): Promise<void>;
  removeDecisions(pairs: readonly { a: string; b: string }[]): Promise<void>;
  decisionsOfAction(actionId: string): Promise<StoredDecision[]>;
  saveAction(action: StoredAction): Promise<void>;
  /** Newest first. */
  actions(first: number): Promise<StoredAction[]>;
  saveMerges(merges: readonly StoredMerge[]): Promise<void>;
  /** The newest merge of that id that was not undone. */
  lastMerge(oldId: string): Promise<StoredMerge | undefined>;
  markUndone(mergeId: string, now: string): Promise<void>;
  /** Pairs that wait, the likeliest first, behind `after`. */
  queue(request: { first: number; after: { weight: number; a: string; b: string } | null }): Promise<QueuedPair[]>;
  countQueue(): Promise<number>;
}

const instant = { type: 'instant' } as const;

export function createStewardStore(sql: Sql): StewardStore {
  const selectDecisions =
    'SELECT party_a AS a, party_b AS b, verdict, weight, action_id AS actionId FROM identity_decisions';
  const decisionOf = (row: Row): StoredDecision => ({
    a: String(row.a),
    b: String(row.b),
    verdict: row.verdict === 'SAME' ? 'SAME' : 'APART',
    weight: row.weight === null ? null : Number(row.weight),
    actionId: String(row.actionId),
  });

  return {
    decisionsOf: async (partyIds) => {
      const rows = [
        ...(await queryByKeys(sql, partyIds, (list) => `${selectDecisions} WHERE party_a IN (${list})`)),
        ...(await queryByKeys(sql, partyIds, (list) => `${selectDecisions} WHERE party_b IN (${list})`)),
      ];
      const decisions = rows.map(decisionOf);
      return [...new Map(decisions.map((decision) => [`${decision.a} ${decision.b}`, decision])).values()];
    },

    saveDecisions: (decisions, now) =>
      upsert(sql, {
        table: 'identity_decisions',
        columns: ['party_a', 'party_b', 'verdict', 'weight', 'action_id', 'decided_at'],
        key: ['party_a', 'party_b'],
        rows: decisions.map(({ a, b, verdict, weight, actionId }) => [
          a,
          b,
          verdict,
          weight,
          actionId,
          encodeValue(instant, now, sql.dialect),
        ]),
      }),

    removeDecisions: async (pairs) => {
      for (const { a, b } of pairs) {
        await sql.execute('DELETE FROM identity_decisions WHERE party_a = ? AND party_b = ?', [a, b]);
      }
    },

    decisionsOfAction: async (actionId) =>
      (await sql.query(`${selectDecisions} WHERE action_id = ? ORDER BY party_a, party_b`, [actionId])).map(decisionOf),

    saveAction: async ({ id, action, actor, reason, details, actedAt }) => {
      await sql.execute(
        'INSERT INTO identity_actions (id, action, actor, reason, details, acted_at) VALUES (?, ?, ?, ?, ?, ?)',
        [id, action, actor, reason, details, encodeValue(instant, actedAt, sql.dialect)],
      );
    },

    actions: async (first) => {
      const rows = await sql.query(
        `SELECT id, action, actor, reason, details, acted_at FROM identity_actions
         ORDER BY acted_at DESC, id DESC LIMIT ${Math.trunc(first)}`,
      );
      return rows.map((row) => ({
        id: String(row.id),
        action: String(row.action),
        actor: String(row.actor),
        reason: row.reason === null ? null : String(row.reason),
        details: String(row.details),
        actedAt: String(decodeValue(instant, row.acted_at, sql.dialect)),
      }));
    },

    saveMerges: (merges) =>
      upsert(sql, {
        table: 'identity_merges',
        columns: ['id', 'old_id', 'customer_id', 'action_id', 'before', 'merged_at'],
        key: ['id'],
        rows: merges.map(({ id, oldId, customerId, actionId, before, mergedAt }) => [
          id,
          oldId,
          customerId,
          actionId,
          before,
          encodeValue(instant, mergedAt, sql.dialect),
        ]),
      }),

    lastMerge: async (oldId) => {
      const [row] = await sql.query(
        `SELECT id, customer_id, action_id, \`before\`, merged_at FROM identity_merges
         WHERE old_id = ? AND undone_at IS NULL ORDER BY merged_at DESC, id DESC LIMIT 1`,
        [oldId],
      );
      return (
        row && {
          id: String(row.id),
          oldId,
          customerId: String(row.customer_id),
          actionId: row.action_id === null ? null : String(row.action_id),
          before: String(row.before),
          mergedAt: String(decodeValue(instant, row.merged_at, sql.dialect)),
        }
      );
    },

    markUndone: async (mergeId, now) => {
      await executeByKeys(sql, [mergeId], (list) => `UPDATE identity_merges SET undone_at = ? WHERE id IN (${list})`, [
        encodeValue(instant, now, sql.dialect),
      ]);
    },

    queue: async ({ first, after }) => {
      const behind = after ? 'WHERE q.weight < ? OR (q.weight = ? AND (q.a > ? OR (q.a = ? AND q.b > ?)))' : '';
      const rows = await sql.query(
        `SELECT q.a, q.b, q.weight, q.reason FROM (${waiting}) q ${behind}
         ORDER BY q.weight DESC, q.a, q.b LIMIT ${Math.trunc(first)}`,
        after ? [after.weight, after.weight, after.a, after.a, after.b] : [],
      );
      return rows.map((row) => ({
        a: String(row.a),
        b: String(row.b),
        weight: Number(row.weight),
        reason: row.reason === 'SUSPECT' ? 'SUSPECT' : 'DOUBTFUL',
      }));
    },

    countQueue: async () => Number((await sql.query(`SELECT COUNT(*) AS n FROM (${waiting}) q`))[0]?.n ?? 0),
  };
}

/** Doubtful pairs of two customers that nobody decided on, and pairs that a steward joined against the evidence. */
const waiting = `
  SELECT p.party_a AS a, p.party_b AS b, p.weight AS weight, 'DOUBTFUL' AS reason
  FROM identity_pairs p
  JOIN customer_links la ON la.party_id = p.party_a
  JOIN customer_links lb ON lb.party_id = p.party_b
  LEFT JOIN identity_decisions d ON d.party_a = p.party_a AND d.party_b = p.party_b
  WHERE p.rule IS NULL AND d.party_a IS NULL AND la.customer_id <> lb.customer_id
  UNION ALL
  SELECT d.party_a AS a, d.party_b AS b, d.weight AS weight, 'SUSPECT' AS reason
  FROM identity_decisions d
  JOIN customer_links la ON la.party_id = d.party_a
  JOIN customer_links lb ON lb.party_id = d.party_b AND lb.customer_id = la.customer_id
  WHERE d.verdict = 'SAME' AND d.weight < 0`;
