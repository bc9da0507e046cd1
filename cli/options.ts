import { type Command, Option } from 'commander';
import type { Log } from '../config/observability/log.ts';
import type { Hub } from './compose.ts';
import type { HubSettings } from './read-settings.ts';

/** The options every command has. */
export interface SharedOptions {
  settings: string;
  json?: boolean;
  debug?: boolean;
}

/** Adds `--settings`, `--json` and `--debug`. */
export function withSharedOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-s, --settings <file>', 'the settings file').env('CUSTOMER360_SETTINGS').default('customer360.yaml'),
    )
    .option('--json', 'print the result as JSON')
    .option('--debug', 'log everything, and print the stack of an error');
}

/** The settings a command was given. */
export async function settingsOf({ settings }: SharedOptions): Promise<HubSettings> {
  const { readSettings } = await import('./read-settings.ts');
  return readSettings(settings, process.env);
}

/** A log for commands that report for themselves: only what they cannot know. */
async function quietLog({ debug }: SharedOptions): Promise<Log> {
  const { createLog } = await import('../config/observability/log.ts');
  return createLog({ level: debug ? 'debug' : 'error' });
}

/** Opens the hub for one command and closes it whatever happens. */
export async function withHub<T>(options: SharedOptions, work: (hub: Hub) => Promise<T>): Promise<T> {
  const settings = await settingsOf(options);
  const { openHub } = await import('./compose.ts');
  const hub = await openHub(settings, await quietLog(options));
  try {
    return await work(hub);
  } finally {
    await hub.close();
  }
}
