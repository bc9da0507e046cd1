import type { MemoryReading } from './hub-process.ts';
import type { Outcome } from './paced-load.ts';

/** What was seen in one minute of the load. */
interface Minute {
  latencies: number[];
  memory?: MemoryReading;
}

export interface Summary {
  asked: number;
  p50: number;
  p99: number;
  most: number;
}

/** Collects the outcomes of a load and the memory of the hub by minutes. */
export function createMinutes() {
  const minutes: Minute[] = [];
  const byKind = new Map<string, number[]>();
  const wrong: string[] = [];
  const minuteOf = (index: number): Minute => (minutes[index] ??= { latencies: [] });

  return {
    wrong: wrong as readonly string[],
    over({ kind, due, milliseconds, wrong: why }: Outcome): void {
      minuteOf(Math.floor(due / 60_000)).latencies.push(milliseconds);
      const ofKind = byKind.get(kind);
      if (ofKind) ofKind.push(milliseconds);
      else byKind.set(kind, [milliseconds]);
      if (why !== null) wrong.push(`${kind}: ${why}`);
    },
    remember(index: number, memory: MemoryReading): void {
      minuteOf(index).memory = memory;
    },
    all: () => summaryOf(minutes.flatMap(({ latencies }) => latencies)),
    kinds: () => [...byKind].map(([kind, latencies]) => ({ kind, ...summaryOf(latencies) })),
    each: () => minutes.map(({ latencies, memory }) => ({ ...summaryOf(latencies), memory })),
  };
}

export function lineOfMinute(
  index: number,
  { asked, p50, p99, most }: Summary,
  memory: MemoryReading | undefined,
): string {
  const mib = (bytes: number | undefined) => (bytes === undefined ? '' : (bytes / 2 ** 20).toFixed(1));
  const cells = [
    index + 1,
    asked,
    p50.toFixed(1),
    p99.toFixed(1),
    most.toFixed(0),
    mib(memory?.heapUsed),
    mib(memory?.rss),
  ];
  return cells.map((cell) => String(cell).padStart(9)).join('');
}

function summaryOf(latencies: readonly number[]): Summary {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { asked: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}
