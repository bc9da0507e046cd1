import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { createLaneChooser, noRemoteParts } from '../../gateway/execution/choose-lane.ts';
import { createDocumentCache } from '../../gateway/execution/document-cache.ts';
import { exactPath } from '../../gateway/execution/exact-error-paths.ts';

const schema = buildSchema(`
  type Query { customer: Customer orders: [Order] ratings: [Rating] }
  type Customer { id: ID orders: [Order] creditScore: Int rating: Rating }
  type Order { id: ID customer: Customer }
  type Rating { stars: Int }
`);
const remote = { types: new Set(['Rating']), fields: new Set(['Customer.creditScore']) };

describe('the choice of the lane', () => {
  const choose = createLaneChooser(schema, remote);

  it.each([
    ['{ customer { id orders { id } } }', 'local'],
    ['{ customer { creditScore } }', 'stitched'],
    [
      '{ orders { customer { ...C } } } fragment C on Customer { orders { customer { score: creditScore } } }',
      'stitched',
    ],
    ['{ customer { id rating { stars } } }', 'stitched'],
    ['{ ratings { stars } }', 'stitched'],
    ['{ __typename }', 'local'],
  ])('of %s is %s', (query, lane) => {
    const document = parse(query);
    expect(choose(document)).toBe(lane);
    expect(choose(document)).toBe(lane);
  });

  it('is local for everything while no remote service is there', () => {
    expect(createLaneChooser(schema, noRemoteParts)(parse('{ customer { creditScore } }'))).toBe('local');
  });
});

describe('texts', () => {
  it('are parsed and validated once while they are in use', () => {
    const prepare = createDocumentCache({ schema, maxTokens: 100, size: 2 });
    const first = prepare('{ customer { id } }');
    expect(prepare('{ customer { id } }')).toBe(first);
    prepare('{ orders { id } }');
    expect(prepare('{ customer { id } }')).toBe(first);
    prepare('{ ratings { stars } }');
    expect(prepare('{ customer { id } }')).toBe(first);
    const second = prepare('{ orders { id } }');
    expect(prepare('{ orders { id } }')).toBe(second);
    expect(prepare('{ customer { id } }')).not.toBe(prepare('{ ratings { stars } }'));
  });
});

describe('the exact path of an error', () => {
  it.each([
    [
      ['a', 'nodes', 3, 'b'],
      ['a', 'nodes', 'b'],
      ['a', 'nodes', 3, 'b'],
    ],
    [
      ['a', 'nodes', 3, 'b'],
      ['a', 'nodes', 'b', 'page', 'more'],
      ['a', 'nodes', 3, 'b', 'page', 'more'],
    ],
    [
      ['a', 'nodes', 3, 'b'],
      ['a', 'nodes', 3, 'b', 0, 'c'],
      ['a', 'nodes', 3, 'b', 0, 'c'],
    ],
    [['a', 'b'], ['elsewhere'], ['a', 'b']],
    [['a', 'b'], [], ['a', 'b']],
  ])('of field %j with path %j is %j', (field, error, exact) => {
    expect(exactPath(field, error)).toEqual(exact);
  });
});
