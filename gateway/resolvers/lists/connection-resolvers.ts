import type { StatsGroup } from '../../../cache/records/record-stats.ts';
import { goOn } from '../../maybe-promise.ts';
import { moneyOf } from '../money.ts';
import type { FieldResolver, Resolvers } from '../subschema.ts';
import type { Connection } from './connection.ts';

/** The resolvers of a connection type. */
export function connectionResolvers(name: string): Resolvers {
  return { [`${name}Connection`]: pageResolvers };
}

const pageResolvers: Record<string, FieldResolver> = {
  nodes: (connection: Connection) => goOn(connection.page(), ({ nodes }) => nodes),
  edges: (connection: Connection) =>
    goOn(connection.page(), ({ nodes }) => nodes.map((node) => ({ node, cursor: connection.cursorOf(node) }))),
  pageInfo: (connection: Connection) =>
    goOn(connection.page(), ({ nodes, hasNextPage }) => {
      const [first, last] = [nodes.at(0), nodes.at(-1)];
      return {
        hasNextPage,
        hasPreviousPage: connection.hasPreviousPage,
        startCursor: first ? connection.cursorOf(first) : null,
        endCursor: last ? connection.cursorOf(last) : null,
      };
    }),
  totalCount: (connection: Connection) => connection.count(),
};

/** The resolvers of a connection type with `stats`; `sums` are the answer's amounts. */
export function statsResolvers(name: string, sums: readonly string[]): Resolvers {
  return {
    [`${name}Connection`]: {
      ...pageResolvers,
      stats: async (connection: Connection, { groupBy }: { groupBy?: readonly string[] | null }) => {
        // amounts are apart by currency anyway, so that grouping by it adds nothing
        const names = [...new Set(groupBy ?? [])].filter((group) => group !== 'CURRENCY');
        return connection.stats?.(names);
      },
    },
    [`${name}Stats`]: {
      key: keyOf,
      ...Object.fromEntries(sums.map((sum) => [sum, (group: StatsGroup) => moneyOf(group.sums[sum], group.currency)])),
    },
  };
}

/** `{SOURCE_STATUS: 'done'}` → `{sourceStatus: 'done'}`; the customer as far as its id. */
function keyOf({ key, currency }: StatsGroup) {
  const named = Object.entries(key).map(([name, value]) => {
    const field = name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return [field, field === 'customer' && value !== null ? { id: value } : value];
  });
  return { currency, ...Object.fromEntries(named) };
}
