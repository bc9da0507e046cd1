import { describe, expect, it } from '@jest/globals';
import type { CursorSettings } from '../../config/settings/settings.ts';
import { type Checkpoint, noCheckpoint, parseCheckpoint } from '../../sync-jobs/pass/checkpoint.ts';
import { finishedCursor, planPass } from '../../sync-jobs/pass/plan-pass.ts';

const cursor: CursorSettings = { field: 'changed', type: 'instant', lookback: 120_000 };
const hashes = { mappingHash: 'm1', readingHash: 'r1' };
const finished: Checkpoint = { ...noCheckpoint, finished: { cursor: '2026-03-01T08:00:00.123456Z', ...hashes } };
const interrupted: Checkpoint = {
  ...finished,
  pass: {
    mode: 'FULL',
    reason: 'the mapping has changed',
    since: null,
    resume: 'page-7',
    highest: '2026-03-01T07:00:00.000000Z',
    ceiling: '2026-03-01T08:00:00.000000Z',
    begunAt: '2026-03-01T08:00:01.000000Z',
    read: 700,
    rejected: 3,
    ...hashes,
  },
};
const request = { ...hashes, cursor, forceFull: null };

describe('what a pass reads', () => {
  it('is everything when the stream has not been read before', () => {
    const plan = planPass({ ...request, checkpoint: noCheckpoint });
    expect(plan).toMatchObject({ mode: 'FULL', since: null, reason: 'the stream has not been read before' });
  });

  it('is the changes since the checkpoint less the lookback, microseconds kept', () => {
    const plan = planPass({ ...request, checkpoint: finished });
    expect(plan).toMatchObject({ mode: 'INCREMENTAL', since: '2026-03-01T07:58:00.123456Z', resume: null });
  });

  it('is everything when the stream has no cursor, or none was ever seen', () => {
    expect(planPass({ ...request, cursor: undefined, checkpoint: finished }).mode).toBe('FULL');
    const unseen: Checkpoint = { ...finished, finished: { cursor: null, ...hashes } };
    expect(planPass({ ...request, checkpoint: unseen }).reason).toBe('no record has carried a change stamp yet');
  });

  it('is everything, with the reason, when the mapping or the settings of the stream have changed', () => {
    expect(planPass({ ...request, mappingHash: 'm2', checkpoint: finished })).toMatchObject({
      mode: 'FULL',
      reason: 'the mapping has changed',
    });
    expect(planPass({ ...request, readingHash: 'r2', checkpoint: interrupted })).toMatchObject({
      mode: 'FULL',
      resume: null,
      reason: 'the settings of the stream, or the connector, have changed',
    });
  });

  it('goes on after the last committed page of an interrupted pass', () => {
    const plan = planPass({ ...request, checkpoint: interrupted });
    expect(plan).toMatchObject({ mode: 'FULL', resume: 'page-7', read: 700, rejected: 3 });
    expect(plan.ceiling).toBe('2026-03-01T08:00:00.000000Z');
    expect(plan.reason).toBe('resumed: the mapping has changed');
  });

  it('is everything from the start when that is asked for, also in the middle of another pass', () => {
    const plan = planPass({ ...request, checkpoint: interrupted, forceFull: 'a full read was asked for' });
    expect(plan).toMatchObject({ mode: 'FULL', resume: null, since: null, read: 0 });
  });

  it('is everything when the stored checkpoint is not one of this version', () => {
    expect(parseCheckpoint(JSON.parse(JSON.stringify(interrupted)))).toEqual(interrupted);
    expect(parseCheckpoint({ ...interrupted, format: 2 })).toEqual(noCheckpoint);
    expect(parseCheckpoint(null)).toEqual(noCheckpoint);
  });
});

describe('the cursor a pass leaves', () => {
  const pass = { mode: 'INCREMENTAL', previous: '2026-03-01', type: 'date', ceiling: null } as const;

  it('is the greatest version seen, and never goes back', () => {
    expect(finishedCursor({ ...pass, highest: '2026-03-03' })).toBe('2026-03-03');
    expect(finishedCursor({ ...pass, highest: '2026-02-27' })).toBe('2026-03-01');
    expect(finishedCursor({ ...pass, highest: null })).toBe('2026-03-01');
  });

  it('is never after the clock of the source', () => {
    const ceiling = '2026-03-02T10:00:00.000000Z';
    expect(finishedCursor({ ...pass, highest: '2099-01-01', ceiling })).toBe('2026-03-02');
    const instants = { ...pass, previous: null, type: 'instant', ceiling } as const;
    expect(finishedCursor({ ...instants, highest: '2099-01-01T00:00:00.000000Z' })).toBe(ceiling);
  });

  it('goes back after a full read of a source that was restored from a backup', () => {
    expect(finishedCursor({ ...pass, mode: 'FULL', highest: '2026-02-27' })).toBe('2026-02-27');
    expect(finishedCursor({ ...pass, mode: 'FULL', highest: null })).toBeNull();
  });
});
