import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubError } from '../../config/errors.ts';
import { createLog } from '../../config/observability/log.ts';
import { createSourceQueue, type JobEnd, type SourceQueue } from '../../sync-jobs/schedule/source-queue.ts';

const down: JobEnd = { outcome: 'FAILED', error: new HubError('SOURCE_UNREACHABLE', 'Connection refused.') };
const forbidden: JobEnd = { outcome: 'FAILED', error: new HubError('SOURCE_FORBIDDEN', 'Not for you.') };
const taken: JobEnd = { outcome: 'BUSY', error: new HubError('STREAM_BUSY', 'Another pass is at work.') };
const fine: JobEnd = { outcome: 'SUCCEEDED' };

describe('the queue of a source', () => {
  let lines: string[];
  let now: number;
  let ends: Record<string, JobEnd>;
  let ran: string[];
  let queue: SourceQueue;

  beforeEach(() => {
    lines = [];
    now = 0;
    ends = {};
    ran = [];
    const log = createLog({
      level: 'info',
      destination: { write: (line) => void lines.push(JSON.parse(line).msg) },
      pretty: false,
    });
    queue = createSourceQueue({ system: 'erp', log, now: () => now, random: () => 0.5 });
  });

  async function tick(...names: string[]) {
    for (const name of names) {
      const run = async () => {
        ran.push(name);
        return ends[name] ?? fine;
      };
      queue.offer({ name, stream: name.replace('reconcile ', ''), run });
    }
    await queue.idle();
  }

  it('FAULTS 31: runs two jobs at a time, and one job never twice at once', async () => {
    let running = 0;
    let most = 0;
    const job = (name: string) => ({
      name,
      stream: name,
      run: async () => {
        ran.push(name);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return fine;
      },
    });
    for (const name of ['a', 'b', 'c', 'a', 'b', 'c', 'd']) queue.offer(job(name));
    await queue.idle();
    expect(ran.sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(most).toBe(2);
  });

  it('FAULTS 31: never runs two jobs of one stream at once, and drops neither', async () => {
    const running = new Set<string>();
    const job = (name: string) => ({
      name,
      stream: 'orders',
      run: async () => {
        expect(running.size).toBe(0);
        running.add(name);
        await new Promise((resolve) => setImmediate(resolve));
        running.delete(name);
        ran.push(name);
        return fine;
      },
    });
    queue.offer(job('orders'));
    queue.offer(job('reconcile orders'));
    await queue.idle();
    expect(ran).toEqual(['orders', 'reconcile orders']);
  });

  it('tries a job that comes rarely again soon when another process was at the stream', async () => {
    let busy = true;
    const run = async () => {
      ran.push('reconcile a');
      return busy ? taken : fine;
    };
    queue.offer({ name: 'reconcile a', stream: 'a', insists: true, run });
    await queue.idle();
    busy = false;
    await tick('b');
    await tick('b');
    expect(ran.sort()).toEqual(['b', 'b', 'reconcile a', 'reconcile a']);
    expect(lines).toEqual([]);
  });

  it('says once that a source is down and once that it is back, however many streams and ticks there are', async () => {
    ends = { a: down, b: down, c: down, d: down };
    for (let second = 0; second < 120; second += 5) {
      now = second * 1_000;
      await tick('a', 'b', 'c', 'd');
    }
    ends = {};
    now = 1_000_000;
    await tick('a', 'b', 'c', 'd');
    expect(lines).toEqual(['erp is down: Connection refused.', 'erp is back']);
  });

  it('leaves a source that is down alone for a growing while, and asks with one job', async () => {
    ends = { a: down, b: down };
    await tick('a', 'b');
    expect(ran).toEqual(['a', 'b']);
    now = 9_000;
    await tick('a', 'b');
    expect(ran).toHaveLength(2);
    now = 10_000;
    await tick('a', 'b');
    expect(ran).toEqual(['a', 'b', 'a']);
    now = 29_000;
    await tick('a', 'b');
    expect(ran).toHaveLength(3);
    now = 30_000;
    await tick('b', 'a');
    expect(ran).toEqual(['a', 'b', 'a', 'b']);
  });

  it('FAULTS 31: makes good what came up while the source was down, once', async () => {
    ends = { a: down };
    await tick('a');
    await tick('b', 'reconcile b');
    ends = {};
    now = 60_000;
    await tick('a');
    expect(ran).toEqual(['a', 'a', 'b', 'reconcile b']);
  });

  it('says once that a stream of its own fails, and once that it works again; the others run on', async () => {
    ends = { a: forbidden };
    for (let turn = 0; turn < 3; turn += 1) await tick('a', 'b');
    ends = {};
    await tick('a', 'b');
    expect(lines).toEqual(['erp/a fails: Not for you.', 'erp/a works again']);
    expect(ran).toHaveLength(8);
  });

  it('does not call a source down and back again and again for one stream that always times out', async () => {
    ends = { a: down };
    for (let minute = 0; minute < 20; minute += 1) {
      now = minute * 600_000;
      await tick('a', 'b');
      await tick('b');
    }
    expect(lines).toEqual(['erp is down: Connection refused.', 'erp is back', 'erp/a fails: Connection refused.']);
  });

  it('lets what runs end when it is stopped, and starts nothing more', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const job = (name: string) => ({
      name,
      stream: name,
      run: async () => {
        await held;
        ran.push(name);
        return fine;
      },
    });
    for (const name of ['a', 'b', 'c']) queue.offer(job(name));
    const stopped = queue.stop();
    release();
    await stopped;
    queue.offer(job('d'));
    await queue.idle();
    expect(ran).toEqual(['a', 'b']);
  });
});
