import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { organisationTree } from '../../customer-360/organisation.ts';

const tree = (edges: Record<string, string[]>, bounds = { depth: 5, most: 100 }) =>
  organisationTree('top', async (id) => edges[id] ?? [], bounds);

describe('the tree of an organisation', () => {
  it('goes down level by level, everybody with who is right above', async () => {
    const { members, more } = await tree({ top: ['a', 'b'], a: ['c'], b: ['d'] });
    expect(members.map(({ customerId, level, parentId }) => [customerId, level, parentId])).toEqual([
      ['top', 0, null],
      ['a', 1, 'top'],
      ['b', 1, 'top'],
      ['c', 2, 'a'],
      ['d', 2, 'b'],
    ]);
    expect(more).toBe(false);
  });

  it('has everybody once, at the highest level, also where the ties go round', async () => {
    const { members } = await tree({ top: ['a', 'b', 'top'], a: ['top', 'b'], b: ['a'] });
    expect(members.map(({ customerId, level }) => [customerId, level])).toEqual([
      ['top', 0],
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('says when the bounds left somebody out', async () => {
    const chain = { top: ['a'], a: ['b'], b: ['c'] };
    expect(await tree(chain, { depth: 2, most: 100 })).toMatchObject({ members: { length: 3 }, more: true });
    expect(await tree(chain, { depth: 3, most: 100 })).toMatchObject({ members: { length: 4 }, more: false });
    expect(await tree(chain, { depth: 9, most: 2 })).toMatchObject({ members: { length: 2 }, more: true });
    expect(await tree(chain, { depth: 0, most: 2 })).toMatchObject({ members: { length: 1 }, more: true });
    expect(await tree({}, { depth: 0, most: 2 })).toMatchObject({ members: { length: 1 }, more: false });
  });

  it('ends for whatever ties there are, and keeps the bounds', async () => {
    const names = fc.constantFrom('top', 'a', 'b', 'c', 'd', 'e', 'f');
    const edges = fc.dictionary(names, fc.array(names, { maxLength: 4 }), { maxKeys: 7 });
    await fc.assert(
      fc.asyncProperty(
        edges,
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        async (ties, depth, most) => {
          const { members } = await tree(ties, { depth, most });
          expect(new Set(members.map(({ customerId }) => customerId)).size).toBe(members.length);
          expect(members.length).toBeLessThanOrEqual(most);
          expect(Math.max(...members.map(({ level }) => level))).toBeLessThanOrEqual(depth);
        },
      ),
    );
  });
});
