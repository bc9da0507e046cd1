import { shiftInstant } from '../../../schema/time.ts';

export const kinds = ['partners', 'orders'] as const;
export type Kind = (typeof kinds)[number];

export type Fields = Record<string, string | null>;

/** A row as the source has it. Stamps are `YYYY-MM-DDThh:mm:ss.fffffffZ`: as fine as a source may be, 100 ns. */
export interface TruthRow {
  key: string;
  created: string;
  /** When it was last changed; null where the source never stamped it. */
  stamp: string | null;
  fields: Fields;
}

/** What a landscape really holds. Every server of it answers from here. */
export interface Truth {
  rows: Record<Kind, Map<string, TruthRow>>;
  /** Keys that were ever to be seen. */
  seen: Record<Kind, Set<string>>;
  /** The source's clock, in the form of stamps. */
  now(): string;
  tick(milliseconds: number): void;
  /**
   * Puts the clock a day ahead, and back again the second time. Not more often: what was stamped in between, while
   * nobody looked, would be as hidden as a change without a stamp, and only verify finds that.
   */
  jump(): void;
  put(kind: Kind, row: TruthRow): void;
  remove(kind: Kind, key: string): void;
  /** Written now and stamped now, but to be seen only so much later: a transaction that takes its time. */
  putLate(kind: Kind, row: TruthRow, delay: number): void;
  /** Whether a transaction that is not over yet holds this row. */
  isHeld(kind: Kind, key: string): boolean;
  /** Ends all transactions. */
  settle(): void;
}

const DAY = 86_400_000;

interface Pending {
  kind: Kind;
  row: TruthRow;
  visibleAt: string;
}

export function createTruth(startsAt = '2026-03-01T08:00:00.000000Z'): Truth {
  const rows = { partners: new Map<string, TruthRow>(), orders: new Map<string, TruthRow>() };
  const seen = { partners: new Set<string>(), orders: new Set<string>() };
  let clock = startsAt;
  let ticks = 0;
  let jumps = 0;
  let pending: Pending[] = [];

  function show({ kind, row }: Pick<Pending, 'kind' | 'row'>): void {
    rows[kind].set(row.key, row);
    seen[kind].add(row.key);
  }

  return {
    rows,
    seen,
    now: () => `${clock.slice(0, -1)}${ticks % 10}Z`,
    tick(milliseconds) {
      ticks += 3;
      clock = shiftInstant(clock, milliseconds);
      // Of its microseconds too, or milliseconds would do.
      clock = `${clock.slice(0, 23)}${String((ticks * 37) % 1_000).padStart(3, '0')}Z`;
      for (const one of pending) if (one.visibleAt <= clock) show(one);
      pending = pending.filter(({ visibleAt }) => visibleAt > clock);
    },
    jump() {
      jumps += 1;
      if (jumps <= 2) clock = shiftInstant(clock, jumps === 1 ? DAY : -DAY);
    },
    put: (kind, row) => show({ kind, row }),
    remove: (kind, key) => void rows[kind].delete(key),
    putLate: (kind, row, delay) => void pending.push({ kind, row, visibleAt: shiftInstant(clock, delay) }),
    isHeld: (kind, key) => pending.some((one) => one.kind === kind && one.row.key === key),
    settle() {
      for (const one of pending) show(one);
      pending = [];
    },
  };
}
