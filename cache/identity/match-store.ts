import type { Row, Sql, SqlParameter } from '../database/database.ts';
import { executeByKeys, queryByKeys, upsert } from '../sql/bulk-statements.ts';

/** A key under which a party is found. */
export interface PartyKey {
  linkKey: string;
  partyId: string;
}

interface StoredProfile {
  partyId: string;
  /** JSON. */
  profile: string;
  /** Names the models and settings it was last compared by. */
  madeWith: string;
}

/** A pair that is linked (`rule`) or doubtful (none). `a` is the lower id. */
export interface StoredPair {
  a: string;
  b: string;
  /** Thousandths of a bit. */
  weight: number;
  rule: string | null;
}

/** How parties are found and what comparing them came to, inside one transaction. */
export interface MatchStore {
  keysOfParties(partyIds: readonly string[]): Promise<PartyKey[]>;
  /** How many parties share each key, of the keys that more than `moreThan` parties share. */
  countSharers(linkKeys: readonly string[], moreThan?: number): Promise<Map<string, number>>;
  sharersOf(linkKeys: readonly string[]): Promise<PartyKey[]>;
  /** The same of the keys that at least two parties share and at most `most`. */
  fewSharersOf(linkKeys: readonly string[], most: number): Promise<PartyKey[]>;
  removeKeys(keys: readonly PartyKey[]): Promise<void>;
  addKeys(keys: readonly PartyKey[]): Promise<void>;
  profiles(partyIds: readonly string[]): Promise<StoredProfile[]>;
  saveProfiles(profiles: readonly StoredProfile[]): Promise<void>;
  removeProfiles(partyIds: readonly string[]): Promise<void>;
  /** Profiles in the order of their ids, for reading all of them page by page. */
  profilesAfter(partyId: string, limit: number): Promise<StoredProfile[]>;
  /** All pairs that one of these parties is in. */
  pairsOfParties(partyIds: readonly string[]): Promise<StoredPair[]>;
  savePairs(pairs: readonly StoredPair[]): Promise<void>;
  removePairs(pairs: readonly { a: string; b: string }[]): Promise<void>;
}

/** SQLite bounds the depth of an expression, and each OR is a level. */
const PAIRS = 200;

export function createMatchStore(sql: Sql): MatchStore {
  const selectKeys = 'SELECT link_key AS linkKey, party_id AS partyId FROM identity_keys';
  const selectProfiles = 'SELECT party_id AS partyId, profile, made_with AS madeWith FROM identity_profiles';
  const selectPairs = 'SELECT party_a AS a, party_b AS b, weight, rule FROM identity_pairs';

  return {
    keysOfParties: (partyIds) =>
      queryByKeys<Row & PartyKey>(sql, partyIds, (list) => `${selectKeys} WHERE party_id IN (${list})`),

    countSharers: async (linkKeys, moreThan = 0) => {
      const rows = await queryByKeys<{ linkKey: string; sharers: unknown }>(
        sql,
        linkKeys,
        (list) =>
          `SELECT link_key AS linkKey, COUNT(*) AS sharers FROM identity_keys WHERE link_key IN (${list})
           GROUP BY link_key HAVING COUNT(*) > ${Math.trunc(moreThan)}`,
      );
      return new Map(rows.map((row) => [row.linkKey, Number(row.sharers)]));
    },

    sharersOf: (linkKeys) =>
      queryByKeys<Row & PartyKey>(sql, linkKeys, (list) => `${selectKeys} WHERE link_key IN (${list})`),

    fewSharersOf: (linkKeys, most) =>
      queryByKeys<Row & PartyKey>(
        sql,
        linkKeys,
        (list) =>
          `SELECT k.link_key AS linkKey, k.party_id AS partyId
           FROM (SELECT link_key FROM identity_keys WHERE link_key IN (${list})
                 GROUP BY link_key HAVING COUNT(*) BETWEEN 2 AND ${Math.trunc(most)}) few
           JOIN identity_keys k ON k.link_key = few.link_key`,
      ),

    removeKeys: (keys) =>
      removeByPairs(
        sql,
        'identity_keys',
        ['link_key', 'party_id'],
        keys.map(({ linkKey, partyId }) => [linkKey, partyId]),
      ),

    addKeys: (keys) =>
      upsert(sql, {
        table: 'identity_keys',
        columns: ['link_key', 'party_id'],
        key: ['link_key', 'party_id'],
        rows: keys.map(({ linkKey, partyId }) => [linkKey, partyId]).sort(byTexts),
      }),

    profiles: (partyIds) =>
      queryByKeys<Row & StoredProfile>(sql, partyIds, (list) => `${selectProfiles} WHERE party_id IN (${list})`),

    saveProfiles: (profiles) =>
      upsert(sql, {
        table: 'identity_profiles',
        columns: ['party_id', 'profile', 'made_with'],
        key: ['party_id'],
        rows: profiles.map(({ partyId, profile, madeWith }) => [partyId, profile, madeWith]).sort(byTexts),
      }),

    removeProfiles: async (partyIds) => {
      await executeByKeys(sql, partyIds, (list) => `DELETE FROM identity_profiles WHERE party_id IN (${list})`);
    },

    profilesAfter: (partyId, limit) =>
      sql.query<Row & StoredProfile>(
        `${selectProfiles} WHERE party_id > ? ORDER BY party_id LIMIT ${Math.trunc(limit)}`,
        [partyId],
      ),

    pairsOfParties: async (partyIds) => {
      const rows = [
        ...(await queryByKeys<Row>(sql, partyIds, (list) => `${selectPairs} WHERE party_a IN (${list})`)),
        ...(await queryByKeys<Row>(sql, partyIds, (list) => `${selectPairs} WHERE party_b IN (${list})`)),
      ];
      const pairs = rows.map(
        ({ a, b, weight, rule }): StoredPair => ({
          a: String(a),
          b: String(b),
          weight: Number(weight),
          rule: rule === null ? null : String(rule),
        }),
      );
      return [...new Map(pairs.map((pair) => [`${pair.a} ${pair.b}`, pair])).values()];
    },

    savePairs: (pairs) =>
      upsert(sql, {
        table: 'identity_pairs',
        columns: ['party_a', 'party_b', 'weight', 'rule'],
        key: ['party_a', 'party_b'],
        rows: pairs.map(({ a, b, weight, rule }) => [a, b, weight, rule]).sort(byTexts),
      }),

    removePairs: (pairs) =>
      removeByPairs(
        sql,
        'identity_pairs',
        ['party_a', 'party_b'],
        pairs.map(({ a, b }) => [a, b]),
      ),
  };
}

async function removeByPairs(
  sql: Sql,
  table: string,
  [first, second]: readonly [string, string],
  pairs: readonly string[][],
): Promise<void> {
  for (let start = 0; start < pairs.length; start += PAIRS) {
    const part = pairs.slice(start, start + PAIRS);
    const either = part.map(() => `(${first} = ? AND ${second} = ?)`).join(' OR ');
    await sql.execute(`DELETE FROM ${table} WHERE ${either}`, part.flat());
  }
}

/** In the order of the key, so that two writers meet in the same order. */
function byTexts(x: readonly SqlParameter[], y: readonly SqlParameter[]): number {
  const [a, b] = x[0] === y[0] ? [x[1], y[1]] : [x[0], y[0]];
  return String(a) < String(b) ? -1 : 1;
}
