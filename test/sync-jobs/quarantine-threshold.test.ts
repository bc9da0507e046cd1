import { describe, expect, it } from '@jest/globals';
import { tooManyRejected } from '../../sync-jobs/pass/quarantine-threshold.ts';

describe('too many records of a pass do not fit', () => {
  const threshold = 0.2;

  it('when more than the share of at least twenty is rejected, judged at the last page', () => {
    expect(tooManyRejected({ read: 100, rejected: 21, threshold, lastPage: true })).toBe(true);
    expect(tooManyRejected({ read: 100, rejected: 20, threshold, lastPage: true })).toBe(false);
    expect(tooManyRejected({ read: 19, rejected: 19, threshold, lastPage: true })).toBe(false);
  });

  it('before that only after a thousand records, so that a page of old dirt does not stop a good stream', () => {
    expect(tooManyRejected({ read: 500, rejected: 400, threshold, lastPage: false })).toBe(false);
    expect(tooManyRejected({ read: 1_000, rejected: 400, threshold, lastPage: false })).toBe(true);
  });

  it('never with a threshold of one, at the first with a threshold of zero', () => {
    expect(tooManyRejected({ read: 5_000, rejected: 5_000, threshold: 1, lastPage: true })).toBe(false);
    expect(tooManyRejected({ read: 20, rejected: 1, threshold: 0, lastPage: true })).toBe(true);
  });
});
