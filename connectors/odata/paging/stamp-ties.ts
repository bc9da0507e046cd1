/** So many keys of one stamp are kept in memory, and so many of them are noted down in a place. */
const MAX_KEPT = 50_000;
const MAX_NOTED = 200;

/**
 * The keys that came with the stamp at which a read stands. A source that keeps its stamps finer than it shows them
 * gives records of that stamp a second time: they are told by their keys, and counted once.
 */
export class StampTies {
  #stamp: string | undefined;
  #keys: Set<string>;
  #places = new Set<string>();
  #isComplete: boolean;

  /** `keys` as they were noted down; null where they were too many. */
  constructor(stamp: string | undefined, keys: readonly string[] | null) {
    this.#stamp = stamp;
    this.#keys = new Set(keys);
    this.#isComplete = keys !== null;
  }

  /** Whether all keys of the stamp are known; if not, `has` may miss one. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Goes on to the place of a page's last record; whether the same place of the same stamp was reached before. */
  reach(stamp: string, keys: readonly string[], place: string): boolean {
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#keys = new Set();
      this.#places = new Set();
      this.#isComplete = true;
    }
    for (const key of keys) {
      if (this.#keys.size < MAX_KEPT) this.#keys.add(key);
      else this.#isComplete = false;
    }
    const known = this.#places.size;
    return this.#places.add(place).size === known;
  }

  /** For a place in the stream: the keys, or null where they are too many. */
  noted(): string[] | null {
    return this.#isComplete && this.#keys.size <= MAX_NOTED ? [...this.#keys] : null;
  }
}
