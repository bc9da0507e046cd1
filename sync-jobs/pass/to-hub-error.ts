import type { StreamName } from '../../cache/sync/sync-store.ts';
import { HubError } from '../../config/errors.ts';

/** Whatever was thrown, as an error of the catalogue; what is not one already is INTERNAL, with its cause. */
export function hubErrorOf(thrown: unknown, { system, stream }: StreamName): HubError {
  if (thrown instanceof HubError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HubError('INTERNAL', `Unexpected failure while working on ${system}/${stream}: ${message}`, {
    source: system,
    stream,
    cause: thrown,
  });
}
