/**
 * Whether the time was over that a caller had for a call, as opposed to nobody waiting for it any more: who gives up
 * proves nothing about a source, but one that lets a deadline pass did not answer.
 */
export function ranOut({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as { name?: unknown } | undefined)?.name === 'TimeoutError';
}
