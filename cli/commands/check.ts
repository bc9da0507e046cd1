import { Command } from 'commander';
import { exitCodes, type Finish } from '../exit-codes.ts';
import { type SharedOptions, settingsOf, withSharedOptions } from '../options.ts';
import { selectSource } from '../select-streams.ts';
import { stopSignal } from '../stop-signal.ts';
import { terminal } from '../terminal.ts';

/** `customer360 check [source]` */
export function checkCommand(finish: Finish): Command {
  return withSharedOptions(new Command('check'))
    .description('Try every source: login, clock, one record of each stream, its cursor.')
    .argument('[source]', 'only this source')
    .addHelpText('after', '\nExamples:\n  customer360 check\n  customer360 check crm --json')
    .action(async (system: string | undefined, options: SharedOptions) => {
      const settings = await settingsOf(options);
      const systems = system === undefined ? Object.keys(settings.sources) : [selectSource(settings, system)];
      const { connectAll } = await import('../connect-all.ts');
      const connectors = connectAll(settings);
      const signal = stopSignal();
      const results = await Promise.all(
        systems.map(async (source) =>
          ((await connectors[source]?.check(signal)) ?? []).map((result) => ({ source, ...result })),
        ),
      );
      await Promise.all(Object.values(connectors).map((connector) => connector.close()));

      const all = results.flat();
      if (options.json) terminal.out(JSON.stringify(all, null, 2));
      else
        for (const { source, probe, ok, detail } of all)
          terminal.out(`${ok ? 'ok    ' : 'FAILED'} ${source}: ${probe}: ${detail}`);
      if (all.some(({ ok }) => !ok)) finish(exitCodes.failed);
    });
}
