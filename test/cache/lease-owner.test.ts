import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createInsightProgress } from '../../cache/insight/insight-progress.ts';
import { createCatchUpRequests } from '../../cache/streams/catch-up-requests.ts';
import { describeOwner, isGone, ownerOfThisProcess } from '../../cache/streams/lease-owner.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { databases } from '../setup/databases.ts';

const here = ownerOfThisProcess();
const [, boot = '', space = '', start = ''] = /@([0-9a-f]+)\.(\d+)\.(\d+)$/.exec(here) ?? [];
const isLinux = process.platform === 'linux';
const onLinux = isLinux ? it : it.skip;

/** The owner text of a process of this machine that has ended. */
async function goneOwner(): Promise<string> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return `host:${child.pid}:0123abcd@${boot}.${space}.${start}`;
}

describe('the name of a holder', () => {
  it('fits its column, names host and process, and is another one each time', () => {
    expect(here.length).toBeLessThanOrEqual(128);
    expect(describeOwner(here)).toMatch(new RegExp(`:${process.pid}:[0-9a-f]{8}$`));
    expect(ownerOfThisProcess()).not.toBe(here);
  });

  it('of a process that runs is not gone', () => {
    expect(isGone(here)).toBe(false);
  });

  onLinux('of a process that has ended is gone', async () => {
    expect(isGone(await goneOwner())).toBe(true);
  });

  onLinux('of a process whose id another one has now is gone', () => {
    expect(isGone(`host:${process.pid}:0123abcd@${boot}.${space}.${Number(start) + 1}`)).toBe(true);
    expect(isGone(`host:${process.pid}:0123abcd@${boot}.${space}.${start}`)).toBe(false);
  });

  onLinux('of a process that was killed and that nobody has waited for is gone', async () => {
    // A shell that does not wait for its child: only the child's entry is left.
    const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; kill -9 $!; exec sleep 600']);
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(String(text));
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8');
    while (!/\) Z /.test(stat())) await new Promise((resolve) => setTimeout(resolve, 20));
    const startedAt = stat().split(') ')[1]?.split(' ')[19];
    const owner = `host:${pid}:0123abcd@${boot}.${space}.${startedAt}`;
    expect(isGone(owner)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });

  it.each([
    ['another boot', () => `host:99999999:0123abcd@0123456789abcdef.${space || 1}.${start || 1}`],
    ['another namespace of process ids', () => `host:99999999:0123abcd@${boot || '0'.repeat(16)}.1.${start || 1}`],
    ['a version that said less', () => 'host:99999999:0123abcd'],
    ['somebody else', () => 'test'],
  ])('of %s says nothing: its lease runs out', (_what, owner) => {
    expect(isGone(owner())).toBe(false);
  });
});

describe.each(databases)('what a process that is gone has left on $name', (database) => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  onLinux('is taken over at once, with a new token, and only once', async () => {
    const store = createSyncStore(cache);
    const request = { system: 'erp', stream: 'left', ttl: 3_600_000 };
    const dead = await store.claim({ ...request, owner: await goneOwner() });
    if (!dead) throw new Error('Expected the first claim to be given.');
    const claims = await Promise.all([1, 2, 3, 4].map(() => store.claim({ ...request, owner: ownerOfThisProcess() })));
    const given = claims.filter((lease) => lease !== null);
    expect(given.map(({ token }) => token)).toEqual([dead.token + 1]);
    // What the dead one may have left on its way is refused by the token.
    await expect(store.renew(dead, 1_000)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('is left alone where the holder may live', async () => {
    const store = createSyncStore(cache);
    const request = { system: 'erp', stream: 'held', ttl: 3_600_000 };
    await store.claim({ ...request, owner: `far:1:0123abcd@0123456789abcdef.4026531836.77` });
    expect(await store.claim({ ...request, owner: here })).toBeNull();
  });

  onLinux('counts as free for whoever waits for a pass', async () => {
    const store = createSyncStore(cache);
    const requests = createCatchUpRequests(cache);
    const times = {
      wantedAt: '2026-03-01T10:00:00.000000Z',
      askedAt: '2026-03-01T10:00:00.000000Z',
      givenUpAt: '2026-03-01T10:01:00.000000Z',
    };
    await store.claim({ system: 'crm', stream: 'gone', owner: await goneOwner(), ttl: 3_600_000 });
    await store.claim({ system: 'crm', stream: 'busy', owner: here, ttl: 3_600_000 });
    await requests.ask(['gone', 'busy'].map((stream) => ({ system: 'crm', stream, ...times })));
    const open = await requests.open('2026-03-01T10:00:30.000000Z');
    expect(open.map(({ stream }) => stream)).toEqual(['gone']);
  });

  onLinux('does not hold up those who work out the numbers', async () => {
    const progress = createInsightProgress(cache);
    expect(await progress.claim(await goneOwner())).toBe(true);
    expect(await progress.claim(here)).toBe(true);
    expect(await progress.claim('somebody else')).toBe(false);
  });
});
