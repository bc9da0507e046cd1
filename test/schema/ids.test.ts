import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  CUSTOMER_ID_PATTERN,
  compoundKey,
  newCustomerId,
  RECORD_ID_PATTERN,
  recordId,
  recordIdSalt,
  spreadOf,
} from '../../schema/ids.ts';

describe('record ids', () => {
  it('are UUIDv8, the same for the same reference every time', () => {
    const id = recordId({ system: 'erp', entity: 'order', key: '10248' });
    expect(id).toMatch(RECORD_ID_PATTERN);
    expect(recordId({ system: 'erp', entity: 'order', key: '10248' })).toBe(id);
  });

  it('tell keys apart byte by byte', () => {
    const keys = ['a', 'A', 'a ', 'ß', 'ss', '😀', '', '1', '01'];
    expect(new Set(keys.map((key) => recordId({ system: 'erp', entity: 'order', key }))).size).toBe(keys.length);
  });

  it('are in the order of the numbers in their keys, in whatever stands around them', () => {
    const order = (key: string) => recordId({ system: 'erp', entity: 'order', key });
    for (const keys of [
      ['9', '10', '11', '4500000920', '4500000921'],
      ['INV-2024-000009', 'INV-2024-000010', 'INV-2024-000100'],
      ['4500000920/90', '4500000921/10', '4500000922/20'],
    ]) {
      expect([...keys].map(order).sort()).toEqual(keys.map(order));
    }
    // Of longer numbers the last thirteen digits count; the digest tells them apart all the same.
    expect(order('90000000000000000001').slice(0, 12)).toBe(order('80000000000000000001').slice(0, 12));
    expect(order('90000000000000000001')).not.toBe(order('80000000000000000001'));
  });

  it('end in digits that are spread evenly, and that a database can compute of the key', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 16_000; n += 1) {
      const id = recordId({ system: 'erp', entity: 'order', key: String(n) });
      const digest = createHash('sha256')
        .update(`${recordIdSalt({ system: 'erp', entity: 'order' })}${n}`)
        .digest('hex');
      expect(spreadOf(id, 4)).toBe(digest.slice(0, 4));
      counts.set(spreadOf(id, 1), (counts.get(spreadOf(id, 1)) ?? 0) + 1);
    }
    expect(counts.size).toBe(16);
    expect(Math.min(...counts.values())).toBeGreaterThan(800);
  });

  it('do not confuse a separator inside a part with the one between parts', () => {
    expect(compoundKey(['a/b', 'c'])).not.toBe(compoundKey(['a', 'b/c']));
    expect(compoundKey(['a\\', 'b'])).not.toBe(compoundKey(['a', '\\b']));
  });
});

describe('customer ids', () => {
  it('are UUIDv7 in order of time', () => {
    const ids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map((now) => newCustomerId(now));
    for (const id of ids) expect(id).toMatch(CUSTOMER_ID_PATTERN);
    expect([...ids].sort()).toEqual(ids);
  });
});
