import { Command } from 'commander';
import { selectStreams } from '../actions/select-streams.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { exitCodes, type Finish } from '../terminal/exit-codes.ts';
import { stopSignal } from '../terminal/stop-signal.ts';
import { terminal } from '../terminal/terminal.ts';

interface ReconcileOptions extends SharedOptions {
  allowShrink?: boolean;
}

/** `customer360 reconcile [source[/stream]]` */
export function reconcileCommand(finish: Finish): Command {
  return withSharedOptions(new Command('reconcile'))
    .description('Compare all keys with the sources: remove what they no longer have, read what was missed.')
    .argument('[source[/stream]]', 'only this source, or this stream of it')
    .option('--allow-shrink', 'believe a source that has lost more than half of its records')
    .addHelpText('after', '\nExamples:\n  customer360 reconcile\n  customer360 reconcile erp/orders --json')
    .action(async (target: string | undefined, options: ReconcileOptions) => {
      const { reconcileStreams, runAsJson } = await import('../actions/sync-streams.ts');
      const signal = stopSignal();
      const { allowShrink = false, json = false } = options;
      const runs = await withHub(options, (hub) =>
        reconcileStreams({
          hub,
          streams: selectStreams(hub.settings, target),
          signal,
          terminal,
          allowShrink,
          quiet: json,
        }),
      );
      if (json) terminal.out(JSON.stringify(runs.map(runAsJson), null, 2));
      const failed = runs.some((run) => run.outcome === 'FAILED' || run.outcome === 'BUSY');
      if (failed && !signal.aborted) finish(exitCodes.failed);
    });
}
