import type { CustomerFilter, ListedCustomer } from '../../../cache/records/customer-store.ts';
import { HubError } from '../../../config/errors.ts';
import { entityTag } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import { goldenRecord } from '../customer/customers.ts';
import { once } from '../once.ts';
import { type Connection, gonePlace, hidesNames, idOf, positionOf } from './connection.ts';
import { encodeCursor } from './cursor.ts';
import { boundedFilter, pageSize } from './page-arguments.ts';

interface CustomersArguments {
  search?: string | null;
  filter?: CustomerFilter | null;
  orderBy?: string | null;
  first?: number | null;
  after?: string | null;
}

/** The list of customers: searched, filtered, ordered. */
export async function customers(
  _source: unknown,
  args: CustomersArguments,
  context: GraphContext,
): Promise<Connection<ListedCustomer>> {
  const { loaders, reads, stores } = context;
  const orderBy = args.orderBy ?? 'NAME_ASC';
  if (onlyGolden(orderBy, args.filter ?? {})) reads.note([entityTag('customer'), entityTag('party')]);
  else reads.noteUntold();
  const tag = `Query.customers(orderBy: ${orderBy})`;
  const list = { search: boundedSearch(args.search ?? ''), filter: boundedFilter(args.filter ?? {}) };
  const first = pageSize(args.first, context);
  const kind = stores.customers.orderingKind(orderBy);
  const hidden = hidesNames(/^NAME_/.test(orderBy) ? 'displayName' : orderBy, context);
  const after = args.after == null ? null : hidden ? await nameOf(args.after) : positionOf(args.after, tag, kind);
  return {
    page: once(async () => {
      const { rows, hasNextPage } = await stores.customers.page({ ...list, orderBy, first, after });
      for (const row of rows) loaders.keep('customer', row.id, row);
      return { nodes: rows, hasNextPage };
    }),
    hasPreviousPage: after !== null,
    cursorOf: (row) => encodeCursor(tag, hidden ? [row.id] : [row.orderValue, row.id]),
    count: once(() => stores.customers.count({ ...list, orderBy })),
  };

  async function nameOf(cursor: string) {
    const id = idOf(cursor, tag);
    return { value: (await goldenRecord(id, context))?.displayName ?? gonePlace(tag), id };
  }
}

const goldenFilters = new Set(['kind', 'country', 'system', 'taxId', 'email', 'createdAt', 'updatedAt']);

/** Of what is worked out about customers the change log does not tell. */
function onlyGolden(orderBy: string, filter: CustomerFilter): boolean {
  const asked = Object.entries(filter).flatMap(([name, value]) => (value == null ? [] : [name]));
  return /^(NAME|CREATED_AT|UPDATED_AT)_/.test(orderBy) && asked.every((name) => goldenFilters.has(name));
}

const MAX_SEARCH = 200;

/** Throws BAD_USER_INPUT for a search that is longer than any name. */
function boundedSearch(search: string): string {
  if (search.length <= MAX_SEARCH) return search;
  throw new HubError(
    'BAD_USER_INPUT',
    `Expected a search of at most ${MAX_SEARCH} characters, got ${search.length}. Search by fewer words.`,
  );
}
