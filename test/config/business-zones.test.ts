import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { businessDate, startOfDate, zoneName, zoneOf } from '../../config/settings/business-zones.ts';
import { instantOf } from '../../schema/time.ts';

const zones = [
  'UTC',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Seoul',
  'Pacific/Kiritimati',
  'Europe/Berlin',
];

describe('business days', () => {
  it.each([
    ['2026-01-16T01:30:00.000000Z', 'America/New_York', '2026-01-15'],
    ['2026-01-15T15:00:00.000000Z', 'Asia/Seoul', '2026-01-16'],
    ['2026-01-15T14:59:59.999999Z', 'Asia/Seoul', '2026-01-15'],
    // the day of 23 hours ends an hour earlier in UTC, the day of 25 hours an hour later
    ['2026-03-29T21:59:59.999999Z', 'Europe/Berlin', '2026-03-29'],
    ['2026-03-29T22:00:00.000000Z', 'Europe/Berlin', '2026-03-30'],
    ['2026-10-25T22:59:59.999999Z', 'Europe/Berlin', '2026-10-25'],
    ['2026-10-25T23:00:00.000000Z', 'Europe/Berlin', '2026-10-26'],
  ])('%s is in %s a moment of %s', (instant, zone, date) => {
    expect(businessDate(instant, zone)).toBe(date);
  });

  it('begin where the clocks of the zone say so, also where they skip midnight', () => {
    expect(startOfDate('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000000Z');
    expect(startOfDate('2026-03-30', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000000Z');
    // in Beirut the clocks go from 00:00 to 01:00
    expect(startOfDate('2026-03-29', 'Asia/Beirut')).toBe('2026-03-28T22:00:00.000000Z');
  });

  it('hold every moment in one day only, and begin with their first', () => {
    const moment = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2060, 0) });
    // what fast-check throws names the seed
    fc.assert(
      fc.property(moment, fc.constantFrom(...zones), (time, zone) => {
        const instant = instantOf(time);
        const date = businessDate(instant, zone);
        const start = startOfDate(date, zone);
        expect(start <= instant).toBe(true);
        expect(businessDate(start, zone)).toBe(date);
        expect(businessDate(instantOf(Date.parse(`${start.slice(0, 23)}Z`) - 1), zone) < date).toBe(true);
      }),
    );
  });

  it('are those of the system where it has a zone of its own', () => {
    const settings = { zone: 'Europe/Berlin', zones: { us: 'America/New_York' } };
    expect([zoneOf(settings, 'us'), zoneOf(settings, 'erp'), zoneOf(settings, 'toString')]).toEqual([
      'America/New_York',
      'Europe/Berlin',
      'Europe/Berlin',
    ]);
    expect(zoneName.safeParse('Berlin').error?.issues[0]?.message).toContain('Europe/Berlin');
  });
});
