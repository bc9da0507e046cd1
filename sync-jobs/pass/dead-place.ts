import { defends } from '../../config/defences.ts';
import type { ErrorCode, HubError } from '../../config/errors.ts';
import type { Checkpoint, InterruptedPass } from './checkpoint.ts';

/** Failures in a row after which a place is given up, the first time. */
const TRIES = 3;
/** Each time that it did not help, twice as many: a page that never comes must not make the rest be read for ever. */
const MOST_DOUBLINGS = 5;

/**
 * What a source may answer to a page token that it no longer knows. Not among them is what says nothing about the
 * token: the source was not asked, asks for patience, or gave a page that is not right.
 */
const answersToDeadTokens = new Set<ErrorCode>([
  'SOURCE_PROTOCOL',
  'SOURCE_NOT_FOUND',
  'SOURCE_FORBIDDEN',
  'SOURCE_UNAUTHORIZED',
  'SOURCE_UNREACHABLE',
]);

/** Whether an error counts against the place a pass was to go on from. The source must have answered before it. */
export function countsAgainstPlace({ code }: HubError): boolean {
  return answersToDeadTokens.has(code);
}

/** The checkpoint after another failure at its place. */
export function withFailedTry(checkpoint: Checkpoint, pass: InterruptedPass): Checkpoint {
  return { ...checkpoint, pass: { ...pass, tries: (pass.tries ?? 0) + 1 } };
}

/**
 * Why a pass is to start again from the beginning; null where it is to go on. Its place stays in the checkpoint until
 * the first page from the beginning is committed, so that nothing is lost when that fails, too.
 */
export function reasonToStartAgain({ pass }: Checkpoint, error: HubError): string | null {
  if (!pass || !defends('dead tokens')) return null;
  const tries = pass.tries ?? 0;
  if (tries < TRIES * 2 ** Math.min(pass.restarts ?? 0, MOST_DOUBLINGS)) return null;
  return `started again from the beginning: the page after ${pass.read} records could not be had ${tries} times, last: ${error.message}`;
}
