import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import type { Defence } from '../../../config/defences.ts';

jest.setTimeout(60_000);

const child = fileURLToPath(new URL('../ticks/child.ts', import.meta.url));

/** The next ticks of `*`/10 at 00:25 UTC of the night in which summer time ends, on a machine in Berlin. */
async function ticksInBerlin(...without: Defence[]): Promise<string[]> {
  const env = { PATH: process.env.PATH, TZ: 'Europe/Berlin' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child, ...without], { env });
  return JSON.parse(stdout) as string[];
}

describe('the night in which summer time ends', () => {
  it('FAULTS 31: no tick is left out and none comes twice', async () => {
    expect(await ticksInBerlin()).toEqual(['00:30', '00:40', '00:50', '01:00', '01:10', '01:20']);
  });

  it('FAULTS 31: without "ticks in UTC" nothing runs for an hour', async () => {
    expect(await ticksInBerlin('ticks in UTC')).toEqual(['01:30', '01:40', '01:50', '02:00', '02:10', '02:20']);
  });
});
