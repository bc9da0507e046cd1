import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createInsightProgress } from '../../cache/insight/insight-progress.ts';
import { createLog } from '../../config/observability/log.ts';
import { utcDays } from '../../config/settings/business-zones.ts';
import { insightSettings } from '../../config/settings/insight-settings.ts';
import { createInsightJob, type InsightJob } from '../../sync-jobs/schedule/insight-job.ts';
import { createCacheBuilder } from '../gateway/cache-builder.ts';
import { databases } from '../setup/databases.ts';

describe.each(databases)('the job that keeps the numbers on $name', (database) => {
  let cache: Cache;
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: 'debug',
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    const party = builder.add('party', 'erp', 'P1', { kind: 'ORGANIZATION', displayName: 'One' });
    builder.customer('One', [party]);
    await builder.save(cache);
  });
  afterAll(() => database.drop());

  function start(signal = new AbortController().signal, owner = 'this process'): InsightJob {
    lines.length = 0;
    return createInsightJob({ zones: utcDays, cache, settings: insightSettings.parse({}), log, owner, signal });
  }
  const told = () => lines.map(({ msg, whole }) => [msg, whole]);

  it('works all out the first time it follows, and says nothing while nothing changes', async () => {
    const job = start();
    job.follow();
    job.follow();
    await job.idle();
    expect(told()).toEqual([['Models fitted, numbers of all customers worked out', true]]);
    job.follow();
    await job.idle();
    expect(lines).toHaveLength(1);
  });

  it('refreshes all when told to, after the step under way', async () => {
    const job = start();
    job.follow();
    job.refresh();
    await job.idle();
    await job.idle();
    expect(told()).toEqual([['Models fitted, numbers of all customers worked out', true]]);
  });

  it('leaves the work to whoever is at it, begins nothing when it is to stop, and tells what went wrong', async () => {
    const progress = createInsightProgress(cache);
    await progress.claim('another');
    const job = start();
    job.refresh();
    await job.idle();
    expect(lines).toEqual([]);
    await progress.release('another');

    const stopped = start(AbortSignal.abort());
    stopped.refresh();
    await stopped.idle();
    expect(await progress.position()).not.toBeNull();

    const broken = createInsightJob({
      zones: utcDays,
      cache: { ...cache, execute: () => Promise.reject(new Error('no room left')) },
      settings: insightSettings.parse({}),
      log,
      owner: 'this process',
      signal: new AbortController().signal,
    });
    broken.follow();
    await broken.idle();
    expect(told()).toEqual([
      ['The numbers about customers could not be worked out; the next step tries again', undefined],
    ]);
  });
});
