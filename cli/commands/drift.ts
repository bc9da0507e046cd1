import { Command } from 'commander';
import { selectStreams } from '../actions/select-streams.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { table, terminal } from '../terminal/terminal.ts';

interface ListOptions extends SharedOptions {
  all?: boolean;
}

/** Newest first; older ones are in the run history of their runs. */
const SHOWN = 200;

/** `customer360 drift list|accept` */
export function driftCommand(): Command {
  const list = withSharedOptions(new Command('list'))
    .description('Fields of the sources that are new, gone or of another type, newest first.')
    .argument('[source[/stream]]', 'only this source, or this stream of it')
    .option('--all', 'those that were accepted, too')
    .action(async (target: string | undefined, options: ListOptions) => {
      const { createDriftStore } = await import('../../cache/streams/drift-store.ts');
      await withHub(options, async ({ cache, settings }) => {
        const [choice] = selectStreams(settings, target);
        const within = target === undefined || !choice ? {} : target.includes('/') ? choice : { system: choice.system };
        const { all = false, json = false } = options;
        const events = await createDriftStore(cache).list({ ...within, acknowledged: all, first: SHOWN });
        if (json) {
          terminal.out(JSON.stringify(events, null, 2));
          return;
        }
        const rows = events.map((one) => [
          `${one.system}/${one.stream}`,
          one.field,
          one.kind,
          one.from,
          one.to,
          one.isRead ? 'yes' : 'no',
          one.policy,
          one.seenAt.slice(0, 19).replace('T', ' '),
        ]);
        const headings = ['STREAM', 'FIELD', 'CHANGE', 'WAS', 'IS', 'READ', 'POLICY', 'SEEN (UTC)'];
        terminal.out(table(headings, rows) || 'All records have the shape they had.');
      });
    });

  const accept = withSharedOptions(new Command('accept'))
    .description('Say that the records of a stream are right as they are now: what was held back goes on.')
    .argument('<source[/stream]>', 'this stream, or all streams of this source')
    .action(async (target: string, options: SharedOptions) => {
      const { acceptDrift } = await import('../../sync-jobs/drift/accept-drift.ts');
      await withHub(options, async (hub) => {
        const signal = AbortSignal.timeout(60_000);
        const accepted: { stream: string; changes: number }[] = [];
        for (const choice of selectStreams(hub.settings, target)) {
          const changes = await acceptDrift(hub.requestFor(choice, signal));
          accepted.push({ stream: `${choice.system}/${choice.stream}`, changes });
        }
        if (options.json) terminal.out(JSON.stringify(accepted, null, 2));
        else for (const { stream, changes } of accepted) terminal.out(`${stream}: ${changes} accepted`);
      });
    });

  return new Command('drift')
    .description('Changes in the shape of the records that the sources give.')
    .addCommand(list)
    .addCommand(accept)
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 drift list\n  customer360 drift list crm/accounts --all --json\n  customer360 drift accept crm/accounts',
    );
}
