import { Command, Option } from 'commander';
import type { VerifyReport } from '../../sync-jobs/verify/verify-report.ts';
import { selectStreams } from '../actions/select-streams.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { exitCodes, type Finish } from '../terminal/exit-codes.ts';
import { stopSignal } from '../terminal/stop-signal.ts';
import { terminal } from '../terminal/terminal.ts';

interface VerifyOptions extends SharedOptions {
  repair?: boolean;
  allowUnproved?: boolean;
  full?: boolean;
  quick?: boolean;
}

/** `customer360 verify [source[/stream]]` */
export function verifyCommand(finish: Finish): Command {
  return withSharedOptions(new Command('verify'))
    .description('Prove that the cache equals the sources: counts and checksums, differing keys and fields named.')
    .argument('[source[/stream]]', 'only this source, or this stream of it')
    .addOption(new Option('--full', 'read every record of the source, whatever checksums say').conflicts('quick'))
    .option('--quick', 'where there are no checksums compare keys and change stamps only; proves less')
    .option('--repair', 'write the records that differ again from the source, then compare those once more')
    .option(
      '--allow-unproved',
      'exit code 0 for streams without a difference whose source cannot prove its list complete',
    )
    .addHelpText(
      'after',
      '\nDatabases are compared by checksums that source and cache each compute over all their records; only records\n' +
        'whose checksums differ are read. All other sources are read in full and compared record by record. Nothing is\n' +
        'written but the result: records that differ are asked for by key once more, and those that changed since the\n' +
        'last pass are counted apart. Exit code 1 when anything differs, could not be compared, or is unproved.\n' +
        '\nWith --full every record is read and mapped again, from databases too. With --quick sources without checksums\n' +
        'are compared by keys and change stamps: what changed there without a new stamp is not seen.\n' +
        '\nWith --repair the differing records, and only those, are read by key and written whatever the cache has of\n' +
        'them; what the source no longer has is deleted. At most 10,000 records a stream: run it again for more.\n' +
        'Exit code 0 when nothing differs after that.\n' +
        '\nExamples:\n  customer360 verify\n  customer360 verify finance/invoices\n  customer360 verify erp --json\n' +
        '  customer360 verify erp/orders --repair\n  customer360 verify finance --full',
    )
    .action(async (target: string | undefined, options: VerifyOptions) => {
      const { describeReports, reportAsJson, verifyStreams } = await import('../actions/verify-streams.ts');
      const signal = stopSignal();
      const { json = false, repair = false, allowUnproved = false, full = false, quick = false } = options;
      const thoroughness = full ? 'full' : quick ? 'quick' : 'proof';
      const reports = await withHub(options, (hub) =>
        verifyStreams({
          ...{ hub, streams: selectStreams(hub.settings, target), signal, terminal },
          ...{ thoroughness, repair, quiet: json },
        }),
      );
      terminal.out(json ? JSON.stringify(reports.map(reportAsJson), null, 2) : describeReports(reports));
      // A comparison that was stopped has proved nothing.
      const isFine = ({ outcome }: VerifyReport) => outcome === 'EQUAL' || (allowUnproved && outcome === 'UNPROVED');
      if (!reports.every(isFine)) finish(exitCodes.failed);
    });
}
