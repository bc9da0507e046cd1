import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'lossless-json';
import type { Cache } from '../../cache/database/database.ts';
import { fieldsOf } from '../../cache/schema/tables.ts';
import { canonicalValue, decodeSum, sumOf } from '../../cache/sql/row-codec.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import type { FieldValue, PageRecord } from '../../cache/sync/page-record.ts';
import type { FieldKind } from '../../schema/fields.ts';
import { recordId } from '../../schema/ids.ts';
import type { JsonObject } from '../../schema/json.ts';
import { type Entity, entities } from '../../schema/records.ts';
import { databases } from '../setup/databases.ts';
import { NOW, type OpenPass, openPass, rowOf } from './page-builder.ts';

describe.each(databases)('values kept on $name', (database) => {
  let cache: Cache;
  let pass: OpenPass;
  beforeAll(async () => {
    cache = await database.open();
    pass = await openPass(cache);
  });
  afterAll(() => database.drop());

  it('come back as they went in, for every field of every entity', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow(), { minLength: 1, maxLength: 20 }), async (rows) => {
        run += 1;
        const records = rows.map(({ entity, fields }, i) => record(`${run}/${i}`, entity, fields));
        expect((await pass.save(records)).quarantined).toBe(0);
        const ids = (await pass.store.recordsByKeys({ ...pass.lease, keys: records.map((r) => r.record.key) })).map(
          ({ id }) => id,
        );
        const stored = new Map((await pass.store.canonicalRowsOf(ids)).map((row) => [row.id, row]));
        for (const { rows: made } of records) {
          for (const row of made) {
            const kinds = fieldsOf(row.entity);
            expect(stored.get(row.id)?.fields).toEqual(
              Object.fromEntries(kinds.map(([name, kind]) => [name, canonicalValue(kind, row.fields[name])])),
            );
          }
        }
      }),
      { numRuns: 25, seed: 20260301 },
    );
  });

  it('add up exactly, beyond what a double or 64 bits hold', async () => {
    const amounts = ['922337203685477.5807', '922337203685477.5807', '0.1', '0.2', '-0.0001', '-5'];
    await pass.save(amounts.map((amount, i) => record(`sum/${i}`, 'payment', payment(amount))));
    expect(await sumOfPayments('sum/%')).toBe('1844674407370950.4613');
    expect(await sumOfPayments('nothing like it')).toBe('0');
    expect(await sumOfPayments('sum/%', 'amount - ABS(amount)')).toBe('-10.0002');
  });

  it('keep the largest decimal of the model, or say that SQLite cannot', async () => {
    const counts = await pass.save([record('max', 'payment', payment('999999999999999.9999'))]);
    if (cache.dialect === 'mysql') {
      expect(counts.changed).toBe(1);
      expect(await sumOfPayments('max')).toBe('999999999999999.9999');
    } else {
      expect(counts.quarantined).toBe(1);
      expect(await reasonOf('max')).toContain('payment.amount: expected a decimal within ±922337203685477.5807');
    }
  });

  it('tell keys apart byte by byte', async () => {
    const keys = ['a', 'A', 'a ', ' a', 'ß', 'ss', 'é', 'e\u0301', '😀', '😁', '00123', '123', 'a\u0000'];
    await pass.save(keys.map((key) => record(key, 'party', { kind: 'PERSON', displayName: key, crossReferences: [] })));
    const found = await pass.store.recordsByKeys({ ...pass.lease, keys });
    expect(found.map(({ key }) => key).sort()).toEqual([...keys].sort());
    const rows = await pass.store.canonicalRowsOf(found.map(({ id }) => id));
    expect(rows.map(({ fields }) => fields.displayName).sort()).toEqual([...keys].sort());
    await pass.store.deleteMissing({ lease: pass.lease, runId: pass.runId, keys: ['a', 'ß', '😀'], now: NOW });
    const left = (await pass.store.recordsByKeys({ ...pass.lease, keys })).filter(({ deletedAt }) => !deletedAt);
    expect(left).toHaveLength(keys.length - 3);
  });

  it('keep every digit of the raw record', async () => {
    const text = '{"id":12345678901234567890,"price":10.10,"tiny":1e-20,"half":"\\ud83d","emoji":"😀"}';
    const data = parse(text) as JsonObject;
    await pass.save([{ outcome: 'mapped', record: { key: 'raw', version: null, data }, rows: [] }]);
    const [row] = await cache.query('SELECT raw FROM source_records WHERE source_key = ?', ['raw']);
    expect(row?.raw).toBe(text);
    const altered = { ...data, price: (parse('{"n":10.1}') as JsonObject).n ?? null };
    const again: PageRecord = { outcome: 'mapped', record: { key: 'raw', version: null, data: altered }, rows: [] };
    expect((await pass.save([again])).changed).toBe(1);
    const reordered = Object.fromEntries(Object.entries(altered).reverse());
    expect((await pass.save([{ ...again, record: { ...again.record, data: reordered } }])).unchanged).toBe(1);
  });

  it('that do not fit a column go to quarantine with the reason, and the rest of the page is saved', async () => {
    const long = 'k'.repeat(256);
    const cases: [key: string, entity: Entity, fields: Record<string, FieldValue>, reason: string][] = [
      [long, 'payment', payment('1'), 'Expected a key of at most 255 characters, got 256'],
      [
        'long',
        'payment',
        { ...payment('1'), method: '😀'.repeat(65) },
        'payment.method: expected at most 64 characters, got 65',
      ],
      ['half', 'payment', { ...payment('1'), method: 'x\ud83d' }, 'payment.method: expected whole Unicode characters'],
      [
        'digits',
        'payment',
        payment('1.23456'),
        'payment.amount: expected a decimal with at most 15 integer and 4 fraction',
      ],
      [
        'day',
        'payment',
        { ...payment('1'), receivedAt: '2026-02-30' },
        'payment.receivedAt: expected a date YYYY-MM-DD that exists',
      ],
      [
        'instant',
        'interaction',
        { channel: 'WEB', occurredAt: '2026-02-30T00:00:00.000000Z' },
        'interaction.occurredAt: expected an instant',
      ],
      [
        'integer',
        'orderLine',
        { orderId: recordId({ system: 'erp', entity: 'order', key: '1' }), lineNo: 1.5 },
        'orderLine.lineNo: expected a whole number',
      ],
      [
        'enum',
        'payment',
        { ...payment('1'), status: 'PERHAPS' },
        'payment.status: expected one of PENDING, RECEIVED, FAILED, got PERHAPS',
      ],
      ['reference', 'payment', { ...payment('1'), partyId: '42' }, 'payment.partyId: expected a record id, got 42'],
    ];
    const misfits = cases.map(([key, entity, fields]) => record(key, entity, fields));
    const good = record('good', 'payment', { ...payment('1'), method: '😀'.repeat(64) });
    expect(await pass.save([...misfits, good])).toMatchObject({ changed: 1, quarantined: cases.length });
    for (const [key, , , reason] of cases) {
      expect(await reasonOf(key === long ? `${'k'.repeat(254)}…` : key)).toContain(reason);
    }
    expect(await pass.store.recordsByKeys({ ...pass.lease, keys: cases.map(([key]) => key) })).toEqual([]);
  });

  function record(key: string, entity: Entity, fields: Record<string, FieldValue>): PageRecord & { outcome: 'mapped' } {
    return { outcome: 'mapped', record: { key, version: null, data: { key } }, rows: [rowOf(entity, key, fields)] };
  }

  async function sumOfPayments(like: string, expression = 'amount'): Promise<string> {
    const [row] = await cache.query(
      `SELECT ${sumOf(expression, cache.dialect)} AS total FROM payments WHERE source_key LIKE ?`,
      [like],
    );
    return decodeSum(row?.total, cache.dialect);
  }

  async function reasonOf(key: string): Promise<string | undefined> {
    const quarantined = await createQuarantineStore(cache).list({ system: 'erp', stream: 'orders', first: 100 });
    return quarantined.find((each) => each.key === key)?.message;
  }
});

