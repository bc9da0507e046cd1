import type { Entity } from '../../schema/records.ts';
import type { Row, Sql, SqlParameter } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { columnName, entityTables } from '../schema/tables.ts';
import { among, type Condition } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { decodeCount, decodeValue, encodeValue } from '../sql/row-codec.ts';
import { kindOfField } from './record-list.ts';

export const timelineKinds = [
  'ORDER',
  'SHIPMENT',
  'DELIVERY',
  'RETURN',
  'INVOICE',
  'PAYMENT',
  'INTERACTION',
  'CASE',
  'SURVEY',
  'OPPORTUNITY',
] as const;

export type TimelineKind = (typeof timelineKinds)[number];

/** Where each kind of event comes from: the field that says when, and what to show of it. */
const sources: Record<TimelineKind, { entity: Entity; at: string; title: string; status: string }> = {
  ORDER: { entity: 'order', at: 'orderDate', title: 'orderNumber', status: 'status' },
  SHIPMENT: { entity: 'shipment', at: 'shippedAt', title: 'shipmentNumber', status: 'status' },
  DELIVERY: { entity: 'shipment', at: 'deliveredAt', title: 'shipmentNumber', status: 'status' },
  RETURN: { entity: 'customerReturn', at: 'returnedAt', title: 'returnNumber', status: 'status' },
  INVOICE: { entity: 'invoice', at: 'issueDate', title: 'invoiceNumber', status: 'status' },
  PAYMENT: { entity: 'payment', at: 'receivedAt', title: 'method', status: 'status' },
  INTERACTION: { entity: 'interaction', at: 'occurredAt', title: 'subject', status: 'channel' },
  CASE: { entity: 'serviceCase', at: 'openedAt', title: 'subject', status: 'status' },
  SURVEY: { entity: 'surveyResponse', at: 'respondedAt', title: 'verbatim', status: 'kind' },
  OPPORTUNITY: { entity: 'opportunity', at: 'openedOn', title: 'name', status: 'status' },
};

/** Where a page ended. One record can be two events at one moment, so the kind is part of it. */
export interface TimelinePosition {
  at: string;
  id: string;
  kind: string;
}

export interface TimelineEvent extends TimelinePosition {
  system: string;
  title: string | null;
  status: string;
  entity: Entity;
}

interface TimelineRequest {
  kinds: readonly TimelineKind[];
  first: number;
  after: TimelinePosition | null;
}

interface TimelinePage {
  events: TimelineEvent[];
  hasNextPage: boolean;
}

export interface TimelineStore {
  /** The newest events of each customer behind the position, over all systems, in one statement. */
  pages(customerIds: readonly string[], request: TimelineRequest): Promise<Map<string, TimelinePage>>;
  counts(customerIds: readonly string[], kinds: readonly TimelineKind[]): Promise<Map<string, number>>;
}

export function createTimelineStore(sql: Sql): TimelineStore {
  const { dialect } = sql;
  return { pages, counts };

  async function pages(customerIds: readonly string[], { kinds, first, after }: TimelineRequest) {
    const events = eventsOf(customerIds, kinds, dialect, true);
    const start = behindEvent(after, dialect);
    const rows = await sql.query(
      `SELECT * FROM (
         SELECT events.*, ROW_NUMBER() OVER (PARTITION BY events.\`owner\` ORDER BY at DESC, id DESC, kind DESC) AS place
         FROM (${events.sql}) events WHERE ${start.sql}) ranked
       WHERE place <= ${first + 1} ORDER BY \`owner\`, place`,
      [...events.parameters, ...start.parameters],
    );
    const found = new Map<string, TimelinePage>();
    for (const [owner, own] of rowsBy(rows, 'owner', (row) => eventOf(row, dialect))) {
      found.set(owner, { events: own.slice(0, first), hasNextPage: own.length > first });
    }
    return found;
  }

  async function counts(customerIds: readonly string[], kinds: readonly TimelineKind[]) {
    const events = eventsOf(customerIds, kinds, dialect, false);
    const rows = await sql.query(
      `SELECT events.\`owner\` AS \`owner\`, COUNT(*) AS n FROM (${events.sql}) events GROUP BY events.\`owner\``,
      events.parameters,
    );
    return new Map(rows.map((row) => [String(row.owner), decodeCount(row.n)]));
  }
}

/** One UNION over the tables of the kinds asked for. Records without a moment are no events. */
function eventsOf(
  customerIds: readonly string[],
  kinds: readonly TimelineKind[],
  dialect: Dialect,
  shown: boolean,
): Condition {
  const owners = among('l.customer_id', customerIds);
  const parameters: SqlParameter[] = [];
  const selects = kinds.map((kind) => {
    const { entity, at, title, status } = sources[kind];
    parameters.push(...owners.parameters);
    const moment = momentOf(entity, at, dialect);
    const columns = shown
      ? `, t.\`system\` AS \`system\`, t.${columnName(title)} AS title, t.${columnName(status)} AS status`
      : '';
    return `SELECT l.customer_id AS \`owner\`, '${kind}' AS kind, ${moment} AS at, t.id AS id${columns}
      FROM customer_links l JOIN ${entityTables[entity]} t ON t.party_id = l.party_id
      WHERE ${owners.sql} AND t.${columnName(at)} IS NOT NULL`;
  });
  return { sql: selects.join('\nUNION ALL\n'), parameters };
}

/** A date counts from midnight, so that it can be ordered among moments. */
function momentOf(entity: Entity, field: string, dialect: Dialect): string {
  const column = `t.${columnName(field)}`;
  if (kindOfField(entity, field).type === 'instant') return column;
  return dialect === 'mysql' ? `CAST(${column} AS DATETIME(6))` : `(${column} || 'T00:00:00.000000Z')`;
}

function behindEvent(position: TimelinePosition | null, dialect: Dialect): Condition {
  if (!position) return { sql: '1 = 1', parameters: [] };
  const at = encodeValue({ type: 'instant' }, position.at, dialect);
  return {
    sql: '(at < ? OR (at = ? AND (id < ? OR (id = ? AND kind < ?))))',
    parameters: [at, at, position.id, position.id, position.kind],
  };
}

function eventOf(row: Row, dialect: Dialect): TimelineEvent {
  const kind = String(row.kind) as TimelineKind;
  return {
    at: String(decodeValue({ type: 'instant' }, row.at, dialect)),
    id: String(row.id),
    kind,
    system: String(row.system),
    title: row.title === null ? null : String(row.title),
    status: String(row.status),
    entity: sources[kind].entity,
  };
}
