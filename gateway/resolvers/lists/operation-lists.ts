import { asciiOnly } from '../../../cache/sql/condition.ts';
import type { QuarantinedRecord } from '../../../cache/streams/quarantine-store.ts';
import { countRuns } from '../../../cache/streams/run-count.ts';
import type { SyncRunRow } from '../../../cache/streams/status-store.ts';
import { HubError } from '../../../config/errors.ts';
import { INSTANT_PATTERN } from '../../../schema/time.ts';
import type { GraphContext } from '../../context.ts';
import { once } from '../once.ts';
import type { Connection } from './connection.ts';
import { decodeCursor, encodeCursor, isId } from './cursor.ts';
import { pageSize } from './page-arguments.ts';

interface OperationArguments {
  system?: string | null;
  stream?: string | null;
  first?: number | null;
  after?: string | null;
}

const RUNS = 'Query.syncRuns';
const QUARANTINE = 'Query.quarantine';

/** What the sync did, newest first. */
export function syncRuns(_source: unknown, args: OperationArguments, context: GraphContext) {
  const { stores } = context;
  const where = given(args);
  const first = pageSize(args.first, context);
  const after = args.after == null ? null : runPosition(args.after);
  const connection: Connection<ReturnType<typeof runOf>> = {
    page: once(async () => pageOf((await stores.status.runs({ ...where, first: first + 1, after })).map(runOf), first)),
    hasPreviousPage: after !== null,
    cursorOf: ({ startedAt, id }) => encodeCursor(RUNS, [startedAt, id]),
    count: once(() => countRuns(stores.sql, where)),
  };
  return connection;
}

/** Records that did not fit. */
export function quarantine(_source: unknown, args: OperationArguments, context: GraphContext) {
  const { stores } = context;
  if (stores.visible) {
    throw new HubError(
      'FORBIDDEN',
      'Expected a login that may see all customers, got one with row rules: whose records are in quarantine is not known, because they could not be read. Ask somebody who sees everybody.',
    );
  }
  const where = given(args);
  const first = pageSize(args.first, context);
  const after = args.after == null ? null : quarantinePosition(args.after);
  const connection: Connection<QuarantinedRecord> = {
    page: once(async () => pageOf(await stores.quarantine.list({ ...where, first: first + 1, after }), first)),
    hasPreviousPage: after !== null,
    cursorOf: ({ id }) => encodeCursor(QUARANTINE, [id]),
    count: once(() => stores.quarantine.count(where)),
  };
  return connection;
}

function pageOf<Node>(rows: Node[], first: number) {
  return { nodes: rows.slice(0, first), hasNextPage: rows.length > first };
}

/** The store's counters under the graph's names. */
function runOf(run: SyncRunRow) {
  return {
    ...run,
    recordsRead: run.read,
    recordsChanged: run.changed,
    recordsUnchanged: run.unchanged,
    recordsDeleted: run.deleted,
    recordsQuarantined: run.quarantined,
  };
}

/** A name that no system can have is asked for as the empty one, which none has. */
function given({ system, stream }: OperationArguments) {
  return {
    ...(system != null && { system: asciiOnly([system])[0] ?? '' }),
    ...(stream != null && { stream }),
  };
}

function runPosition(cursor: string) {
  const [startedAt, id] = decodeCursor(
    cursor,
    RUNS,
    ([at, run, ...rest]) => INSTANT_PATTERN.test(at ?? '') && isId(run) && rest.length === 0,
  );
  return { startedAt: String(startedAt), id: String(id) };
}

function quarantinePosition(cursor: string): string {
  const [id] = decodeCursor(cursor, QUARANTINE, ([record, ...rest]) => isId(record) && rest.length === 0);
  return String(id);
}
