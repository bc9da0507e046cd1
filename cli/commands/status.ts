import { Command } from 'commander';
import { hubTime } from '../../config/clock/hub-time.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { terminal } from '../terminal/terminal.ts';

/** `customer360 status` */
export function statusCommand(): Command {
  return withSharedOptions(new Command('status'))
    .description(
      'How current each source and stream is, what does not fit, has changed or failed. Asks the cache only.',
    )
    .addHelpText('after', '\nExamples:\n  customer360 status\n  customer360 status --json')
    .action(async (options: SharedOptions) => {
      const { describeStatus, readStatus } = await import('../actions/stream-status.ts');
      await withHub(options, async ({ cache, settings }) => {
        const status = await readStatus({ cache, settings, now: hubTime() });
        terminal.out(options.json ? JSON.stringify(status, null, 2) : describeStatus(status, terminal.columns('out')));
      });
    });
}
