import {
  type TimelineEvent,
  type TimelineKind,
  type TimelinePosition,
  timelineKinds,
} from '../../cache/records/timeline-store.ts';
import type { Scope } from '../../config/settings/access-settings.ts';
import { INSTANT_PATTERN } from '../../schema/time.ts';
import { may } from '../access/viewer.ts';
import { onKey } from '../caching/cache-tags.ts';
import type { GraphContext } from '../context.ts';
import type { Connection } from './lists/connection.ts';
import { decodeCursor, encodeCursor, isId } from './lists/cursor.ts';
import { typeNameOf } from './lists/node-types.ts';
import { pageSize } from './lists/page-arguments.ts';
import { type RecordSource, recordById } from './lists/records.ts';
import { once } from './once.ts';
import type { Resolvers } from './subschema.ts';

interface TimelineArguments {
  first?: number | null;
  after?: string | null;
  kinds?: TimelineKind[] | null;
}

const TAG = 'Customer.timeline';

/** A viewer sees the events of the departments that are open to them. */
const scopeOf: Record<TimelineKind, Scope> = {
  ORDER: 'erp:read',
  SHIPMENT: 'scm:read',
  DELIVERY: 'scm:read',
  RETURN: 'scm:read',
  INVOICE: 'finance:read',
  PAYMENT: 'finance:read',
  INTERACTION: 'crm:read',
  CASE: 'crm:read',
  SURVEY: 'crm:read',
  OPPORTUNITY: 'crm:read',
};

/** The events of a customer over all systems, newest first. */
export async function timeline(
  customer: RecordSource,
  args: TimelineArguments,
  context: GraphContext,
): Promise<Connection<TimelineEvent>> {
  const { loaders, stores } = context;
  const kinds = timelineKinds.filter(
    (kind) => (!args.kinds || args.kinds.includes(kind)) && may(context.viewer, scopeOf[kind]),
  );
  const first = pageSize(args.first, context);
  const after = args.after == null ? null : positionOf(args.after);
  const request = { kinds, first, after };
  return {
    page: once(async () => {
      if (kinds.length === 0) return { nodes: [], hasNextPage: false };
      const read = (ids: readonly string[]) => stores.timeline.pages(ids, request);
      const page = await loaders.load(`timeline:${JSON.stringify(request)}`, customer.id, read, onKey);
      return { nodes: page?.events ?? [], hasNextPage: page?.hasNextPage ?? false };
    }),
    hasPreviousPage: after !== null,
    cursorOf: ({ at, id, kind }) => encodeCursor(TAG, [at, id, kind]),
    count: async () => {
      if (kinds.length === 0) return 0;
      const read = (ids: readonly string[]) => stores.timeline.counts(ids, kinds);
      return (await loaders.load(`timeline:count:${kinds.join()}`, customer.id, read, onKey)) ?? 0;
    },
  };
}

export const timelineResolvers: Resolvers = {
  TimelineEvent: {
    record: async ({ entity, id }: TimelineEvent, _args: unknown, context: GraphContext) => {
      const row = await recordById(entity, id, context);
      return row ? { ...row, __typename: typeNameOf(entity) } : null;
    },
  },
};

function positionOf(cursor: string): TimelinePosition {
  const [at, id, kind] = decodeCursor(
    cursor,
    TAG,
    ([time, record, event, ...rest]) =>
      INSTANT_PATTERN.test(time ?? '') &&
      isId(record) &&
      timelineKinds.some((known) => known === event) &&
      rest.length === 0,
  );
  return { at: String(at), id: String(id), kind: String(kind) };
}
