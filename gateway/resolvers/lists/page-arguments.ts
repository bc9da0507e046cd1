import { HubError } from '../../../config/errors.ts';
import { CUSTOMER_ID_PATTERN, RECORD_ID_PATTERN } from '../../../schema/ids.ts';
import type { GraphContext } from '../../context.ts';
import type { Awaitable } from '../../maybe-promise.ts';
import { goldenIds } from '../customer/customers.ts';

/** How many items were asked for, 20 when it is not said. Throws PAGE_TOO_LARGE or BAD_USER_INPUT. */
export function pageSize(first: number | null | undefined, { maxPage }: GraphContext): number {
  const size = first ?? Math.min(20, maxPage);
  if (size < 0) throw new HubError('BAD_USER_INPUT', `Expected first to be 0 or more, got ${size}.`);
  if (size > maxPage) {
    throw new HubError(
      'PAGE_TOO_LARGE',
      `Expected first to be at most ${maxPage} (gateway.maxPage), got ${size}. Take several pages with \`after\`.`,
    );
  }
  return size;
}

/** Throws BAD_USER_INPUT for what is no customer id. */
export function customerIdOf(text: string): string {
  if (CUSTOMER_ID_PATTERN.test(text)) return text;
  const advice = RECORD_ID_PATTERN.test(text) ? 'That is the id of a record: ask node(id) or order(id).' : EXAMPLE;
  throw new HubError('BAD_USER_INPUT', `Expected a customer's id (a UUIDv7), got "${text}". ${advice}`);
}

const EXAMPLE = 'Ids look like 0198a3f2-7c1e-7d4b-9a55-3b1f0c2e4d6a: take one from customers { nodes { id } }.';

/** Throws BAD_USER_INPUT for what is no id of a record. */
export function recordIdOf(text: string, what: string): string {
  if (RECORD_ID_PATTERN.test(text)) return text;
  throw new HubError(
    'BAD_USER_INPUT',
    `Expected the id of ${what} (a UUIDv8), got "${text}". Ids look like 3f0c2a9e-51b7-8c44-a1d0-7be2f9c06d13: take one from the graph. For a system's own key use customerBySource or a filter.`,
  );
}

/** Most values of one filter argument: far below the placeholder limits of the databases. */
const MAX_VALUES = 1_000;

/** Throws BAD_USER_INPUT for a filter that lists more values than one statement should. */
export function boundedFilter<F extends object>(filter: F): F {
  for (const [name, value] of Object.entries(filter)) {
    if (Array.isArray(value) && value.length > MAX_VALUES) {
      throw new HubError(
        'BAD_USER_INPUT',
        `Expected at most ${MAX_VALUES} values of filter.${name}, got ${value.length}. Ask in several operations.`,
      );
    }
  }
  return filter;
}

/** A filter as the stores take it: customers by the ids they have now. */
export function filterOf(
  filter: Record<string, unknown> | null | undefined,
  context: GraphContext,
): Awaitable<Record<string, unknown>> {
  const { customer, ...others } = boundedFilter(filter ?? {});
  if (!Array.isArray(customer)) return others;
  const ids = customer.map((id) => customerIdOf(String(id)));
  return goldenIds(ids, context).then((current) => ({ ...others, customer: current }));
}
