import type { Queries, Snapshot } from './source-database.ts';

interface HeldTransaction {
  /** How long it may be held, in milliseconds. */
  limit: number;
  /** Asks within the transaction. */
  ask: Queries['query'];
  /** Asks the database as it is. */
  query: Queries['query'];
  /** Whether this error is that of a statement which got no answer in time. */
  isSilence(error: unknown): boolean;
  /** Ends the transaction; called once. */
  close(): Promise<void>;
}

/**
 * Answers from a transaction until it has been held long enough, then from the database as it is. A transaction that is
 * held for hours keeps a server from cleaning up, and whoever wants to alter a table from doing so.
 */
export function createSnapshot({ limit, ask, query, isSilence, close }: HeldTransaction): Snapshot {
  let held = true;
  let asking = false;
  let closing: Promise<void> | null = null;
  const timer = setTimeout(() => {
    held = false;
    // One that is answering is given back when it has answered.
    if (!asking) void end();
  }, limit);
  timer.unref();

  function end(): Promise<void> {
    held = false;
    clearTimeout(timer);
    closing ??= close().catch(() => undefined);
    return closing;
  }

  return {
    isHeld: () => held,
    end,
    async query(statement, parameters, signal) {
      if (!held) {
        await end();
        return await query(statement, parameters, signal);
      }
      asking = true;
      try {
        return await ask(statement, parameters, signal);
      } catch (error) {
        await end();
        signal.throwIfAborted();
        // Servers end what is idle for too long. Whatever else is wrong, the database says once more.
        if (isSilence(error)) throw error;
        return await query(statement, parameters, signal);
      } finally {
        asking = false;
        if (!held) await end();
      }
    },
  };
}
