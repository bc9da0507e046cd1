import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Cache } from '../../../cache/database/database.ts';
import { createDice, type Dice } from '../dice.ts';
import { editTruth, populate } from '../landscape/edit-truth.ts';
import { type Landscape, type Protocol, protocols } from '../landscape/landscape.ts';
import { flavours, startLandscape } from '../landscape/start-landscape.ts';
import { createTruth } from '../landscape/truth.ts';
import { compareAtRest } from '../rounds/come-to-rest.ts';
import type { Play } from '../rounds/play.ts';
import type { ChildOrder } from './child.ts';

export interface KillsPlan {
  seed: number;
  kills: number;
  /** Compares after so many kills, and at the end. */
  compareEvery: number;
  only?: Protocol | null;
}

export interface KillsResult {
  protocol: string;
  kills: number;
  /** Processes that were killed while a run was under way. */
  midway: number;
  differences: string[];
}

const child = fileURLToPath(new URL('./child.ts', import.meta.url));
/** So short that the next process does not wait long for what the killed one held. */
const LEASE_TTL = 400;

/**
 * Real processes that sync from a real source into a real database and are killed at any moment, one after the other,
 * while the source goes on changing. Which moment is only as exact as a clock: a seed gives the same source and the
 * same waits, not the same statement.
 */
export async function playKills(
  { seed, kills, compareEvery, only = null }: KillsPlan,
  cache: Cache,
  url: string,
): Promise<KillsResult> {
  const dice = createDice(seed);
  const protocol = only ?? dice.pick(protocols);
  const truth = createTruth();
  const editor = { truth, dice: dice.fork(), protocol, mark: `k${seed}`, tellsOwnTime: protocol === 'sql' };
  const system = `k${seed}-${protocol}`.slice(0, 32);
  populate(editor, 20);
  const landscape = await startLandscape(protocol, { truth, flavour: dice.pick(flavours[protocol]) });
  const play: Play = { protocol, cache, landscape, editor, system, mapping: 1, outcomes: new Map(), processes: 0 };
  const result: KillsResult = { protocol, kills: 0, midway: 0, differences: [] };
  try {
    await landscape.publish();
    for (let n = 1; n <= kills && result.differences.length === 0; n += 1) {
      await runAndKill(play, url, dice);
      result.kills += 1;
      result.midway += await countRunning(play);
      if (n % compareEvery !== 0 && n !== kills) continue;
      await sleep(LEASE_TTL);
      result.differences.push(...(await compareAtRest(play)));
    }
    return result;
  } finally {
    await landscape.stop();
  }
}

async function runAndKill(play: Play, cacheUrl: string, dice: Dice): Promise<void> {
  const { landscape, system } = play;
  const source = landscape.settings({ mapping: 1, timeout: '20s' });
  const order: ChildOrder = { cacheUrl, system, source, leaseTtl: LEASE_TTL };
  const process = spawn(globalThis.process.execPath, ['--import', 'tsx', child, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  process.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(process, 'exit');
  const working = once(process.stdout, 'data');
  await Promise.race([working, ended]);
  for (let wait = dice.between(0, 600); wait > 0; wait -= 20) {
    await sleep(Math.min(wait, 20));
    await editSome(landscape, play, dice);
  }
  if (process.exitCode !== null) throw new Error(`Expected a process to kill, but it had ended by itself: ${said}`);
  process.kill('SIGKILL');
  await ended;
}

async function editSome(landscape: Landscape, { editor }: Play, dice: Dice): Promise<void> {
  for (let left = dice.between(0, 2); left > 0; left -= 1) editTruth(editor);
  await landscape.publish();
}

async function countRunning({ cache, system }: Play): Promise<number> {
  const rows = await cache.query("SELECT id FROM sync_runs WHERE `system` = ? AND outcome = 'RUNNING'", [system]);
  return rows.length > 0 ? 1 : 0;
}
