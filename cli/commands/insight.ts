import { Command } from 'commander';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { exitCodes, type Finish } from '../terminal/exit-codes.ts';
import { stopSignal } from '../terminal/stop-signal.ts';
import { terminal } from '../terminal/terminal.ts';

interface RefreshOptions extends SharedOptions {
  changed?: boolean;
}

/** `customer360 insight refresh`, `customer360 insight show <customer>` */
export function insightCommand(finish: Finish): Command {
  const refresh = withSharedOptions(new Command('refresh'))
    .description('Fit the models to all customers and work out the numbers of each.')
    .option('--changed', 'only customers that changed since the last time, with the models there are')
    .action(async (options: RefreshOptions) => {
      const { describeRefresh, runRefresh } = await import('../actions/refresh-insight.ts');
      const signal = stopSignal();
      const { changed = false, json = false } = options;
      const result = await withHub(options, (hub) => runRefresh({ hub, signal, terminal, changed, quiet: json }));
      terminal.out(json ? JSON.stringify(result, null, 2) : describeRefresh(result));
      if (result.outcome === 'BUSY') finish(exitCodes.failed);
    });

  const show = withSharedOptions(new Command('show'))
    .description('The numbers about one customer, with definitions and parameters.')
    .argument('<customer>', "its id, or a system and that system's own key: erp:4711")
    .action(async (customer: string, options: SharedOptions) => {
      const { describeInsight, readInsight } = await import('../actions/show-insight.ts');
      const insight = await withHub(options, (hub) => readInsight(hub, customer));
      terminal.out(options.json ? JSON.stringify(insight, null, 2) : describeInsight(insight));
    });

  return new Command('insight')
    .description('What the numbers say of customers: RFM, grade, lifecycle, churn warning, lifetime value and more.')
    .addCommand(refresh)
    .addCommand(show)
    .addHelpText(
      'after',
      '\nserve keeps the numbers in step by itself: changed customers every few seconds, all of them by insight.schedule.\n' +
        '\nExamples:\n  customer360 insight refresh\n  customer360 insight refresh --changed --json\n' +
        '  customer360 insight show erp:4711\n  customer360 insight show 0198a3f2-7c1e-7d4b-9a55-3b1f0c2e4d6a --json',
    );
}
