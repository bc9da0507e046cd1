import { userInfo } from 'node:os';
import { Command } from 'commander';
import { customerIdOf } from '../customer-id-of.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { stopSignal } from '../stop-signal.ts';
import { terminal } from '../terminal.ts';

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
      const { exportPerson } = await import('../../customer-360/export-person.ts');
      await withHub(options, async ({ cache }) => {
        const person = await exportPerson(cache, await customerIdOf(cache, customer));
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
      const { erasePerson } = await import('../../sync-jobs/erase-person.ts');
      const signal = stopSignal();
      await withHub(options, async (hub) => {
        const { cache, settings } = hub;
        const erasure = await erasePerson({
          cache,
          customerId: await customerIdOf(cache, customer),
          actor: userInfo().username,
          reason: reason ?? null,
          dryRun,
          requestFor: ({ system, stream }) =>
            settings.sources[system]?.streams[stream] && hub.requestFor({ system, stream }, signal),
        });
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

function linesOf({
  customerId,
  parties,
  records,
  erased,
}: {
  customerId: string;
  parties: number;
  records: Record<string, number>;
  erased: boolean;
}) {
  const names = Object.entries(records).map(([name, count]) => `  ${name}: ${count}`);
  return [
    `${erased ? 'Erased' : 'Would erase'} ${customerId}: ${parties} parties, records of`,
    ...names,
    ...(erased ? ['No sync brings it back. Sources that still have the person must erase it themselves.'] : []),
  ];
}
