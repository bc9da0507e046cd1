import { type ErasePerson, type Erasure, erasePerson } from './erase-person.ts';
import { exportPerson } from './export-person.ts';

/** What is kept of a person: to be shown to it, and to be erased. */
export interface Privacy {
  /** Everything kept of a customer. Throws NOT_FOUND. */
  export(customerId: string): Promise<object>;
  /** Empties everything personal of a person. Throws NOT_FOUND, and BAD_USER_INPUT for organisations. */
  erase(customerId: string, act: Pick<ErasePerson, 'actor' | 'reason' | 'dryRun'>): Promise<Erasure>;
}

export function createPrivacy(dependencies: Pick<ErasePerson, 'cache' | 'identity' | 'priorities'>): Privacy {
  return {
    export: (customerId) => exportPerson(dependencies.cache, customerId),
    erase: (customerId, act) => erasePerson({ ...dependencies, ...act, customerId }),
  };
}
