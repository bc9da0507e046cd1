/** A value that is there, or comes. */
export type Awaitable<T> = T | Promise<T>;

/**
 * Goes on with a value at once where it is there, or when it comes. What is kept in memory is there: an answer made of
 * nothing else takes no turn of the event loop, which `await` would take for each of its fields.
 */
export function goOn<T, U>(value: Awaitable<T>, use: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** The same with all of them. */
export function goOnAll<T, U>(values: readonly Awaitable<T>[], use: (values: T[]) => Awaitable<U>): Awaitable<U> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values).then(use) : use(values as T[]);
}
