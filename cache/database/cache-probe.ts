/** One thing that was tried on the cache database, or one of its settings. */
export interface CacheProbe {
  probe: string;
  /** `warning`: the hub works, with what the detail says. */
  is: 'ok' | 'warning' | 'failed';
  /** What was seen, or what was expected and what to do. */
  detail: string;
}

export function describePending(migrations: number): string {
  return migrations === 0 ? 'tables up to date' : `${migrations} migrations to run when the hub starts`;
}
