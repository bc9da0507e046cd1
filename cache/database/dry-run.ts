import type { Cache, Sql } from './database.ts';

/** Rolls a dry run back. */
class DryRun<T> extends Error {
  readonly result: T;

  constructor(result: T) {
    super('A dry run keeps nothing.');
    this.result = result;
  }
}

/** Does the work in one transaction. In a dry run all of it is done and nothing kept: what it says would happen does. */
export async function tryOrKeep<T>(
  cache: Cache,
  { dryRun }: { dryRun: boolean },
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  if (!dryRun) return cache.transaction(work);
  try {
    return await cache.transaction(async (sql) => {
      throw new DryRun(await work(sql));
    });
  } catch (error) {
    if (error instanceof DryRun) return error.result as T;
    throw error;
  }
}
