import { describe, expect, it } from '@jest/globals';
import { isObjectType, parse } from 'graphql';
import type { Settings } from '../../config/settings/settings.ts';
import { createLocalSchema } from '../../gateway/execution/local-schema.ts';
import { createTouchedStreams } from '../../gateway/freshness/touched-streams.ts';
import { subschemas } from '../../gateway/resolvers/domains/all.ts';
import { entities } from '../../schema/records.ts';

const schema = createLocalSchema(subschemas);
/** One system, one stream an entity. */
const sources = {
  one: { streams: Object.fromEntries(entities.map((entity) => [entity, { records: [{ entity }] }])) },
} as unknown as Settings['sources'];
const touchedStreams = createTouchedStreams(schema, sources);
const touched = (query: string) =>
  touchedStreams(parse(query))
    .map(({ stream }) => stream)
    .sort();

const all = [...entities].sort();
const identity = ['contactPoint', 'identification', 'party'];

describe('the streams that an operation touches', () => {
  it.each([
    ['{ __typename }', []],
    ['{ orders { totalCount } }', ['order']],
    ['{ orders { nodes { lines { sku order { id } } } } }', ['order', 'orderLine']],
    ['{ orders { stats { count amount { amount } } } }', ['order']],
    ['{ customers { nodes { displayName } } }', identity],
    ['{ node(id: "x") { ... on Order { orderNumber } } }', ['order']],
    ['{ node(id: "x") { ...case } } fragment case on ServiceCase { subject }', ['serviceCase']],
    [
      '{ orders(filter: {shipmentStatus: [EXCEPTION]}) { totalCount } }',
      ['order', 'orderLine', 'shipment', 'shipmentLine'],
    ],
    [
      '{ orders(filter: {overdue: true}) { totalCount } }',
      ['invoice', 'invoiceLine', 'order', 'orderLine', 'payment', 'paymentAllocation'],
    ],
    ['{ customers(filter: {grade: [A]}) { totalCount } }', all],
    ['{ customers(orderBy: SALES_DESC) { totalCount } }', all],
    ['query ($o: CustomerOrder) { customers(orderBy: $o) { totalCount } }', all],
    ['{ customers(filter: {country: ["DE"]}, orderBy: CREATED_AT_ASC) { totalCount } }', identity],
    ['{ orders(filter: {customerGrade: [A]}) { totalCount } }', all],
    ['{ customers(filter: {unresolvedComplaint: true}) { totalCount } }', [...identity, 'serviceCase']],
    ['{ sources { system } }', all],
  ])('of %s', (query, streams) => {
    expect(touched(query)).toEqual(streams);
  });

  it('are those of all arguments that a variable may name', () => {
    const streams = touched('query ($f: OrderFilter) { orders(filter: $f) { totalCount } }');
    expect(streams).toEqual(expect.arrayContaining(['order', 'shipment', 'invoice', 'party']));
  });

  it('are those of the whole way from order to cash, for its states', () => {
    const whole = ['order', 'orderLine', 'shipment', 'customerReturn', 'invoice', 'payment', 'paymentAllocation'];
    for (const field of ['fulfilment', 'billing', 'settlement', 'stage', 'lines { openQty }']) {
      expect(touched(`{ orders { nodes { ${field} } } }`)).toEqual(expect.arrayContaining(whole));
    }
  });

  it('are those of the whole way, for lists by it', () => {
    const asked = ['filter: {stage: [OVERDUE]}', 'filter: {nextDue: {to: "2026-03-01"}}', 'orderBy: NEXT_DUE_ASC'];
    for (const argument of asked) {
      expect(touched(`{ orders(${argument}) { totalCount } }`)).toEqual(
        expect.arrayContaining(['invoice', 'shipment']),
      );
    }
  });

  it('are never none where a type of records is asked for', () => {
    const recordTypes = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) && 'sourceRecord' in type.getFields(),
    );
    expect(recordTypes.length).toBeGreaterThan(8);
    for (const { name } of recordTypes) {
      expect([name, touched(`{ node(id: "x") { ... on ${name} { id } } }`).length]).not.toEqual([name, 0]);
    }
  });
});
