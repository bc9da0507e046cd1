import { recordId } from '../../schema/ids.ts';
import type { StreamName } from '../sync/sync-store.ts';

/** What became of a change of shape: the stream's `drift` setting decides it. */
export type DriftPolicy = 'fail' | 'quarantine' | 'ignore';

/** A change of the shape of a stream's records. */
export interface Drift {
  /** Path from the record down; `[]` are the elements of a list. */
  field: string;
  kind: 'ADDED' | 'REMOVED' | 'RETYPED';
  /** The types before; null for a new field. */
  from: string | null;
  /** The types now; null for one that is gone. */
  to: string | null;
  policy: DriftPolicy;
  /** Whether the mapping reads the field. */
  isRead: boolean;
  /** Key of the first record it was seen in; null for a field that is gone. */
  sourceKey: string | null;
}

/** A change as it is kept. */
export interface DriftEvent extends Drift, StreamName {
  id: string;
  runId: string;
  seenAt: string;
  /** When somebody said that the new shape is right; null while nobody did. */
  acknowledgedAt: string | null;
}

/** The same change of a stream has the same id, so that it is one event however often it is seen. */
export function driftId({ system, stream }: StreamName, { field, kind, from, to }: Drift): string {
  return recordId({ system, entity: `drift/${stream}`, key: JSON.stringify([kind, field, from, to]) });
}

/** A change in words. */
export function describeDrift({ field, kind, from, to, isRead }: Drift): string {
  const reader = isRead ? 'the mapping reads it' : 'nothing reads it';
  switch (kind) {
    case 'ADDED':
      return `${field} (${to}) is new; ${reader}`;
    case 'REMOVED':
      return `${field} (${from}) is gone; ${reader}`;
    case 'RETYPED':
      return `${field} was ${from} and is now ${to}; ${reader}`;
  }
}
