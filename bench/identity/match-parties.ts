import { hubSettings } from '../../config/settings/settings.ts';
import { learnModel } from '../../customer-360/identity/matching/learn-model.ts';
import { defaultModels, type Models } from '../../customer-360/identity/matching/model.ts';
import { type PartyFacts, profileOf } from '../../customer-360/identity/profile.ts';
import { type Resolution, resolveAll } from '../../customer-360/identity/resolution/resolve-all.ts';

const settings = hubSettings.parse({}).identity;

export interface Matched extends Resolution {
  models: Models;
  /** CPU time of learning and resolving, seconds. */
  seconds: number;
}

/** Learns and resolves with the settings a hub has when nothing is set. */
export function matchParties(
  parties: readonly PartyFacts[],
  { seed, oneRecordSystems = [], country }: { seed: number; oneRecordSystems?: string[]; country?: string },
): Matched {
  const before = process.cpuUsage();
  const profiles = parties.map((party) => profileOf(party, country));
  const { maxShared, maxBlock } = settings;
  const learn = (arePersons: boolean) =>
    learnModel({
      profiles: profiles.filter(({ isPerson }) => isPerson === arePersons),
      seed,
      maxBlock,
      start: arePersons ? defaultModels.person : defaultModels.organization,
    });
  const models = { person: learn(true), organization: learn(false) };
  const resolution = resolveAll({
    profiles,
    judging: { models, person: settings.person, organization: settings.organization },
    maxShared,
    maxBlock,
    oneRecordSystems: new Set(oneRecordSystems),
  });
  const { user, system } = process.cpuUsage(before);
  return { ...resolution, models, seconds: (user + system) / 1e6 };
}
