import { expect, it } from '@jest/globals';
import type { Defence } from '../../config/defences.ts';
import { withoutDefence } from './without-defence.ts';

/** Defines a row of docs/faults.md as tests: what holds, and the defence that holds it. */
export type DefineFault = (row: number, what: string, defence: Defence, holds: () => Promise<void>) => void;

/**
 * Rows as two tests each: it holds, and without its defence the same test finds a difference. A test that stays green
 * then tests something else.
 */
export const fault: DefineFault = (row, what, defence, holds) => {
  it(`FAULTS ${row}: ${what}`, holds);
  it(`FAULTS ${row}: without "${defence}" it does not hold (${what})`, async () => {
    const found = await withoutDefence(defence, async () => {
      try {
        await holds();
        return null;
      } catch (error) {
        return error;
      }
    });
    // An expectation that was not met, and not something that broke on the way.
    expect(found).toHaveProperty('matcherResult');
  });
};
