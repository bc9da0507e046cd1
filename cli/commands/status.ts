import { Command } from 'commander';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { table, terminal } from '../terminal.ts';

/** `customer360 status` */
export function statusCommand(): Command {
  return withSharedOptions(new Command('status'))
    .description('How current each source is, and how the last pass of each stream went. Asks the cache only.')
    .addHelpText('after', '\nExamples:\n  customer360 status\n  customer360 status --json')
    .action(async (options: SharedOptions) => {
      const [{ createStatusStore }, { freshness }] = await Promise.all([
        import('../../cache/status-store.ts'),
        import('../../customer-360/freshness.ts'),
      ]);
      await withHub(options, async ({ cache, settings }) => {
        const streams = await createStatusStore(cache).streams();
        const systems = freshness(streams, settings.sources, Date.now());
        if (options.json) {
          terminal.out(JSON.stringify({ systems, streams }, null, 2));
          return;
        }
        const ages = systems.map(({ system, status, syncedAt, ageSeconds, error }) => [
          system,
          status,
          syncedAt,
          ageSeconds,
          error ?? null,
        ]);
        terminal.out(table(['SOURCE', 'STATUS', 'IN STEP AS OF', 'AGE (S)', 'WHY'], ages));
        const rows = streams.map((one) => [
          `${one.system}/${one.stream}`,
          one.records,
          one.quarantined,
          one.lastOutcome,
          one.lastSuccessAt,
          one.lastErrorCode,
        ]);
        if (rows.length > 0) terminal.out('');
        terminal.out(
          table(['STREAM', 'RECORDS', 'QUARANTINED', 'LAST PASS', 'LAST SUCCESS', 'ERROR'], rows) ||
            'Nothing was synced yet: customer360 sync',
        );
      });
    });
}
