import { describe, expect, it } from '@jest/globals';
import { streamSettings } from '../../config/settings/settings.ts';
import { lookAtValues } from '../../connectors/mapping/look-at-values.ts';
import type { JsonObject } from '../../schema/json.ts';

type Extra = Record<string, unknown>;

function look(entity: string, fields: Extra, data: JsonObject[], more: Extra = {}) {
  const { each, key, ...stream } = more;
  const entry = { entity, ...(each ? { each, key } : {}), fields };
  const settings = streamSettings.parse({ resource: 'x', key: 'id', ...stream, records: [entry] });
  const sample = data.map((one, index) => ({ key: String(index), version: null, deleted: false, data: one }));
  return lookAtValues({ system: 'crm', streamName: 'x', stream: settings }, sample);
}

const person = { kind: { const: 'PERSON' }, displayName: 'name' };
const ticket = { kind: { const: 'REQUEST' }, status: { const: 'NEW' } };
const many = (count: number, of: (n: number) => JsonObject) => Array.from({ length: count }, (_, n) => of(n));

describe('a sample of a stream', () => {
  it.each<[string, unknown]>([
    ['a path', 'billing_mail'],
    ['one of several paths', { paths: ['billing_email', 'billing_mail'] }],
    ['a part of a text', { join: ['billing_email', ['billing_mail']] }],
  ])('shows %s that no record has, and the name that is near', async (_, email) => {
    const data = many(40, (n) => ({ id: String(n), name: `P${n}`, billing_email: `p${n}@x.example` }));
    const { suspicions } = await look('party', { ...person, email }, data);
    expect(suspicions).toEqual([
      'party.email reads billing_mail, which none of 40 records has. Did you mean "billing_email"?',
    ]);
  });

  it('shows a path that no element of a list has', async () => {
    const fields = { partyId: '^.id', kind: { const: 'EMAIL' }, raw: 'mail' };
    const data = many(3, (n) => ({ id: String(n), mails: [{ no: '1', email: 'a@x.example' }] }));
    const { suspicions } = await look('contactPoint', fields, data, { each: 'mails', key: ['^.id', 'no'] });
    expect(suspicions).toEqual([expect.stringContaining('reads mail, which none of 3 elements of mails has')]);
  });

  it('does not call a field missing that is there and null, or in one record only', async () => {
    const data = many(9, (n) => ({ id: String(n), name: `P${n}`, email: null, ...(n === 4 && { phone: '1' }) }));
    const { suspicions } = await look('party', { ...person, email: 'email', phone: 'phone' }, data);
    expect(suspicions).toEqual([]);
  });

  it.each<[string, Extra, string]>([
    ['1970-01-01T00:00:00Z', {}, '1970-01-01'],
    ['0001-01-01T00:00:00', {}, '0001-01-01'],
    ['1900-01-01', {}, '1900-01-01'],
    ['9999-12-31', {}, '9999-12-31'],
    ['/Date(0)/', {}, '1970-01-01'],
    ['0', { format: 'X' }, '1970-01-01'],
  ])('shows %s in many records as a time that is not set', async (stamp, options, day) => {
    const data = many(30, (n) => ({ id: String(n), done: n < 20 ? stamp : null }));
    const fields = { ...ticket, resolvedAt: { path: 'done', ...options } };
    const { suspicions } = await look('serviceCase', fields, data);
    expect(suspicions).toEqual([
      `serviceCase.resolvedAt is ${day} in 20 of 30, which often stands for a time that is not set; if it does, write \`nulls: ["${day}"]\` once for the source`,
    ]);
    expect((await look('serviceCase', fields, data, { nulls: [day] })).suspicions).toEqual([]);
  });

  it('shows a change stamp that is not set, until it is listed', async () => {
    const data = many(30, (n) => ({
      id: String(n),
      changed: n < 20 ? '1970-01-01T00:00:00Z' : '2026-11-01T10:00:00Z',
    }));
    const cursor = { field: 'changed' };
    expect((await look('serviceCase', ticket, data, { cursor })).suspicions).toEqual([
      expect.stringContaining('the cursor changed is 1970-01-01 in 20 of 30'),
    ]);
    const nulls = ['1970-01-01'];
    expect((await look('serviceCase', ticket, data, { cursor, nulls })).suspicions).toEqual([]);
  });

  it('does not suspect the few who were born that day', async () => {
    const data = many(100, (n) => ({ id: String(n), name: `P${n}`, born: n < 3 ? '1970-01-01' : '1980-02-03' }));
    expect((await look('party', { ...person, birthDate: 'born' }, data)).suspicions).toEqual([]);
  });

  it('shows how many rows have each field, and which are the same everywhere', async () => {
    const data = many(20, (n) => ({
      id: String(n),
      name: `P${n}`,
      country: 'DE',
      mail: n < 5 ? `${n}@x.example` : null,
    }));
    const { fillRates, constant } = await look('party', { ...person, country: 'country', email: 'mail' }, data);
    expect(fillRates).toEqual([
      'party.kind 100 %',
      'party.displayName 100 %',
      'party.country 100 %',
      'party.email 25 %',
    ]);
    expect(constant).toEqual(['party.country']);
  });
});
