import { describe, expect, it } from '@jest/globals';
import { type SourceSettings, sourceSettings } from '../../config/settings/settings.ts';
import { freshness, type StreamPasses } from '../../customer-360/freshness.ts';
import { instantOf } from '../../schema/time.ts';

const now = Date.UTC(2026, 2, 1, 12);
const minutesAgo = (minutes: number) => instantOf(now - minutes * 60_000);

describe('freshness', () => {
  it('is FRESH while every stream is younger than three times its schedule, and as old as the oldest', () => {
    const passes = [passed('erp', 'orders', 2), passed('erp', 'parties', 14)];
    expect(freshness(passes, sources(), now)).toEqual([
      { system: 'erp', status: 'FRESH', syncedAt: minutesAgo(14), ageSeconds: 840, lagSeconds: 540 },
    ]);
  });

  it('is STALE as soon as one stream is older', () => {
    const passes = [passed('erp', 'orders', 2), passed('erp', 'parties', 16)];
    expect(freshness(passes, sources(), now)).toMatchObject([{ status: 'STALE', ageSeconds: 960 }]);
  });

  it('lags by what no schedule explains, of the stream that is furthest behind', () => {
    const passes = [passed('erp', 'orders', 4), passed('erp', 'parties', 7)];
    expect(freshness(passes, sources(), now)).toMatchObject([{ ageSeconds: 420, lagSeconds: 120 }]);
    const inTime = [passed('erp', 'orders', 4), passed('erp', 'parties', 1)];
    expect(freshness(inTime, sources(), now)).toMatchObject([{ ageSeconds: 240, lagSeconds: 0 }]);
  });

  it('goes by staleAfter where it is set', () => {
    const passes = [passed('erp', 'orders', 2), passed('erp', 'parties', 50)];
    expect(freshness(passes, sources({ staleAfter: 3_600_000 }), now)).toMatchObject([{ status: 'FRESH' }]);
  });

  it('is STALE and has no age before every stream was read once', () => {
    const expected = [{ system: 'erp', status: 'STALE', syncedAt: null, ageSeconds: null, lagSeconds: null }];
    expect(freshness([passed('erp', 'orders', 1)], sources(), now)).toEqual(expected);
    expect(freshness([], sources(), now)).toEqual(expected);
  });

  it.each(['SOURCE_UNREACHABLE', 'SOURCE_UNAUTHORIZED', 'SOURCE_BREAKER_OPEN'])(
    'is DOWN, with the reason, after %s',
    (code) => {
      const passes = [passed('erp', 'orders', 3), failed('erp', 'parties', { success: 8, attempt: 2, code })];
      expect(freshness(passes, sources(), now)).toEqual([
        {
          system: 'erp',
          status: 'DOWN',
          syncedAt: minutesAgo(8),
          ageSeconds: 480,
          lagSeconds: 180,
          error: `${code}: no answer`,
        },
      ]);
    },
  );

  it('is not DOWN when another stream has got through since', () => {
    const passes = [
      passed('erp', 'orders', 1),
      failed('erp', 'parties', { success: 8, attempt: 2, code: 'SOURCE_UNREACHABLE' }),
    ];
    expect(freshness(passes, sources(), now)).toMatchObject([
      { status: 'FRESH', error: 'SOURCE_UNREACHABLE: no answer' },
    ]);
  });

  it('is not DOWN when the system answers but a pass fails for another reason', () => {
    const passes = [
      passed('erp', 'orders', 3),
      failed('erp', 'parties', { success: 8, attempt: 2, code: 'QUARANTINE_THRESHOLD' }),
    ];
    expect(freshness(passes, sources(), now)).toMatchObject([
      { status: 'FRESH', error: 'QUARANTINE_THRESHOLD: no answer' },
    ]);
  });

  it('leaves out streams and systems that are no longer configured', () => {
    const passes = [
      passed('erp', 'orders', 1),
      passed('erp', 'parties', 1),
      passed('erp', 'gone', 9_000),
      passed('old', 'x', 1),
    ];
    expect(freshness(passes, sources(), now)).toMatchObject([{ system: 'erp', status: 'FRESH', ageSeconds: 60 }]);
  });

  it('does not take a success that is yet to come for a fresh one: a clock was put back', () => {
    const passes = [passed('erp', 'orders', -5), passed('erp', 'parties', -5)];
    expect(freshness(passes, sources(), now)).toMatchObject([{ status: 'STALE', ageSeconds: -300, lagSeconds: 300 }]);
  });
});

function sources(own: { staleAfter?: number } = {}): Record<string, SourceSettings> {
  const stream = { resource: 'x', key: 'id', deletes: 'none' as const, quarantineThreshold: 0.2, records: [] };
  const source = { ...sourceSettings.parse({ kind: 'demo' }), ...own };
  return { erp: { ...source, streams: { orders: stream, parties: stream } } };
}

function passed(system: string, stream: string, minutes: number): StreamPasses {
  const at = minutesAgo(minutes);
  return {
    system,
    stream,
    lastAttemptAt: at,
    lastSuccessAt: at,
    lastErrorCode: null,
    lastErrorMessage: null,
    failures: 0,
  };
}

function failed(
  system: string,
  stream: string,
  { success, attempt, code }: { success: number; attempt: number; code: string },
): StreamPasses {
  const times = { lastAttemptAt: minutesAgo(attempt), lastSuccessAt: minutesAgo(success) };
  return { system, stream, ...times, lastErrorCode: code, lastErrorMessage: 'no answer', failures: 1 };
}
