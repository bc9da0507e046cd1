import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { Erasure } from '../../customer-360/privacy/erase-person.ts';
import { customerIdOf } from '../customer-id-of.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { terminal } from '../terminal/terminal.ts';

interface EraseOptions extends SharedOptions {
  dryRun?: boolean;
  reason?: string;
}

/** `customer360 privacy export|erase` */
export function privacyCommand(): Command {
  const show = withSharedOptions(new Command('export'))
    .description('Everything the hub keeps of one person, as JSON.')
    .argument('<customer>', 'its id, or <system>:<key> of a party')
    .action(async (customer: string, options: SharedOptions) => {
      await withHub(options, async (hub) => {
        const person = await hub.privacy().export(await customerIdOf(hub.cache, customer));
        terminal.out(JSON.stringify(person, null, 2));
      });
    });

  const erase = withSharedOptions(new Command('erase'))
    .description(
      'Empty everything personal of one person, and let no sync bring it back. Orders and invoices stay, without a name.',
    )
    .argument('<customer>', 'its id, or <system>:<key> of a party')
    .option('--dry-run', 'say what would be erased')
    .option('--reason <text>', 'for the audit')
    .action(async (customer: string, { dryRun = false, reason, ...options }: EraseOptions) => {
      await withHub(options, async (hub) => {
        const how = { actor: `cli:${userInfo().username}`, reason, dryRun };
        const erasure = await hub.privacy().erase(await customerIdOf(hub.cache, customer), how);
        if (options.json) terminal.out(JSON.stringify(erasure, null, 2));
        else for (const line of linesOf(erasure)) terminal.out(line);
      });
    });

  return new Command('privacy')
    .description('What the hub keeps of a person: show it, erase it.')
    .addCommand(show)
    .addCommand(erase)
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 privacy export crm:A-101239 > person.json\n  customer360 privacy erase crm:A-101239 --dry-run\n  customer360 privacy erase crm:A-101239 --reason "request of 3 May"',
    );
}

function linesOf({ customerId, dryRun, parties, records, quarantined }: Erasure): string[] {
  return [
    `${dryRun ? 'Would erase' : 'Erased'} ${customerId}: ${parties} parties, records of`,
    ...records.map(({ system, stream, count }) => `  ${system}/${stream}: ${count}`),
    ...(quarantined > 0 ? [`  in quarantine: ${quarantined}`] : []),
    ...(dryRun ? [] : ['No sync brings it back. Sources that still have the person must erase it themselves.']),
  ];
}
