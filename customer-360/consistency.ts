/** What the last verify of a stream that came to comparing found. `StreamState` of the cache fits. */
export interface StreamProof {
  system: string;
  stream: string;
  lastVerifyAt: string | null;
  lastVerifyDifferences: number | null;
}

/** Whether the cache was proved to equal a source. */
export interface Consistency {
  /** DIFFERENT: some stream differed when it was last compared. UNPROVED: some stream was never compared. */
  status: 'EQUAL' | 'DIFFERENT' | 'UNPROVED';
  /** When the stream was compared whose proof is oldest; null where one was never compared. */
  verifiedAt: string | null;
  /** Records that differed; null where nothing was compared yet. */
  differences: number | null;
}

/** The consistency of one source, of all its configured streams together. */
export function consistencyOf(system: string, streams: readonly string[], proofs: readonly StreamProof[]): Consistency {
  const known = streams.map((name) => proofs.find((proof) => proof.system === system && proof.stream === name));
  const times = known.map((proof) => proof?.lastVerifyAt ?? null);
  const compared = known.flatMap((proof) => (proof && proof.lastVerifyAt !== null ? [proof] : []));
  const differences = compared.reduce((sum, proof) => sum + (proof.lastVerifyDifferences ?? 0), 0);
  const unproved = times.includes(null);
  return {
    status: differences > 0 ? 'DIFFERENT' : unproved ? 'UNPROVED' : 'EQUAL',
    verifiedAt: unproved ? null : (times.sort().at(0) ?? null),
    differences: compared.length === 0 ? null : differences,
  };
}
