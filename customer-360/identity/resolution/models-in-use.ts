import { hash } from 'node:crypto';
import type { Sql } from '../../../cache/database/database.ts';
import { createModelStore } from '../../../cache/identity/model-store.ts';
import type { HubSettings } from '../../../config/settings/settings.ts';
import { MODEL_FORMAT } from '../matching/fields.ts';
import type { Judging } from '../matching/judge.ts';
import { defaultModels, type Model } from '../matching/model.ts';

export type IdentitySettings = HubSettings['identity'];

/** The models and thresholds of one run, and a name that changes when any of it does. */
export interface InUse extends Judging {
  /** 0 where nothing has been learnt. */
  versions: { person: number; organization: number };
  madeWith: string;
}

/** Changes when a profile is made or compared differently: all are then made, and judged, anew. */
const PROFILE_FORMAT = 3;

const kinds = ['person', 'organization'] as const;

/** Reads the newest models, and keeps them until there are newer ones. */
export function createModelReader(settings: IdentitySettings): (sql: Sql) => Promise<InUse> {
  const kept = new Map<string, Model>();
  return async (sql) => {
    const store = createModelStore(sql);
    const newest = await store.versions();
    const read = async (kind: (typeof kinds)[number]) => {
      const version = newest.get(kind) ?? 0;
      const name = `${kind} ${version}`;
      const known = kept.get(name) ?? modelOf((await store.model(kind, version))?.parameters);
      kept.set(name, known ?? defaultModels[kind]);
      return known ? { version, model: known } : { version: 0, model: defaultModels[kind] };
    };
    const [person, organization] = [await read('person'), await read('organization')];
    const versions = { person: person.version, organization: organization.version };
    const { defaultCountry, maxShared, maxBlock } = settings;
    const settled = [
      PROFILE_FORMAT,
      versions,
      defaultCountry,
      maxShared,
      maxBlock,
      settings.person,
      settings.organization,
    ];
    return {
      models: { person: person.model, organization: organization.model },
      person: settings.person,
      organization: settings.organization,
      versions,
      madeWith: hash('sha1', JSON.stringify(settled), 'hex'),
    };
  };
}

/** Null where nothing was learnt, or by a version that compared other things. */
function modelOf(parameters: string | undefined): Model | null {
  const model = parameters === undefined ? null : (JSON.parse(parameters) as Model);
  return model?.format === MODEL_FORMAT ? model : null;
}
