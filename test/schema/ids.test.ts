import { describe, expect, it } from '@jest/globals';
import { CUSTOMER_ID_PATTERN, compoundKey, newCustomerId, RECORD_ID_PATTERN, recordId } from '../../schema/ids.ts';

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
