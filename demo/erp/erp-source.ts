import type { Landscape } from '../landscape/landscape.ts';
import type { Order } from '../landscape/orders.ts';
import type { Party } from '../landscape/parties.ts';
import type { CustomerReturn } from '../landscape/returns.ts';
import { type Answer, BadRequest, basic, type Request, type Served, serveHttp } from '../serving/serve-http.ts';
import { createStampedTable, type StampedTable } from '../serving/stamped-table.ts';
import {
  type EntitySetName,
  type EntityType,
  type ErpRow,
  entitySets,
  isEntitySet,
  type PropertyValue,
} from './entity-types.ts';
import { businessPartnerRow, returnRow, salesOrderRow } from './erp-rows.ts';
import { metadataXml } from './metadata.ts';
import { countMatching, projection, readCollection } from './odata-query.ts';

const SERVICE = ['odata', 'v4', 'sales'];

export interface ErpSource extends Served {
  saveParty(party: Party): void;
  saveOrder(order: Order): void;
  saveReturn(comingBack: CustomerReturn): void;
  deleteOrder(order: Order): void;
}

export interface ErpOptions {
  landscape: Landscape;
  host: string;
  port: number;
  user: string;
  password: string;
}

/** The ERP: an OData v4 service with business partners, sales orders and returns. */
export async function startErp({ landscape, host, port, user, password }: ErpOptions): Promise<ErpSource> {
  const tables: Record<EntitySetName, StampedTable<ErpRow>> = {
    BusinessPartners: createStampedTable(),
    SalesOrders: createStampedTable(),
    Returns: createStampedTable(),
  };
  const soldTo = (order: Order) => landscape.partyOf.erp.get(order.customer);

  const save = {
    saveParty(party: Party) {
      const customer = landscape.customers[party.customer];
      if (!customer) return;
      tables.BusinessPartners.put({ key: party.id, stamp: party.changedAt, row: businessPartnerRow(party, customer) });
    },
    saveOrder(order: Order) {
      tables.SalesOrders.put({ key: order.number, stamp: order.changedAt, row: salesOrderRow(order, soldTo(order)) });
    },
    saveReturn(comingBack: CustomerReturn) {
      const row = returnRow(comingBack, soldTo(comingBack.order));
      tables.Returns.put({ key: comingBack.number, stamp: comingBack.changedAt, row });
    },
    deleteOrder(order: Order) {
      tables.SalesOrders.delete(order.number);
    },
  };
  for (const party of landscape.parties) if (party.system === 'erp') save.saveParty(party);
  for (const order of landscape.orders) save.saveOrder(order);
  for (const comingBack of landscape.returns) save.saveReturn(comingBack);

  const served = await serveHttp({
    host,
    port,
    authorization: basic(user, password),
    handle: (request) => answer(request, tables),
    wordError: (status, message) => json(status, { error: { code: `SALES/${status}`, message } }),
  });
  return { ...served, ...save };
}

function answer(request: Request, tables: Record<EntitySetName, StampedTable<ErpRow>>): Answer {
  const { path, query, headers } = request;
  if (SERVICE.some((part, i) => path[i] !== part))
    throw new BadRequest('There is no service at this address; try /odata/v4/sales/.', 404);
  const [resource = '', rest] = path.slice(SERVICE.length);
  if (resource === '') return json(200, serviceDocument());
  if (resource === '$metadata')
    return { status: 200, body: metadataXml(), headers: { 'content-type': 'application/xml' } };

  const [, setName = '', quotedKey] = /^(\w+)(?:\((.*)\))?$/.exec(resource) ?? [];
  if (!isEntitySet(setName)) throw new BadRequest(`Resource not found for the segment '${setName || resource}'.`, 404);
  const type: EntityType = entitySets[setName];
  const table = tables[setName];
  if (rest === '$count')
    return {
      status: 200,
      body: String(countMatching({ type, table, query })),
      headers: { 'content-type': 'text/plain' },
    };
  const write = writer(type, headers);
  if (quotedKey !== undefined) {
    const entry = table.get(readKey(quotedKey, type));
    if (!entry) throw new BadRequest(`The ${type.name} ${quotedKey} does not exist.`, 404);
    return json(200, {
      '@odata.context': `$metadata#${setName}/$entity`,
      ...write(projection(type, query)(entry.row)),
    });
  }
  const { rows, count, nextLink } = readCollection({ type, setName, table, query, headers });
  return json(200, {
    '@odata.context': `$metadata#${setName}`,
    ...(count === null ? {} : { '@odata.count': count }),
    value: rows.map(write),
    ...(nextLink === null ? {} : { '@odata.nextLink': nextLink }),
  });
}

function readKey(quoted: string, type: EntityType): string {
  const [, key] = /^(?:\w+=)?'((?:[^']|'')*)'$/.exec(quoted) ?? [];
  if (key === undefined) throw new BadRequest(`Expected the key of ${type.name} in quotes, got (${quoted}).`);
  return key.replaceAll("''", "'");
}

/** Decimals go out as text for clients that ask for all digits (`IEEE754Compatible=true`), as numbers for others. */
function writer(type: EntityType, headers: Request['headers']): (row: ErpRow) => Record<string, unknown> {
  if (/IEEE754Compatible=true/i.test(headers.accept ?? '')) return (row) => row;
  const asNumbers = (row: ErpRow, properties: EntityType['properties']): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        const inner = type.navigation[name];
        if (Array.isArray(value)) return [name, inner ? value.map((item) => asNumbers(item, inner.properties)) : value];
        return [name, properties[name] === 'Edm.Decimal' ? numberOf(value) : value];
      }),
    );
  return (row) => asNumbers(row, type.properties);
}

function numberOf(value: PropertyValue): number | null {
  return value === null ? null : Number(value);
}

function serviceDocument() {
  const value = Object.keys(entitySets).map((name) => ({ name, kind: 'EntitySet', url: name }));
  return { '@odata.context': '$metadata', value };
}

function json(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body), headers: { 'odata-version': '4.0' } };
}
