/** Milliseconds: what takes less is read each time. */
const CHEAP = 5;
/** What takes longer is held a hundred times as long as it took. */
const HELD = 100;

/**
 * A read that many may ask for, and that goes through a whole table: it takes a hundredth of the database's time at
 * most, however large the table is and however often it is asked for. Small tables are read each time.
 */
export function holdCostly<T>(read: () => Promise<T>, now: () => number = () => performance.now()): () => Promise<T> {
  let held: { reading: Promise<T>; until: number } | undefined;
  return () => {
    if (held && now() < held.until) return held.reading;
    const begun = now();
    const reading = read();
    const settled = reading.then(
      () => {
        const took = now() - begun;
        held = took < CHEAP ? undefined : { reading, until: now() + HELD * took };
      },
      () => {
        held = undefined;
      },
    );
    return settled.then(() => reading);
  };
}
