/**
 * Reads an item while the one before it is being worked on, and never more than one ahead. What fails is told in its
 * turn, after the items before it. An item that is no longer wanted when the loop is left is cut short by the signal.
 */
export async function* oneAhead<T>(
  read: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const unwanted = new AbortController();
  const items = read(AbortSignal.any([signal, unwanted.signal]))[Symbol.asyncIterator]();
  try {
    for (let next = items.next(); ; ) {
      const item = await next;
      if (item.done) return;
      next = items.next();
      next.catch(() => undefined);
      yield item.value;
    }
  } finally {
    unwanted.abort();
    await items.return?.().catch(() => undefined);
  }
}
