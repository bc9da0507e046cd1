import { describe, expect, it } from '@jest/globals';
import { holdCostly } from '../../cache/database/reuse-slow-read.ts';

describe('a read that goes through a whole table', () => {
  function readTaking(milliseconds: number) {
    let clock = 0;
    let reads = 0;
    const read = holdCostly(
      async () => {
        clock += milliseconds;
        reads += 1;
        return reads;
      },
      () => clock,
    );
    const wait = (more: number) => {
      clock += more;
    };
    return { read, wait };
  }

  it('is made each time while it is cheap', async () => {
    const { read } = readTaking(4);
    expect([await read(), await read()]).toEqual([1, 2]);
  });

  it('is held a hundred times as long as it took', async () => {
    const { read, wait } = readTaking(50);
    expect([await read(), await read()]).toEqual([1, 1]);
    wait(4_999);
    expect(await read()).toBe(1);
    wait(1);
    expect(await read()).toBe(2);
  });

  it('is not held when it fails', async () => {
    let fails = true;
    let clock = 0;
    const read = holdCostly(
      async () => {
        clock += 50;
        if (fails) throw new Error('gone');
        return 'there';
      },
      () => clock,
    );
    await expect(read()).rejects.toThrow('gone');
    fails = false;
    expect(await read()).toBe('there');
  });
});