function payment(amount: string): Record<string, FieldValue> {
  return { status: 'RECEIVED', currency: 'EUR', amount };
}

function anyRow(): fc.Arbitrary<{ entity: Entity; fields: Record<string, FieldValue> }> {
  return fc
    .constantFrom(...entities)
    .chain((entity) =>
      fc
        .record(Object.fromEntries(fieldsOf(entity).map(([name, kind]) => [name, anyValue(kind)])))
        .map((fields) => ({ entity, fields })),
    );
}

function anyValue(kind: FieldKind): fc.Arbitrary<FieldValue> {
  switch (kind.type) {
    case 'text':
      return fc.string({ unit: 'binary', maxLength: Math.min(kind.length, 40) });
    case 'longText':
      return fc.string({ unit: 'binary', maxLength: 500 });
    case 'integer':
      return fc.maxSafeInteger();
    case 'boolean':
      return fc.boolean();
    case 'decimal':
      return fc
        .tuple(
          fc.bigInt({ min: -922_337_203_685_477n, max: 922_337_203_685_476n }),
          fc.stringMatching(/^(\.\d{1,4})?$/),
        )
        .map(([whole, fraction]) => `${whole}${fraction}`);
    case 'date':
      return anyTime().map((time) => time.slice(0, 10));
    case 'instant':
      return anyTime();
    case 'enum':
      return fc.constantFrom(...kind.values);
    case 'reference':
      return anyId();
    case 'references':
      return fc.array(anyId(), { maxLength: 4 });
  }
}

function anyTime(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
      fc.integer({ min: 0, max: 999 }),
    )
    .map(([date, micros]) => date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`));
}

function anyId(): fc.Arbitrary<string> {
  return fc.string().map((key) => recordId({ system: 'erp', entity: 'any', key }));
}
