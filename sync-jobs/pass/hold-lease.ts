import { describeOwner } from '../../cache/streams/lease-owner.ts';
import type { Lease, StreamName, SyncStore } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';

const LEASE_TTL = 30_000;

export interface HeldLease {
  lease: Lease;
  /** Aborts when the caller asks to stop or when somebody has taken the lease over. */
  signal: AbortSignal;
  /** Throws LEASE_LOST when the lease was lost. */
  check(): void;
}

export interface LeaseRequest extends StreamName {
  store: SyncStore;
  owner: string;
  signal: AbortSignal;
  leaseTtl?: number | undefined;
}

/**
 * Does `work` while this process alone may write the stream, renewing the lease in between. null: somebody else
 * has it. A heartbeat that cannot reach the database is tried again; what is written meanwhile is fenced anyhow.
 */
export async function holdLease<T>(request: LeaseRequest, work: (held: HeldLease) => Promise<T>): Promise<T | null> {
  const { store, system, stream, owner, leaseTtl: ttl = LEASE_TTL } = request;
  const lease = await store.claim({ system, stream, owner, ttl });
  if (!lease) return null;

  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    store.renew(lease, ttl).catch((error: unknown) => {
      if (error instanceof HubError && error.code === 'LEASE_LOST') lost.abort(error);
    });
  }, ttl / 3);
  try {
    return await work({
      lease,
      signal: AbortSignal.any([request.signal, lost.signal]),
      check: () => lost.signal.throwIfAborted(),
    });
  } finally {
    clearInterval(heartbeat);
    // A lease that cannot be given back runs out by itself; the outcome of the work matters more.
    if (defends('lease release')) await store.release(lease).catch(() => undefined);
  }
}

/** What a job answers when `holdLease` gave null: who is at it, and until when at the latest. */
export async function streamBusy(store: SyncStore, { system, stream }: StreamName): Promise<HubError> {
  const { leaseOwner, leaseExpiresAt } = await store.state({ system, stream });
  const holder = leaseOwner
    ? `${describeOwner(leaseOwner)} is at work on it and has it until ${leaseExpiresAt}`
    : 'it was taken just now';
  return new HubError(
    'STREAM_BUSY',
    `Expected ${system}/${stream} to be free, but ${holder}. ` +
      'Wait for it to end; what a crashed process has left behind is free at once for a process of the same machine, and for others when that time is over.',
    { source: system, stream },
  );
}
