import type { CompletenessStatus, StreamCompleteness } from '../cache/streams/completeness.ts';

/** What the last verify of a stream found, and whether all of it was read. `StreamState` of the cache fits. */
export interface StreamProof {
  system: string;
  stream: string;
  lastVerifyAt: string | null;
  /** null where it was not verified yet, and where that proved nothing. */
  lastVerifyDifferences: number | null;
  completeness: StreamCompleteness | null;
}

/** Whether the cache was proved to equal a source. */
export interface Consistency {
  /**
   * DIFFERENT: some stream differed when it was last compared. UNPROVED: some stream was never compared, or its last
   * comparison proved nothing, or whether it was read completely is unknown.
   */
  status: 'EQUAL' | 'DIFFERENT' | 'UNPROVED';
  /** When the stream was compared whose proof is oldest; null where one was never compared. */
  verifiedAt: string | null;
  /** Records that differed; null where nothing was compared yet. */
  differences: number | null;
}

/** Whether all of a source was read: the weakest of its streams counts. */
export interface SystemCompleteness {
  status: CompletenessStatus;
  /** For UNKNOWN: the first such stream and why; null otherwise. */
  reason: string | null;
}

/** The consistency of one source, of all its configured streams together. */
export function consistencyOf(system: string, streams: readonly string[], proofs: readonly StreamProof[]): Consistency {
  const known = proofsOf(system, streams, proofs);
  const times = known.map(({ proof }) => proof?.lastVerifyAt ?? null);
  const compared = known.flatMap(({ proof }) => (proof && proof.lastVerifyAt !== null ? [proof] : []));
  const differences = compared.reduce((sum, proof) => sum + (proof.lastVerifyDifferences ?? 0), 0);
  const never = times.includes(null);
  const open = compared.some((proof) => proof.lastVerifyDifferences === null);
  const unproved = never || open || completenessOfSystem(system, streams, proofs).status === 'UNKNOWN';
  return {
    status: differences > 0 ? 'DIFFERENT' : unproved ? 'UNPROVED' : 'EQUAL',
    verifiedAt: never ? null : (times.sort().at(0) ?? null),
    differences: compared.length === 0 ? null : differences,
  };
}

/** Whether all of one source was read, all its configured streams together. */
export function completenessOfSystem(
  system: string,
  streams: readonly string[],
  proofs: readonly StreamProof[],
): SystemCompleteness {
  const known = proofsOf(system, streams, proofs);
  for (const { name, proof } of known) {
    const completeness = proof?.completeness ?? null;
    if (completeness === null) return { status: 'UNKNOWN', reason: `${name}: it has not been read in full yet` };
    if (completeness.status === 'UNKNOWN') return { status: 'UNKNOWN', reason: `${name}: ${completeness.reason}` };
  }
  const counted = known.every(({ proof }) => proof?.completeness?.status === 'COUNTED');
  return { status: counted ? 'COUNTED' : 'ENDED', reason: null };
}

function proofsOf(system: string, streams: readonly string[], proofs: readonly StreamProof[]) {
  return streams.map((name) => ({
    name,
    proof: proofs.find((proof) => proof.system === system && proof.stream === name),
  }));
}
