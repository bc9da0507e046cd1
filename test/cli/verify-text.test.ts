import { describe, expect, it } from '@jest/globals';
import { describeReports, reportAsJson } from '../../cli/verify-streams.ts';
import { HubError } from '../../config/errors.ts';
import { differentError, type RepairFacts, type VerifyReport } from '../../sync-jobs/verify-report.ts';

function different(repair: RepairFacts | undefined): VerifyReport {
  const side = { records: 9, aside: 0, checksum: '0123456789abcdef' };
  const facts = {
    ...{ system: 'erp', stream: 'orders', source: side, cache: side, missing: 0, extra: 0, different: 1 },
    ...{ differences: [{ key: '7', kind: 'DIFFERENT' as const, fields: [] }] },
    ...{ method: 'RECORDS' as const, reason: null, rejected: 0, settled: 0, moving: 0, kept: 0, reread: 1 },
    ...{ equal: 8, pending: 0, undecided: 0, undecidedRecords: [], unseen: 0 },
    ...{ completeness: { status: 'ENDED' as const, reason: null, total: null, came: 9 } },
    ...(repair ? { repair } : {}),
  };
  return { ...facts, outcome: 'DIFFERENT', error: differentError(facts) };
}

const shrunk = new HubError('SOURCE_SHRUNK', 'Most of them are missing there.');

describe('the text of a verify', () => {
  it('names the repair to those who did not ask for one', () => {
    const text = describeReports([different(undefined)]);
    expect(text).toContain('customer360 verify --repair');
    expect(text).not.toContain('repaired.');
  });

  it('says what was repaired, what stopped it and what is left for another one', () => {
    const text = describeReports([different({ found: 12, repaired: 9, left: 2, error: shrunk })]);
    expect(text).toContain('erp/orders: 9 of 12 differing records repaired.');
    expect(text).toContain('did not get to its end: SOURCE_SHRUNK: Most of them are missing there.');
    expect(text).toContain('2 more than one repair takes on: run customer360 verify erp/orders --repair again.');
    expect(text).toContain('erp/orders differs in 1 records:\n  7 differs');
  });

  it('says once why streams were read in full, and names them', () => {
    const read = (stream: string): VerifyReport => ({
      ...(different(undefined) as Extract<VerifyReport, { outcome: 'DIFFERENT' }>),
      stream,
      reason: 'its source computes none',
    });
    const text = describeReports([read('orders'), read('partners')]);
    expect(text).toContain('Read in full, because its source computes none: erp/orders, erp/partners.');
  });

  it('gives the error of a repair in JSON as it gives all others', () => {
    const json = reportAsJson(different({ found: 1, repaired: 0, left: 0, error: shrunk }));
    expect(JSON.parse(JSON.stringify(json))).toMatchObject({
      repair: { repaired: 0, error: { code: 'SOURCE_SHRUNK', message: shrunk.message } },
      error: { code: 'VERIFY_DIFFERENT', message: expect.stringContaining(shrunk.message) },
    });
  });
});
