import { Command, InvalidArgumentError } from 'commander';
import { HubError } from '../../config/errors.ts';
import { selectStreams } from '../actions/select-streams.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import type { HubSettings } from '../read-settings.ts';
import { exitCodes, type Finish } from '../terminal/exit-codes.ts';
import { nameOf } from '../terminal/progress.ts';
import { stopSignal } from '../terminal/stop-signal.ts';
import { terminal } from '../terminal/terminal.ts';

interface ListOptions extends SharedOptions {
  first: number;
  after?: string;
}

/** `customer360 quarantine list|show|replay` */
export function quarantineCommand(finish: Finish): Command {
  const list = withSharedOptions(new Command('list'))
    .description('The records that did not fit, with the reason.')
    .argument('[source[/stream]]', 'only this source, or this stream of it')
    .option('--first <n>', 'how many', positive, 50)
    .option('--after <id>', 'go on after this record')
    .action(async (target: string | undefined, options: ListOptions) => {
      const { createQuarantineStore } = await import('../../cache/streams/quarantine-store.ts');
      await withHub(options, async ({ cache, settings }) => {
        const within = withinOf(settings, target);
        const store = createQuarantineStore(cache);
        const records = await store.list({ ...within, first: options.first, after: options.after ?? null });
        const total = await store.count(within);
        if (options.json) {
          terminal.out(JSON.stringify({ total, records }, null, 2));
          return;
        }
        for (const { id, system, stream, key, code, message } of records) {
          terminal.out(`${id}  ${system}/${stream} ${key}  ${code}: ${message}`);
        }
        const last = records.at(-1);
        const more = last && records.length === options.first ? ` Go on with --after ${last.id}` : '';
        terminal.out(`${records.length} of ${total} records.${more}`);
      });
    });

  const show = withSharedOptions(new Command('show'))
    .description('One record with its raw text.')
    .argument('<id>', 'its id, as list prints it')
    .action(async (id: string, options: SharedOptions) => {
      const { createQuarantineStore } = await import('../../cache/streams/quarantine-store.ts');
      await withHub(options, async ({ cache }) => {
        const record = await createQuarantineStore(cache).get(id);
        if (!record) {
          throw new HubError(
            'NOT_FOUND',
            `Nothing in quarantine has the id ${id}: it may fit by now. customer360 quarantine list shows what is there.`,
          );
        }
        if (options.json) {
          terminal.out(JSON.stringify(record, null, 2));
          return;
        }
        for (const [name, value] of Object.entries(record))
          if (name !== 'raw') terminal.out(`${name}: ${value ?? '-'}`);
        terminal.out(`raw:\n${record.raw}`);
      });
    });

  const replay = withSharedOptions(new Command('replay'))
    .description(
      'Read what is in quarantine once more and map it anew: for when the mapping or the source was corrected.',
    )
    .argument('[source[/stream]]', 'only this source, or this stream of it')
    .option('--key <key...>', 'only the records with these keys')
    .action(async (target: string | undefined, { key: keys, ...options }: SharedOptions & { key?: string[] }) => {
      const { replayStreams, runAsJson } = await import('../actions/sync-streams.ts');
      const { createQuarantineStore } = await import('../../cache/streams/quarantine-store.ts');
      const signal = stopSignal();
      const { json: quiet = false } = options;
      await withHub(options, async (hub) => {
        const chosen = selectStreams(hub.settings, target);
        const store = createQuarantineStore(hub.cache);
        const counts = await Promise.all(chosen.map((choice) => store.count(choice)));
        const streams = chosen.filter((_, index) => counts[index] !== 0);
        const totals = new Map(chosen.map((choice, index) => [nameOf(choice), counts[index] ?? 0]));
        const runs = await replayStreams({ hub, streams, signal, terminal, quiet, totals, ...(keys && { keys }) });
        const left = (await Promise.all(chosen.map((choice) => store.count(choice)))).reduce((sum, n) => sum + n, 0);
        if (quiet) terminal.out(JSON.stringify({ left, runs: runs.map(runAsJson) }, null, 2));
        else terminal.out(left === 0 ? 'Nothing is left in quarantine.' : `${left} records are still in quarantine.`);
        if (runs.some((run) => run.outcome === 'FAILED' || run.outcome === 'BUSY')) finish(exitCodes.failed);
      });
    });

  return new Command('quarantine')
    .description('The records that did not fit the canonical model.')
    .addCommand(list)
    .addCommand(show)
    .addCommand(replay)
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 quarantine list\n  customer360 quarantine list crm/accounts --json\n  customer360 quarantine show <id>\n  customer360 quarantine replay crm/accounts',
    );
}

function withinOf(settings: HubSettings, target: string | undefined): { system?: string; stream?: string } {
  const [choice] = selectStreams(settings, target);
  if (target === undefined || !choice) return {};
  return target.includes('/') ? choice : { system: choice.system };
}

function positive(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('Expected a whole number from 1 up.');
  return n;
}
