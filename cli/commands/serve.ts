import { Command } from 'commander';
import { type SharedOptions, settingsOf, withSharedOptions } from '../options.ts';
import { aborted, stopSignal } from '../terminal/stop-signal.ts';

interface ServeOptions extends SharedOptions {
  sync: boolean;
}

/** `customer360 serve` */
export function serveCommand(): Command {
  return withSharedOptions(new Command('serve'))
    .description('Serve the graph and keep the cache in step with the sources, until stopped.')
    .option('--no-sync', 'only serve: other processes keep the cache in step')
    .addHelpText(
      'after',
      '\nA source that is down costs its own freshness only: one log line when it goes and one when it is back.\n' +
        'SIGINT and SIGTERM let the pages under way finish; a second signal does not wait.\n' +
        '\nExamples:\n  customer360 serve\n  customer360 serve --no-sync --settings hub.yaml',
    )
    .action(async (options: ServeOptions) => {
      const signal = stopSignal();
      const settings = await settingsOf(options);
      const [{ openHub }, { createLog }] = await Promise.all([
        import('../compose.ts'),
        import('../../config/observability/log.ts'),
      ]);
      const log = createLog({ level: options.debug ? 'debug' : settings.log.level });
      const hub = await openHub(settings, log);
      try {
        const gateway = await hub.gateway();
        try {
          await gateway.listen();
          const schedule = options.sync ? hub.schedule() : null;
          try {
            await schedule?.start();
            await aborted(signal);
            log.info('Stopping: the pages under way are finished first');
          } finally {
            await schedule?.stop();
          }
        } finally {
          await gateway.close();
        }
      } finally {
        await hub.close();
      }
    });
}
