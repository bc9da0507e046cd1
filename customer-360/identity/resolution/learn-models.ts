import type { Cache } from '../../../cache/database/database.ts';
import { createIdentityStore } from '../../../cache/identity/identity-store.ts';
import { createMatchStore } from '../../../cache/identity/match-store.ts';
import { createModelStore } from '../../../cache/identity/model-store.ts';
import { spreadOf } from '../../../schema/ids.ts';
import { learnModel } from '../matching/learn-model.ts';
import { defaultModels } from '../matching/model.ts';
import type { Profile } from '../profile.ts';
import type { IdentitySettings } from './models-in-use.ts';

/** What was learnt of one kind of customer. */
interface Learnt {
  kind: 'person' | 'organization';
  version: number;
  /** Records it was learnt from. */
  records: number;
}

/** Fewer records teach less than what is believed anyway. */
const LEAST_RECORDS = 300;
/** Records that share an exact value with another, without which there is no sameness to learn from. */
const LEAST_MATCHES = 100;
const MOST_RECORDS = 100_000;
const PAGE = 5_000;

type Kind = Learnt['kind'];

const kinds = ['person', 'organization'] as const;

/**
 * Learns what agreement weighs from all profiles in the cache (of many, from those that the seed chooses), stores it
 * as the next version, and marks every party to be looked at again. Kinds with too few records keep what they have.
 */
export function learnModels(cache: Cache, settings: IdentitySettings): Promise<Learnt[]> {
  return learn(cache, settings, kinds, () => true);
}

/** Learns the kinds of which nothing has been learnt, where there is enough to learn from. */
export async function learnWhenNone(cache: Cache, settings: IdentitySettings): Promise<void> {
  const versions = await createModelStore(cache).versions();
  const missing: Kind[] = [];
  for (const kind of kinds) if (!versions.has(kind) && (await hasEnough(cache, kind))) missing.push(kind);
  if (missing.length === 0) return;
  const [row] = await cache.query('SELECT COUNT(*) AS n FROM identity_pairs WHERE rule IS NOT NULL');
  // Of several processes that come to this at once one learns.
  if (Number(row?.n) >= LEAST_MATCHES) await learn(cache, settings, missing, (known) => known === undefined);
}

async function hasEnough(cache: Cache, kind: Kind): Promise<boolean> {
  const not = kind === 'person' ? '' : 'NOT ';
  const rows = await cache.query(
    `SELECT id FROM parties WHERE ${not}kind = 'PERSON' LIMIT 1 OFFSET ${LEAST_RECORDS - 1}`,
  );
  return rows.length > 0;
}

async function learn(
  cache: Cache,
  settings: IdentitySettings,
  wanted: readonly Kind[],
  isWanted: (version: number | undefined) => boolean,
): Promise<Learnt[]> {
  const { seed, maxBlock } = settings;
  const profiles = await readProfiles(cache, seed);
  const learnt: Learnt[] = [];
  for (const kind of wanted) {
    const own = profiles.filter(({ isPerson }) => isPerson === (kind === 'person'));
    if (own.length < LEAST_RECORDS) continue;
    const model = learnModel({ profiles: own, seed, maxBlock, start: defaultModels[kind] });
    const version = await cache.transaction(async (sql) => {
      const store = createIdentityStore(sql);
      await store.lock();
      const models = createModelStore(sql);
      const known = (await models.versions()).get(kind);
      if (!isWanted(known)) return null;
      const next = (known ?? 0) + 1;
      await models.save({ kind, version: next, seed, records: own.length, parameters: JSON.stringify(model) });
      await store.markAllDirty();
      return next;
    });
    if (version !== null) learnt.push({ kind, version, records: own.length });
  }
  return learnt;
}

/** All profiles, or of more than `MOST_RECORDS` about as many as that: those whose ids the seed chooses. */
async function readProfiles(cache: Cache, seed: number): Promise<Profile[]> {
  const [row] = await cache.query('SELECT COUNT(*) AS n FROM identity_profiles');
  const share = MOST_RECORDS / Math.max(MOST_RECORDS, Number(row?.n));
  const store = createMatchStore(cache);
  const profiles: Profile[] = [];
  for (let after = ''; ; ) {
    const page = await store.profilesAfter(after, PAGE);
    for (const { partyId, profile } of page) {
      if (share === 1 || chance(partyId, seed) < share) profiles.push(JSON.parse(profile) as Profile);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return profiles;
    after = last.partyId;
  }
}

/** A number from 0 to 1 that the id of a party and the seed decide, spread evenly over all parties. */
export function chance(id: string, seed: number): number {
  return ((Number.parseInt(spreadOf(id, 8), 16) ^ Math.imul(seed, 0x9e3779b1)) >>> 0) / 4_294_967_296;
}
