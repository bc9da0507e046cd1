/** What one request has read, so that its answer can be kept until something of it changes. */
export interface Reads {
  /** Customers, records and entities that the answer was made of. */
  readonly tags: ReadonlySet<string>;
  /** False when something was read that no tag stands for, such as how old the data is. */
  readonly told: boolean;
  note(tags: readonly string[]): void;
  /** The answer holds something that changes without being told of in the change log. */
  noteUntold(): void;
}

export function createReads(): Reads {
  const tags = new Set<string>();
  let told = true;
  return {
    tags,
    get told() {
      return told;
    },
    note(some) {
      for (const tag of some) tags.add(tag);
    },
    noteUntold() {
      told = false;
    },
  };
}
