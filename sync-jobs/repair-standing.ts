import type { StoredRow } from '../cache/sync-store.ts';
import { strayRows } from './altered-rows.ts';
import { catchUp } from './catch-up.ts';
import { type Rechecked, recheck } from './recheck.ts';
import { absent, type RecordState, rejected, type Sides } from './record-state.ts';
import { repair } from './repair.ts';
import type { StreamRequest } from './sync-run.ts';
import type { RepairFacts } from './verify-report.ts';

/** Records one repair takes on: so many can be read by key, page by page, in a sensible time. */
const MOST = 10_000;

export interface RepairStanding {
  job: StreamRequest;
  /** The stream keeps what the source no longer has; such records are as they should be. */
  keepsExtras: boolean;
  /** 10,000 when left out. */
  most?: number | undefined;
}

/** Repairs the records that differ, and looks at those once more: what still differs stays in `standing`. */
export async function repairStanding(
  sides: Sides,
  rechecked: Rechecked,
  { job, keepsExtras, most = MOST }: RepairStanding,
): Promise<{ rechecked: Rechecked; facts: RepairFacts }> {
  const differing = [...rechecked.standing]
    .filter(([, { source }]) => !keepsExtras || source !== absent)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const chosen = differing.slice(0, most);
  const left = differing.slice(most);
  const extraLeft = left.filter(([, { source }]) => source === absent).length;

  let error: RepairFacts['error'] = null;
  const suspects = new Map(chosen.map(([key, { source }]) => [key, source]));
  const again = await recheck(sides, suspects, async (open) => {
    const run = await catchUp(() => repair({ ...job, ...keysOf(open), extraLeft }), job);
    job.signal.throwIfAborted();
    error = run.outcome === 'FAILED' ? run.error : null;
  });

  const repaired = [...again.settled.values()].filter((state) => state !== rejected).length;
  return {
    rechecked: merge(rechecked, again, suspects),
    facts: { found: differing.length, repaired, left: left.length, error },
  };
}

/** Removes rows that name source records which there are not; `rows` are those that are there all the same. */
export async function repairStrays(
  sides: Sides,
  rows: readonly StoredRow[],
  { job, most = MOST }: Omit<RepairStanding, 'keepsExtras'>,
): Promise<{ rows: StoredRow[]; facts: RepairFacts }> {
  const origins = [...new Set(rows.map(({ originId }) => originId))];
  if (origins.length === 0) return { rows: [], facts: { found: 0, repaired: 0, left: 0, error: null } };
  const chosen = origins.slice(0, most);
  const run = await catchUp(() => repair({ ...job, different: [], extra: [], extraLeft: 0, strays: chosen }), job);
  job.signal.throwIfAborted();
  const after = await strayRows(sides, origins);
  const repaired = origins.length - new Set(after.map(({ originId }) => originId)).size;
  const error = run.outcome === 'FAILED' ? run.error : null;
  return { rows: after, facts: { found: origins.length, repaired, left: origins.length - chosen.length, error } };
}

function keysOf(open: ReadonlyMap<string, RecordState>): { different: string[]; extra: string[] } {
  const keys = [...open.keys()];
  return {
    different: keys.filter((key) => open.get(key) !== absent),
    extra: keys.filter((key) => open.get(key) === absent),
  };
}

/** What was known before, but of the records looked at again what is known now. */
function merge(before: Rechecked, again: Rechecked, looked: ReadonlyMap<string, RecordState>): Rechecked {
  const untouched = [...before.standing].filter(([key]) => !looked.has(key));
  return {
    standing: new Map([...untouched, ...again.standing]),
    settled: new Map([...before.settled, ...again.settled]),
    moving: new Map([...before.moving, ...again.moving]),
  };
}
