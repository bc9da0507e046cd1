import { describe, expect, it } from '@jest/globals';
import { oneAhead } from '../../sync-jobs/pass/prefetch.ts';

const { signal } = new AbortController();

/** Numbers from 1, and what was asked of the reader: which one it was at, and whether it was let go. */
function numbers(until: number, fail?: number) {
  const asked: (number | 'closed' | 'cut short')[] = [];
  async function* read(unwanted: AbortSignal): AsyncGenerator<number> {
    try {
      for (let n = 1; n <= until; n += 1) {
        asked.push(n);
        await Promise.resolve();
        if (n === fail) throw new Error(`broken at ${n}`);
        yield n;
      }
    } finally {
      asked.push(unwanted.aborted ? 'cut short' : 'closed');
    }
  }
  return { asked, read };
}

describe('reading one ahead', () => {
  it('hands over all items in their order', async () => {
    const got: number[] = [];
    for await (const n of oneAhead(numbers(4).read, signal)) got.push(n);
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it('reads the next item while one is being worked on, and no further', async () => {
    const { asked, read } = numbers(4);
    for await (const n of oneAhead(read, signal)) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(asked.at(-1)).toBe(n === 4 ? 'closed' : n + 1);
    }
  });

  it('tells of an error in its turn, after the items before it', async () => {
    const got: number[] = [];
    const reading = async () => {
      for await (const n of oneAhead(numbers(4, 3).read, signal)) {
        await new Promise((resolve) => setImmediate(resolve));
        got.push(n);
      }
    };
    await expect(reading()).rejects.toThrow('broken at 3');
    expect(got).toEqual([1, 2]);
  });

  it('cuts short what is being read when the loop is left, and waits for its end', async () => {
    let left = false;
    async function* read(unwanted: AbortSignal): AsyncGenerator<number> {
      yield 1;
      await new Promise((resolve) => unwanted.addEventListener('abort', resolve));
      await Promise.resolve();
      left = true;
      throw new Error('aborted');
    }
    for await (const _ of oneAhead(read, signal)) break;
    expect(left).toBe(true);
  });
});
