import type { Landscape } from '../landscape/landscape.ts';
import type { Party } from '../landscape/parties.ts';
import type { Shipment } from '../landscape/shipments.ts';
import { type Answer, BadRequest, type Request, type Served, serveHttp, wholeNumber } from '../serving/serve-http.ts';
import {
  compareText,
  createStampedTable,
  type Entry,
  firstIndexWhere,
  type StampedTable,
} from '../serving/stamped-table.ts';
import { partyJson, shipmentJson } from './scm-rows.ts';

/** However large a `limit`, one answer holds no more. */
const MAX_LIMIT = 1000;
const USUAL_LIMIT = 100;

export interface ScmSource extends Served {
  saveParty(party: Party): void;
  saveShipment(shipment: Shipment): void;
  deleteShipment(shipment: Shipment): void;
}

export interface ScmOptions {
  landscape: Landscape;
  host: string;
  port: number;
  token: string;
}

/** The warehouse: a REST service that pages by cursor. Rows are kept as the JSON they are sent as. */
export async function startScm({ landscape, host, port, token }: ScmOptions): Promise<ScmSource> {
  const tables: Record<string, StampedTable<string>> = {
    parties: createStampedTable(),
    shipments: createStampedTable(),
  };

  const save = {
    saveParty(party: Party) {
      const customer = landscape.customers[party.customer];
      if (customer) tables.parties?.put({ key: party.id, stamp: party.changedAt, row: partyJson(party, customer) });
    },
    saveShipment(shipment: Shipment) {
      const consignee = landscape.partyOf.scm.get(shipment.order.customer);
      tables.shipments?.put({ key: shipment.id, stamp: shipment.changedAt, row: shipmentJson(shipment, consignee) });
    },
    deleteShipment(shipment: Shipment) {
      tables.shipments?.delete(shipment.id);
    },
  };
  for (const party of landscape.parties) if (party.system === 'scm') save.saveParty(party);
  for (const shipment of landscape.shipments) save.saveShipment(shipment);

  const served = await serveHttp({
    host,
    port,
    authorization: `Bearer ${token}`,
    handle: (request) => answer(request, tables),
    wordError: (status, message) => ({ status, body: JSON.stringify({ status, detail: message }) }),
  });
  return { ...served, ...save };
}

function answer({ path, query }: Request, tables: Record<string, StampedTable<string>>): Answer {
  const [version, resource = '', id, ...rest] = path;
  const table = tables[resource];
  if (version !== 'v1' || !table || rest.length > 0)
    throw new BadRequest('Unknown resource; there are /v1/parties and /v1/shipments.', 404);
  if (id !== undefined) {
    const entry = table.get(id);
    if (!entry) throw new BadRequest(`No ${resource} with id ${id}.`, 404);
    return { status: 200, body: entry.row };
  }
  const limit = Math.min(MAX_LIMIT, Math.max(1, wholeNumber(query, 'limit', USUAL_LIMIT)));
  const entries = table.byStamp();
  const start = firstIndexWhere(entries, startOf(query));
  const page = entries.slice(start, start + limit);
  const last = page.at(-1);
  const more = last !== undefined && start + limit < entries.length;
  const items = page.map((entry) => entry.row).join(',');
  return { status: 200, body: `{"items":[${items}],"next_cursor":${more ? `"${cursorOf(last)}"` : 'null'}}` };
}

/** Where reading starts: behind the cursor's row, at the first change at or after `updated_after`, or at the first row. */
function startOf(query: Request['query']): (entry: Entry<string>) => boolean {
  const cursor = query.get('cursor');
  if (cursor !== undefined) {
    const [, stamp, key] = /^(\d+)\.(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    if (stamp === undefined || key === undefined) throw new BadRequest('The cursor was not given out by this service.');
    return (entry) => entry.stamp > Number(stamp) || (entry.stamp === Number(stamp) && compareText(entry.key, key) > 0);
  }
  const since = query.get('updated_after');
  if (since === undefined) return () => true;
  const from = microsOf(since);
  return (entry) => entry.stamp >= from;
}

function cursorOf({ stamp, key }: Entry<string>): string {
  return Buffer.from(`${stamp}.${key}`).toString('base64url');
}

function microsOf(instant: string): number {
  const [, seconds, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(instant) ?? [];
  const whole = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(whole))
    throw new BadRequest(`updated_after expects a time such as 2025-11-02T08:00:00+01:00, got '${instant}'.`);
  return whole * 1_000 + Number(fraction.padEnd(6, '0'));
}
