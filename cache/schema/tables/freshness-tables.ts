import { instant, stream, system, type TableShape } from './table-shape.ts';

/** Which streams somebody waits for. */
export const freshnessTables: Record<string, TableShape> = {
  catch_up_requests: {
    columns: {
      system,
      stream,
      /** The cache is to hold what the source had at this instant. */
      wanted_at: instant,
      /** When it was asked for last: an attempt that began later and failed is an answer too. */
      asked_at: instant,
      /** After this nobody waits any more. */
      given_up_at: instant,
    },
    primary: ['system', 'stream'],
    required: ['wanted_at', 'asked_at', 'given_up_at'],
    indexes: [],
  },
};
