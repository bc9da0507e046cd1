import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hubSettings } from '../../config/settings/settings.ts';
import { goldenIds } from '../../customer-360/identity/golden/golden-ids.ts';
import { goldenRecord } from '../../customer-360/identity/golden/golden-record.ts';
import { party } from './party-facts.ts';

describe('golden ids', () => {
  const ids = (clusters: string[][], before: Record<string, string>) => {
    let next = 0;
    return goldenIds(clusters, new Map(Object.entries(before)), () => `new${next++}`);
  };

  it('stay with their parties', () => {
    const { clusters, ended, split } = ids([['a', 'b'], ['c']], { a: '1', c: '2' });
    expect(clusters.map((cluster) => cluster.customerId)).toEqual(['1', '2']);
    expect([ended, split]).toEqual([[], 0]);
  });

  it('of a merge: the oldest stays and the others forward to it', () => {
    const [merged] = ids([['a', 'b', 'c']], { a: '2', b: '1', c: '2' }).clusters;
    expect(merged).toEqual({ members: ['a', 'b', 'c'], customerId: '1', merged: ['2'], isNew: false });
  });

  it('of a split: the majority keeps the id and the rest gets a new one', () => {
    const { clusters, split } = ids([['a'], ['b', 'c']], { a: '1', b: '1', c: '1' });
    expect(clusters.map((cluster) => cluster.customerId)).toEqual(['new0', '1']);
    expect(split).toBe(1);
  });

  it('end with their last party', () => {
    expect(ids([['a']], { a: '1', gone: '2' }).ended).toEqual(['2']);
  });

  it('are never held by two clusters', () => {
    const situation = fc.record({
      cluster: fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }),
      before: fc.array(fc.option(fc.nat(5)), { minLength: 20, maxLength: 20 }),
    });
    fc.assert(
      fc.property(situation, ({ cluster, before }) => {
        const clusters = [0, 1, 2, 3, 4, 5]
          .map((c) => cluster.flatMap((own, party) => (own === c ? [`p${party}`] : [])))
          .filter((members) => members.length > 0);
        const idOf = Object.fromEntries(
          before.flatMap((id, party) => (id === null || party >= cluster.length ? [] : [[`p${party}`, `id${id}`]])),
        );
        const result = ids(clusters, idOf);
        const kept = result.clusters.map(({ customerId }) => customerId);
        const all = [...kept, ...result.clusters.flatMap(({ merged }) => merged), ...result.ended];
        expect(new Set(all).size).toBe(all.length);
        expect(new Set(all.filter((id) => id.startsWith('id')))).toEqual(new Set(Object.values(idOf)));
      }),
    );
  });
});

describe('the golden record', () => {
  const { survivorship } = hubSettings.parse({}).identity;
  const record = (...parties: ReturnType<typeof party>[]) =>
    goldenRecord({ parties, searchTerms: [], priorities: { erp: 10, crm: 5 }, survivorship });

  it('takes each field from the system of the highest priority that has it', () => {
    const golden = record(
      party('crm', '1', { displayName: 'Kim', email: 'kim@a.kr', country: 'KR' }),
      party('erp', '1', { displayName: 'KIM CO', country: 'CN' }),
    );
    expect(golden).toMatchObject({ displayName: 'KIM CO', email: 'kim@a.kr', country: 'CN' });
  });

  it('prefers the more complete of equals, then the newer', () => {
    const bare = party('crm', '1', { displayName: 'bare', changedAt: '2026-02-01T00:00:00.000000Z' });
    const full = party('crm', '2', { displayName: 'full', email: 'a@b.de' });
    expect(record(bare, full).displayName).toBe('full');
    const older = party('crm', '3', { displayName: 'older', changedAt: '2026-01-01T00:00:00.000000Z' });
    expect(record(older, bare).displayName).toBe('bare');
  });

  it('takes a blank for nothing', () => {
    expect(record(party('erp', '1', { email: ' ' }), party('crm', '1', { email: 'a@b.de' })).email).toBe('a@b.de');
  });

  it('is found by every name, number and address, folded', () => {
    const golden = goldenRecord({
      parties: [
        party('erp', '1', { displayName: 'ＡＣＭＥ GmbH' }),
        party('crm', '1', { displayName: '주식회사 한빛' }),
      ],
      searchTerms: ['K-1001', 'Info@Acme.DE'],
      priorities: {},
      survivorship,
    });
    expect(golden.searchText.split('\n')).toEqual(['acme gmbh', 'info@acme.de', 'k-1001', '주식회사 한빛']);
  });
});
