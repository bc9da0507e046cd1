import { Command } from 'commander';
import type { CheckLine } from '../actions/check-cache.ts';
import { selectSource } from '../actions/select-streams.ts';
import { type SharedOptions, settingsOf, withSharedOptions } from '../options.ts';
import { exitCodes, type Finish } from '../terminal/exit-codes.ts';
import { stopSignal } from '../terminal/stop-signal.ts';
import { terminal } from '../terminal/terminal.ts';

/** `customer360 check [source]` */
export function checkCommand(finish: Finish): Command {
  return withSharedOptions(new Command('check'))
    .description(
      'Try the cache database, every source (login, clock, one record of each stream, its cursor) and the schema of every service.',
    )
    .argument('[source]', 'only this source or service')
    .addHelpText('after', '\nExamples:\n  customer360 check\n  customer360 check crm --json')
    .action(async (system: string | undefined, options: SharedOptions) => {
      const settings = await settingsOf(options);
      const isService = system !== undefined && Object.hasOwn(settings.services, system);
      const systems =
        system === undefined ? Object.keys(settings.sources) : isService ? [] : [selectSource(settings, system)];
      const [{ connectAll }, { checkCache, checkRecords }, { checkValues }] = await Promise.all([
        import('../actions/connect-all.ts'),
        import('../actions/check-cache.ts'),
        import('../actions/check-values.ts'),
      ]);
      const connectors = connectAll(settings);
      const signal = stopSignal();
      // A service has nothing to do with the cache.
      const cache = isService ? [] : await checkCache(settings);
      const results = await Promise.all(
        systems.map(async (name): Promise<CheckLine[]> => {
          const [connector, source] = [connectors[name], settings.sources[name]];
          if (!connector || !source) return [];
          const tried = (await connector.check(signal)).map((result) => ({ source: name, ...result }));
          if (tried.some(({ ok }) => !ok)) return tried;
          return [...tried, ...(await checkValues({ system: name, source, connector }, signal))];
        }),
      );
      await Promise.all(Object.values(connectors).map((connector) => connector.close()));

      // composing a graph is loaded when there is something to compose
      const services =
        (system === undefined && Object.keys(settings.services).length > 0) || isService
          ? await (await import('../actions/check-services.ts')).checkServices(settings)
          : [];
      const records = isReady(cache) && systems.length > 0 ? await checkRecords(settings, systems) : [];
      const all: CheckLine[] = [
        ...cache,
        ...results.flat(),
        ...records,
        ...services.filter(({ source }) => !isService || source === system),
      ];
      if (options.json) terminal.out(JSON.stringify(all, null, 2));
      else
        for (const { source, probe, ok, warning, detail } of all)
          terminal.out(`${!ok ? 'FAILED' : warning ? 'warn  ' : 'ok    '} ${source}: ${probe}: ${detail}`);
      if (all.some(({ ok }) => !ok)) finish(exitCodes.failed);
    });
}

/** Whether the cache can be opened as it is: `check` makes no tables. */
function isReady(cache: readonly CheckLine[]): boolean {
  return (
    cache.every(({ ok }) => ok) &&
    cache.some(({ probe, detail }) => probe === 'open' && /tables up to date$/.test(detail))
  );
}
