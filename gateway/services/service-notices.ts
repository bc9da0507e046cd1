import type { BreakerNote } from '../../connectors/source-notices.ts';

/**
 * What asking a service came to. `failed`: it answered with errors. `invalid`: with something that is no answer.
 * `refused`: it refuses the login. `unreachable`: it did not answer. `left-alone`: it was not asked, because it had not
 * answered several times in a row. `given-up`: nobody waited any more.
 */
export type ServiceOutcome = 'ok' | 'failed' | 'invalid' | 'refused' | 'unreachable' | 'left-alone' | 'given-up';

/** What is told of one service while it is asked; nobody has to listen. */
export interface ServiceNotices {
  asked(outcome: ServiceOutcome, seconds: number): void;
  breaker(state: BreakerNote['state']): void;
}

export const noServiceNotices: ServiceNotices = { asked: () => undefined, breaker: () => undefined };

/** Listens to all services. */
export interface ServiceListener {
  asked(service: string, outcome: ServiceOutcome, seconds: number): void;
  /** Of a service with several addresses, the worst. Told of each service once at the beginning. */
  breaker(service: string, state: BreakerNote['state']): void;
}
