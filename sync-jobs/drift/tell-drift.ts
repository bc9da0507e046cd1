import { type Drift, describeDrift } from '../../cache/streams/drift-event.ts';
import { HubError } from '../../config/errors.ts';
import type { StreamRequest } from '../pass/sync-run.ts';

/** So many changes are named in one message. */
const NAMED = 5;

/** One line for the changes of a page that are news. */
export function tellDrift(
  { system, stream, log }: Pick<StreamRequest, 'system' | 'stream' | 'log'>,
  news: readonly Drift[],
) {
  if (news.length === 0) return;
  log.warn(
    { source: system, stream, changes: news.length },
    `${system}/${stream}: the shape of the records has changed: ${listed(news)}. ` +
      `When that is right: customer360 drift accept ${system}/${stream}`,
  );
}

/** What a pass fails with where the `drift` setting does not let a change through. */
export function refusedDrift(
  { system, stream }: Pick<StreamRequest, 'system' | 'stream'>,
  refused: readonly Drift[],
): HubError {
  return new HubError(
    'SCHEMA_DRIFT',
    `Expected the records of ${system}/${stream} to have the shape they had, but ${listed(refused)}. Nothing of this page was ` +
      `written and the checkpoint was held. Correct the source or the mapping, or say that it is right: customer360 drift accept ${system}/${stream}`,
    { source: system, stream },
  );
}

function listed(changes: readonly Drift[]): string {
  const more = changes.length > NAMED ? `; and ${changes.length - NAMED} more` : '';
  return changes.slice(0, NAMED).map(describeDrift).join('; ') + more;
}
