import { Command } from 'commander';
import { exitCodes, type Finish } from '../exit-codes.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { selectStreams } from '../select-streams.ts';
import { stopSignal } from '../stop-signal.ts';
import { terminal } from '../terminal.ts';

interface VerifyOptions extends SharedOptions {
  repair?: boolean;
}

/** `customer360 verify [source[/stream]]` */
export function verifyCommand(finish: Finish): Command {
  return withSharedOptions(new Command('verify'))
    .description('Prove that the cache equals the sources: counts and checksums, differing keys and fields named.')
    .argument('[source[/stream]]', 'only this source, or this stream of it')
    .option('--repair', 'write the records that differ anew from the source, then compare those again')
    .addHelpText(
      'after',
      '\nReads the sources in full and compares record by record, independently of the sync. Records that changed\n' +
        'meanwhile are read again. Exit code 1 when anything differs or could not be compared.\n' +
        '\nWith --repair the differing records, and only those, are read by key and written whatever the cache has of\n' +
        'them; what the source no longer has is deleted. At most 10,000 records a stream: run it again for more.\n' +
        'Exit code 0 when nothing differs after that.\n' +
        '\nExamples:\n  customer360 verify\n  customer360 verify finance/invoices\n  customer360 verify erp --json\n' +
        '  customer360 verify erp/orders --repair',
    )
    .action(async (target: string | undefined, options: VerifyOptions) => {
      const { describeReports, reportAsJson, verifyStreams } = await import('../verify-streams.ts');
      const signal = stopSignal();
      const { json = false, repair = false } = options;
      const reports = await withHub(options, (hub) =>
        verifyStreams({ hub, streams: selectStreams(hub.settings, target), signal, terminal, repair, quiet: json }),
      );
      terminal.out(json ? JSON.stringify(reports.map(reportAsJson), null, 2) : describeReports(reports));
      // A comparison that was stopped has proved nothing.
      if (reports.some((report) => report.outcome !== 'EQUAL')) finish(exitCodes.failed);
    });
}
