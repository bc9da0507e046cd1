import { Command } from 'commander';
import type { DiscoveredStream } from '../../connectors/connector.ts';
import { selectSource } from '../actions/select-streams.ts';
import { type SharedOptions, settingsOf, withSharedOptions } from '../options.ts';
import { stopSignal } from '../terminal/stop-signal.ts';
import { terminal } from '../terminal/terminal.ts';

/** `customer360 discover <source>` */
export function discoverCommand(): Command {
  return withSharedOptions(new Command('discover'))
    .description(
      'List what a source has: resources, their fields and types, keys, and fields that look like change stamps.',
    )
    .argument('<source>', 'the name of a source in the settings')
    .addHelpText('after', '\nExamples:\n  customer360 discover erp\n  customer360 discover finance --json')
    .action(async (system: string, options: SharedOptions) => {
      const settings = await settingsOf(options);
      const { connectAll } = await import('../actions/connect-all.ts');
      const connectors = connectAll(settings);
      try {
        const streams = (await connectors[selectSource(settings, system)]?.discover(stopSignal())) ?? [];
        terminal.out(options.json ? JSON.stringify(streams, null, 2) : streams.map(describe).join('\n\n'));
      } finally {
        await Promise.all(Object.values(connectors).map((connector) => connector.close()));
      }
    });
}

function describe({ resource, count, key, cursorCandidates, fields }: DiscoveredStream): string {
  const records = count === null ? '' : ` (${count.toLocaleString('en-US')} records)`;
  return [
    `${resource}${records}`,
    `  key: ${key.join(', ') || 'not told'}`,
    `  change stamps: ${cursorCandidates.join(', ') || 'none seen'}`,
    ...Object.entries(fields).map(([name, type]) => `  ${name}: ${type}`),
  ].join('\n');
}
