import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { LiveEvent } from './live-events.ts';

interface SendRequest {
  events: AsyncIterable<LiveEvent>;
  /** A client that takes an event no sooner than this, in milliseconds, is let go. */
  slowAfter: number;
  /** What a client that is let go is told. */
  tooSlow: () => ExecutionResult;
  /** The process ends: the client is to come again. */
  signal: AbortSignal;
}

/**
 * Writes events to a response as GraphQL over server-sent events has them ("distinct connections mode"): `next` with an
 * answer, `complete` at the end, `id` with the position for Last-Event-ID, an event without data as a sign of life. The
 * next event is asked for when the client has taken the one before.
 */
export async function sendEvents(response: ServerResponse, request: SendRequest): Promise<void> {
  const { events, slowAfter, tooSlow, signal } = request;
  for await (const event of events) {
    if (response.destroyed) return;
    if (await taken(response, textOf(event), slowAfter)) continue;
    if (!response.destroyed) response.write(textOf({ result: tooSlow() }));
    endWithin(response, slowAfter, COMPLETE);
    return;
  }
  if (!response.destroyed) endWithin(response, slowAfter, signal.aborted ? '' : COMPLETE);
}

// a client of the browser's kind does not see an event without data
const COMPLETE = 'event: complete\ndata:\n\n';

function textOf({ position, result }: LiveEvent): string {
  const id = position === undefined ? '' : `id: ${position}\n`;
  return result ? `event: next\n${id}data: ${JSON.stringify(result)}\n\n` : `:\n${id}\n`;
}

/** Whether the client took it in time; false also where it went away. */
function taken(response: ServerResponse, text: string, milliseconds: number): Promise<boolean> {
  if (response.write(text)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (inTime: boolean) => {
      clearTimeout(timer);
      response.off('drain', onDrain).off('close', onClose);
      resolve(inTime);
    };
    const onDrain = () => done(true);
    const onClose = () => done(false);
    const timer = setTimeout(onClose, milliseconds);
    response.on('drain', onDrain).on('close', onClose);
  });
}

/** Ends the answer; whoever does not take the end either loses the connection. */
function endWithin(response: ServerResponse, milliseconds: number, text: string): void {
  const timer = setTimeout(() => response.destroy(), milliseconds);
  response.once('close', () => clearTimeout(timer));
  response.end(text);
}
