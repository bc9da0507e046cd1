import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '../../../cache/database/database.ts';
import { createStatusStore } from '../../../cache/streams/status-store.ts';
import { createClockWatch } from '../../../config/clock/clock-watch.ts';
import { createLog } from '../../../config/observability/log.ts';
import { hubSettings, type Settings } from '../../../config/settings/settings.ts';
import { createFreshnessReader } from '../../../gateway/freshness/freshness.ts';
import { createMetrics } from '../../../gateway/metrics/create-metrics.ts';
import { createSchedule, type Schedule } from '../../../sync-jobs/schedule/schedule.ts';
import { databases } from '../../setup/databases.ts';
import { createFakeSource } from '../../sync-jobs/fake-source.ts';
import { orderStream } from '../../sync-jobs/harness.ts';
import { fault } from '../fault.ts';

jest.setTimeout(180_000);

const HOUR = 3_600_000;
const everySecond = '* * * * * *';
const newYear = '0 0 1 1 *';

describe.each(databases)('the clock of the hub, with its cache in $name', (database) => {
  let cache: Cache;
  let schedule: Schedule | undefined;
  let count = 0;
  const lines: string[] = [];
  const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) }, pretty: false });

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    jest.useRealTimers();
    await schedule?.stop();
    schedule = undefined;
  });

  /** Only what the machine's clock says: timers and the steady clock go on. */
  function putClock(milliseconds: number): void {
    const apart = [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
    ] as const;
    const others = ['nextTick', 'hrtime', 'performance', 'queueMicrotask'] as const;
    jest.useFakeTimers({ doNotFake: [...apart, ...others], now: Date.now() + milliseconds, advanceTimers: true });
  }

  async function start(times: { schedule: string }) {
    count += 1;
    lines.length = 0;
    const source = createFakeSource();
    source.put('1', { number: 'A-1' });
    const stream = orderStream(source, cache, { system: `erp${count}` });
    const { system, source: own, connector } = stream.request;
    const settings: Settings = {
      ...hubSettings.parse({ database: {}, gateway: {}, identity: {}, log: {} }),
      sources: { [system]: { ...own, verifySchedule: 'off', reconcileSchedule: newYear, ...times } },
    };
    const clock = createClockWatch(log);
    schedule = createSchedule({ settings, cache, connectors: { [system]: connector }, log, clock });
    await schedule.start();
    const passes = async () =>
      (await createStatusStore(cache).runs({ system, first: 100 })).filter(({ outcome }) => outcome === 'SUCCEEDED')
        .length;
    const comeTo = async (wanted: () => Promise<boolean>) => {
      for (let patience = 0; patience < 300 && !(await wanted()); patience += 1) await sleep(50);
    };
    await comeTo(async () => (await passes()) > 0);
    const state = async () =>
      (await createFreshnessReader({ cache, settings }).current()).find((one) => one.system === system);
    const metrics = () => createMetrics({ cache, settings, clockJumps: clock.jumps }).text();
    return { passes, comeTo, state, metrics, clock, system };
  }

  for (const [way, hours] of [
    ['back by an hour', -1],
    ['back by two days', -48],
    ['forward by two days', 48],
  ] as const) {
    const moved = async () => {
      const hub = await start({ schedule: everySecond });
      putClock(hours * HOUR);
      const before = await hub.passes();
      await hub.comeTo(async () => (await hub.passes()) >= before + 3);
      expect(await hub.passes()).toBeGreaterThanOrEqual(before + 3);
      const { ageSeconds, status, lagSeconds } = (await hub.state()) ?? {};
      expect({ status, isTrue: Number(ageSeconds) >= -5 && Number(ageSeconds) < 100 }).toEqual({
        status: 'FRESH',
        isTrue: true,
      });
      expect(lagSeconds).toBeLessThan(100);
      await hub.comeTo(async () => lines.length > 0);
      expect(lines.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ direction: hours < 0 ? 'back' : 'forward', seconds: Math.abs(hours) * 3_600 }),
      );
      const jumps = `customer360_clock_jumps_total{direction="${hours < 0 ? 'back' : 'forward'}"} 1`;
      expect(await hub.metrics()).toContain(jumps);
    };
    if (hours < 0) fault(51, `passes go on and ages are true when it is put ${way}`, 'steady time', moved);
    else it(`FAULTS 51: passes go on and ages are true when it is put ${way}`, moved);
  }

  fault(51, 'what has not been read for two hours is not new because it is put back', 'steady time', async () => {
    const hub = await start({ schedule: newYear });
    const twoHoursAgo = new Date(Date.now() - 2 * HOUR).toISOString().replace('Z', '000Z');
    const stored = cache.dialect === 'mysql' ? twoHoursAgo.replace('T', ' ').replace('Z', '') : twoHoursAgo;
    await cache.execute('UPDATE stream_states SET last_success_at = ? WHERE `system` = ?', [stored, hub.system]);
    putClock(-48 * HOUR);
    expect((await hub.state())?.ageSeconds).toBeGreaterThan(7_000);
    const age = new RegExp(`customer360_stream_age_seconds{source="${hub.system}",stream="orders"} (\\S+)`);
    expect(Number(age.exec(await hub.metrics())?.[1])).toBeGreaterThan(7_000);
  });

  fault(
    51,
    'a success of a time to come, noted by a clock that was wrong, is neither fresh nor in time',
    'steady time',
    async () => {
      const hub = await start({ schedule: everySecond });
      await schedule?.stop();
      const ahead = new Date(Date.now() + 48 * HOUR).toISOString().replace('Z', '000Z');
      const stored = cache.dialect === 'mysql' ? ahead.replace('T', ' ').replace('Z', '') : ahead;
      await cache.execute('UPDATE stream_states SET last_success_at = ? WHERE `system` = ?', [stored, hub.system]);
      const { ageSeconds, lagSeconds, status } = (await hub.state()) ?? {};
      expect({ status, ahead: Number(ageSeconds) < -170_000, late: Number(lagSeconds) > 170_000 }).toEqual({
        status: 'STALE',
        ahead: true,
        late: true,
      });
    },
  );
});
