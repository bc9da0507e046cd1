import { Command } from 'commander';
import { selectStreams } from '../actions/select-streams.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { exitCodes, type Finish } from '../terminal/exit-codes.ts';
import { stopSignal } from '../terminal/stop-signal.ts';
import { terminal } from '../terminal/terminal.ts';

interface SyncOptions extends SharedOptions {
  full?: boolean;
}

/** `customer360 sync [source[/stream]]` */
export function syncCommand(finish: Finish): Command {
  return withSharedOptions(new Command('sync'))
    .description('Read what changed in the sources into the cache: one pass of each stream.')
    .argument('[source[/stream]]', 'only this source, or this stream of it')
    .option('--full', 'read everything, whatever was read before')
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 sync\n  customer360 sync crm\n  customer360 sync erp/orders --full',
    )
    .action(async (target: string | undefined, options: SyncOptions) => {
      const [{ runAsJson, syncStreams }, { describeRefresh, runRefresh }] = await Promise.all([
        import('../actions/sync-streams.ts'),
        import('../actions/refresh-insight.ts'),
      ]);
      const signal = stopSignal();
      const { full = false, json = false } = options;
      const runs = await withHub(options, async (hub) => {
        const streams = selectStreams(hub.settings, target);
        const done = await syncStreams({ hub, streams, signal, terminal, full, quiet: json });
        const insight = await runRefresh({ hub, signal, terminal, changed: true, quiet: json });
        if (!json) terminal.err(describeRefresh(insight));
        return done;
      });
      if (json) terminal.out(JSON.stringify(runs.map(runAsJson), null, 2));
      const failed = runs.some((run) => run.outcome === 'FAILED' || run.outcome === 'BUSY');
      if (failed && !signal.aborted) finish(exitCodes.failed);
    });
}
