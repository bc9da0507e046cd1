import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import { instantOf } from '../../schema/time.ts';
import { compileFilePattern, isUnfinished } from './file-pattern.ts';
import type { FileSystem } from './file-system.ts';
import type { FileSettings, FileStream } from './settings.ts';

/** A file that is there and complete, as far as can be seen. */
export interface DroppedFile {
  /** Below the source's folder, as people are told. */
  name: string;
  path: string;
  size: number;
  modified: bigint;
  /** Changes whenever the file may have: a digest of name, size and times. */
  stamp: string;
  /** Text whose order is the order of the files: the digits in their names, or when they were written. */
  version: string;
}

export interface FolderLook {
  /** In their order. */
  ready: DroppedFile[];
  /** Files that do not count yet, with the reason. */
  waiting: { name: string; why: string }[];
}

export interface Folder {
  look(stream: FileStream, signal: AbortSignal): Promise<FolderLook>;
  /** Looks at files once more, a moment after they were first seen: those that stayed as they were. */
  lookAgain(stream: FileStream, files: readonly DroppedFile[], signal: AbortSignal): Promise<DroppedFile[]>;
}

/** Stats asked for at once. */
const PARALLEL = 64;
/** Milliseconds that the clock of another machine may be ahead. */
const AHEAD = 60_000;
/** The longest pause before the second look, in milliseconds. */
const PAUSE = 2_000;

/** The folder of one source. What is half uploaded is told from what is complete here. */
export function createFolder(system: string, { folder, settle }: FileSettings, files: FileSystem): Folder {
  /** Of each pattern, since when its files have looked as they do. */
  const firstLooks = new Map<string, ReadonlyMap<string, number>>();

  function remember(resource: string, ready: readonly DroppedFile[]): void {
    const before = firstLooks.get(resource);
    const now = performance.now();
    firstLooks.set(resource, new Map(ready.map(({ stamp }) => [stamp, before?.get(stamp) ?? now])));
  }

  async function namesIn(directory: string, signal: AbortSignal): Promise<string[]> {
    const path = join(folder, directory);
    try {
      return await files.names(path, signal);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'SOURCE_NOT_FOUND') throw error;
      const message = `Expected a folder at ${path}, but there is none. Is its drive mounted, and is folder right?`;
      throw new HubError('SOURCE_UNREACHABLE', message, { source: system, cause: error });
    }
  }

  async function statAll(paths: readonly string[], signal: AbortSignal): Promise<(BigIntStats | null)[]> {
    const stats: (BigIntStats | null)[] = [];
    for (let i = 0; i < paths.length; i += PARALLEL) {
      stats.push(...(await Promise.all(paths.slice(i, i + PARALLEL).map((path) => files.stat(path, signal)))));
    }
    return stats;
  }

  return {
    async look(stream, signal) {
      const { directory, matches } = compileFilePattern(stream.resource);
      const all = await namesIn(directory, signal);
      const present = new Set(all);
      const markers = new Set(stream.marker === undefined ? [] : all.map((name) => markerOf(stream.marker, name)));
      const names = all.filter((name) => matches(name) && !isUnfinished(name) && !markers.has(name)).sort();
      const stats = await statAll(
        names.map((name) => join(folder, directory, name)),
        signal,
      );

      const look: FolderLook = { ready: [], waiting: [] };
      for (const [index, base] of names.entries()) {
        const stat = stats[index];
        if (!stat) continue;
        const name = join(directory, base);
        const marker = markerOf(stream.marker, base);
        if (marker !== null && !present.has(marker)) look.waiting.push({ name, why: `${marker} is not there yet` });
        else if (isRecent(stat, settle)) look.waiting.push({ name, why: 'it was written a moment ago' });
        else look.ready.push(droppedFile(name, join(folder, name), stat, versionOf(stream, system, base, stat)));
      }
      look.ready.sort((a, b) => compare(a.version, b.version) || compare(a.name, b.name));
      remember(stream.resource, look.ready);
      return look;
    },

    async lookAgain({ resource }, looked, signal) {
      const since = looked.map(({ stamp }) => firstLooks.get(resource)?.get(stamp) ?? performance.now());
      const pause = Math.max(...since) + Math.min(settle, PAUSE) - performance.now();
      if (pause > 0 && defends('files settle')) await sleep(pause, undefined, { signal });
      const stats = await statAll(
        looked.map(({ path }) => path),
        signal,
      );
      return looked.filter(({ name, stamp }, index) => {
        const stat = stats[index];
        return stat && stampOf(name, stat) === stamp;
      });
    },
  };
}

function markerOf(marker: string | undefined, name: string): string | null {
  if (marker === undefined) return null;
  return marker.replaceAll('{name}', () => name).replaceAll('{stem}', () => name.replace(/\.[^.]*$/, ''));
}

/**
 * By the time of its last change of any kind, which a program that copies cannot set back. A file that is far ahead was
 * written before the clock was put back: the second look tells whether it is still being written.
 */
function isRecent({ ctimeMs }: BigIntStats, settle: number): boolean {
  const age = Date.now() - Number(ctimeMs);
  return age < settle && age > -Math.max(settle, AHEAD) && defends('files settle');
}

function droppedFile(name: string, path: string, stat: BigIntStats, version: string): DroppedFile {
  return { name, path, size: Number(stat.size), modified: stat.mtimeNs, stamp: stampOf(name, stat), version };
}

function stampOf(name: string, { size, mtimeNs, ctimeNs }: BigIntStats): string {
  return createHash('sha256').update(`${name}\u0000${size}\u0000${mtimeNs}\u0000${ctimeNs}`).digest('hex').slice(0, 16);
}

/** When it was written; never after it got here, so that a file dated 2099 does not outdo all that come after it. */
function versionOf({ sequence }: FileStream, system: string, name: string, { mtimeNs, ctimeNs }: BigIntStats): string {
  if (sequence === undefined) return instantOfNanoseconds(mtimeNs < ctimeNs ? mtimeNs : ctimeNs);
  const digits = new RegExp(sequence).exec(name)?.slice(1).join('') ?? '';
  if (/^\d{1,20}$/.test(digits)) return digits.padStart(20, '0');
  const got = digits === '' ? 'no digits' : `"${digits}"`;
  const message = `Expected up to 20 digits in the name ${name} where sequence (${sequence}) has its parentheses, got ${got}. Correct sequence, or let resource match fewer files.`;
  throw new HubError('SOURCE_PROTOCOL', message, { source: system });
}

function instantOfNanoseconds(nanoseconds: bigint): string {
  const instant = instantOf(Number(nanoseconds / 1_000_000n));
  return `${instant.slice(0, 23)}${String((nanoseconds / 1_000n) % 1_000n).padStart(3, '0')}Z`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
