import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createVerifyRunStore } from '../../cache/streams/verify-runs.ts';
import { HubError } from '../../config/errors.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings, type Settings } from '../../config/settings/settings.ts';
import { isOverdue } from '../../sync-jobs/schedule/is-overdue.ts';
import { createSchedule, type Schedule } from '../../sync-jobs/schedule/schedule.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

const messageOf = (line: string) => JSON.parse(line).msg as string;
const everySecond = '* * * * * *';
const newYear = '0 0 1 1 *';

describe.each(databases)('the schedule on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let stream: OrderStream;
  let schedule: Schedule | undefined;
  let lines: string[];
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(() => {
    count += 1;
    lines = [];
    source = createFakeSource();
    stream = orderStream(source, cache, { system: `erp${count}` });
    for (let key = 1; key <= 25; key += 1) source.put(String(key), { number: `A-${key}` });
  });
  afterEach(() => schedule?.stop());

  async function start(times: { schedule: string; reconcileSchedule: string; verifySchedule?: string }) {
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) }, pretty: false });
    const { system, source: own, connector } = stream.request;
    const settings: Settings = {
      ...hubSettings.parse({ database: {}, gateway: {}, identity: {}, log: {} }),
      sources: { [system]: { ...own, verifySchedule: 'off', ...times } },
    };
    schedule = createSchedule({ settings, cache, connectors: { [system]: connector }, log });
    await schedule.start();
  }

  async function until(expected: () => Record<string, string>) {
    for (let patience = 0; patience < 200; patience += 1) {
      if (JSON.stringify(await stream.orders()) === JSON.stringify(expected())) return;
      await sleep(50);
    }
    expect(await stream.orders()).toEqual(expected());
  }

  async function untilLines(count: number) {
    for (let patience = 0; patience < 200 && lines.length < count; patience += 1) await sleep(50);
  }

  it('FAULTS 31: catches up at once on a stream that was never read, and waits for the tick after that', async () => {
    await start({ schedule: newYear, reconcileSchedule: newYear });
    await until(stream.truth);
    await schedule?.stop();

    source.asked.length = 0;
    await start({ schedule: newYear, reconcileSchedule: newYear });
    await schedule?.stop();
    expect(source.asked.filter((what) => what.startsWith('pull'))).toEqual([]);
  });

  it('follows changes and deletes by its ticks', async () => {
    await stream.sync();
    await start({ schedule: everySecond, reconcileSchedule: everySecond });
    source.put('26', { number: 'A-26' });
    source.remove('3');
    await until(stream.truth);
    expect(lines).toEqual([]);
  });

  it('verifies by its ticks, says once that something differs and once that it is well again', async () => {
    await stream.sync();
    source.clock.tick(600_000);
    source.put('26', { number: 'A-26' });
    await stream.sync();
    const record = source.truth.get('7');
    if (record) record.data.number = 'changed on the quiet';
    await start({ schedule: newYear, reconcileSchedule: newYear, verifySchedule: everySecond });
    const { system } = stream.request;
    await untilLines(1);
    await sleep(1_200);
    expect(lines.map(messageOf)).toEqual([
      expect.stringContaining(`${system}/verify orders fails: Expected the cache`),
    ]);
    expect(await createVerifyRunStore(cache).ofStream({ system, stream: 'orders', first: 1 })).toMatchObject([
      { outcome: 'DIFFERENT', method: 'RECORDS', different: 1, compared: 26, errorCode: 'VERIFY_DIFFERENT' },
    ]);
    if (record) record.data.number = 'A-7';
    await untilLines(2);
    expect(lines.map(messageOf).at(-1)).toBe(`${system}/verify orders works again`);
  });

  it('does not verify a stream that was never read', async () => {
    source.faults.page = () => {
      throw new HubError('SOURCE_PROTOCOL', 'Expected JSON, got none.');
    };
    await start({ schedule: newYear, reconcileSchedule: newYear, verifySchedule: everySecond });
    await untilLines(1);
    await sleep(1_200);
    expect(await createVerifyRunStore(cache).ofStream({ ...stream.request, first: 1 })).toEqual([]);
  });

  it('says once that a source is down, tick after tick', async () => {
    await stream.sync();
    source.faults.now = () => {
      throw new HubError('SOURCE_UNREACHABLE', 'Connection refused.');
    };
    await start({ schedule: everySecond, reconcileSchedule: everySecond });
    await untilLines(1);
    await sleep(2_500);
    expect(lines.map(messageOf)).toEqual([`${stream.request.system} is down: Connection refused.`]);
  });

  it('FAULTS 37: finishes the page under way when it is stopped, and gives the lease back', async () => {
    let stopped: Promise<void> | undefined;
    source.faults.page = (index) => {
      if (index === 1) stopped = schedule?.stop();
    };
    await start({ schedule: newYear, reconcileSchedule: newYear });
    while (!stopped) await sleep(5);
    await stopped;
    expect(Object.keys(await stream.orders())).toHaveLength(10);
    source.faults = {};
    expect(await stream.sync({ owner: 'another' })).toMatchObject({ outcome: 'SUCCEEDED', read: 15 });
  });
});

describe('a stream is overdue', () => {
  const now = Date.parse('2026-03-01T08:00:30Z');
  const everyFiveMinutes = [new Date('2026-03-01T08:05:00Z'), new Date('2026-03-01T08:10:00Z')];

  it('FAULTS 31: when it was never read, or its last success is older than its schedule', () => {
    expect(isOverdue(null, everyFiveMinutes, now)).toBe(true);
    expect(isOverdue('2026-03-01T07:50:00.000000Z', everyFiveMinutes, now)).toBe(true);
    expect(isOverdue('2026-03-01T07:59:00.000000Z', everyFiveMinutes, now)).toBe(false);
    // as a clock noted it that has been put back since
    expect(isOverdue('2026-03-03T08:00:00.000000Z', everyFiveMinutes, now)).toBe(true);
  });

  it('never where the schedule does not come again', () => {
    expect(isOverdue('2020-01-01T00:00:00.000000Z', [], now)).toBe(false);
  });
});
