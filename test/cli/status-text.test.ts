import { describe, expect, it } from '@jest/globals';
import { describeErrors } from '../../cli/actions/describe-errors.ts';
import { describeStatus, type Status } from '../../cli/actions/stream-status.ts';
import { ageText } from '../../cli/terminal/age-text.ts';

describe('the text of a status', () => {
  it('tells ages in the units that say something', () => {
    expect([null, 0, 59, 60, 250, 3_600, 90_061, 1_000_000].map(ageText)).toEqual([
      'never',
      '0s',
      '59s',
      '1m',
      '4m 10s',
      '1h',
      '1d 1h',
      '11d 13h',
    ]);
  });

  it('says an error once that several streams met, broken between words where there is a width', () => {
    const [code, message] = ['SOURCE_UNREACHABLE', 'connection refused. Check the url.'];
    const errors = ['erp/orders', 'erp/returns'].map((name) => ({ name, code, message }));
    expect(describeErrors(errors, null)).toBe(`erp/orders, erp/returns\n  ${code}: ${message}`);
    expect(describeErrors(errors, 42)).toBe(
      'erp/orders, erp/returns\n  SOURCE_UNREACHABLE: connection refused.\n  Check the url.',
    );
    expect(describeErrors([], 40)).toBe('');
  });

  it('says which references lead nowhere, with records and what was read there', () => {
    const danglingReferences = [
      {
        entity: 'order',
        field: 'partyId',
        target: 'party',
        count: 1_200,
        samples: [
          { key: 'A-1', value: '4711.0' },
          { key: 'A-2', value: null },
        ],
      },
    ];
    const stream = { system: 'erp', stream: 'orders', ageSeconds: 1, lagSeconds: 0, lastAttemptAt: 'x' };
    const status = { systems: [], streams: [{ ...stream, danglingReferences }] } as unknown as Status;
    expect(describeStatus(status, null)).toContain(
      'References that lead nowhere:\n  erp/orders: 1,200 of order.partyId lead to no party, for example "4711.0" in record A-1, that in record A-2',
    );
  });

  it('shows breaker, age, lateness, quarantine, drift and the last error, and where to look on', () => {
    const stream = { system: 'erp', stream: 'orders', ageSeconds: 700, lagSeconds: 400, records: 1_200 };
    const failed = { lastOutcome: 'FAILED', lastAttemptAt: 'x', failures: 2, lastErrorCode: 'SOURCE_BREAKER_OPEN' };
    const until = '2026-03-01T08:00:15.000000Z';
    const breaker = { state: 'OPEN', since: until, until, failures: 4, lastError: 'refused' } as const;
    const completeness = { status: 'UNKNOWN', reason: 'the list has 100 records', total: null, came: 100, at: until };
    const verified = { completeness, verifiedSeconds: 7_200, lastVerifyDifferences: 4 };
    const status = {
      systems: [
        {
          system: 'erp',
          status: 'DOWN',
          syncedAt: null,
          ageSeconds: 700,
          breaker,
          consistency: { status: 'DIFFERENT' },
        },
      ],
      streams: [{ ...stream, ...failed, lastErrorMessage: 'left alone', quarantined: 3, drift: 1, ...verified }],
    } as unknown as Status;
    expect(describeStatus(status, null).split('\n')).toEqual([
      'SOURCE  STATUS  AGE      BREAKER                  PROVED',
      'erp     DOWN    11m 40s  open until 08:00:15 UTC  DIFFERENT',
      '',
      'STREAM      AGE      LATE BY  LAST PASS  RECORDS  QUARANTINE  DRIFT  COMPLETE  VERIFIED  DIFFERENT',
      'erp/orders  11m 40s  6m 40s   FAILED       1,200           3      1  unknown   2h                4',
      '',
      'erp/orders',
      '  SOURCE_BREAKER_OPEN: left alone',
      '',
      'Whether all records came is unknown, because the list has 100 records: erp/orders.',
      '',
      'What does not fit, and why: customer360 quarantine list',
      'What differs from the source: customer360 verify',
      'Which fields have changed: customer360 drift list',
    ]);
  });
});
