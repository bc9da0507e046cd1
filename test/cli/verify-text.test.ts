import { describe, expect, it } from '@jest/globals';
import { describeReports, reportAsJson } from '../../cli/actions/verify-streams.ts';
import { HubError } from '../../config/errors.ts';
import { differentError, type RepairFacts, type VerifyReport } from '../../sync-jobs/verify/verify-report.ts';

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

  it('tells what is news from what differs, and why a stream is not proved', () => {
    const { error: _, ...facts } = different(undefined) as Extract<VerifyReport, { outcome: 'DIFFERENT' }>;
    const alike = { ...facts, different: 0, differences: [] };
    const text = describeReports([
      { ...alike, outcome: 'EQUAL', pending: 3, moving: 1 },
      {
        ...{ ...alike, stream: 'parties', outcome: 'UNPROVED', unproved: 'nothing tells', undecided: 2 },
        undecidedRecords: [{ key: '9', kind: 'EXTRA', fields: [] }],
      },
    ]);
    expect(text).toContain('equal (3 changed since the last pass, 1 still changing)');
    expect(text).toContain('erp/parties is not proved to be equal, because nothing tells.');
    expect(text).toContain('9 is only in the cache\n  … and 1 more\n  customer360 sync erp/parties');
    expect(text).toContain('1 of 2 streams equal their source.');
  });

  it('says of a stream that differs that it may differ in more records, where its list may be cut', () => {
    const cut = { status: 'UNKNOWN', reason: 'the list has exactly 9 records', total: null, came: 9 } as const;
    const report = { ...(different(undefined) as Extract<VerifyReport, { outcome: 'DIFFERENT' }>), completeness: cut };
    expect(describeReports([{ ...report, unseen: 4 }])).toContain(
      'erp/orders may differ in more records, because the list of the source may be cut: the list has exactly 9 records, and 4 records of the cache were not in it.',
    );
  });
});
