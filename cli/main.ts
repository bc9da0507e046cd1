import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { HubError } from '../config/errors.ts';
import { redactText } from '../config/observability/redact.ts';
import { auditCommand } from './commands/audit.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { discoverCommand } from './commands/discover.ts';
import { documentsCommand } from './commands/documents.ts';
import { driftCommand } from './commands/drift.ts';
import { identityCommand } from './commands/identity.ts';
import { insightCommand } from './commands/insight.ts';
import { keysCommand } from './commands/keys.ts';
import { privacyCommand } from './commands/privacy.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { schemaCommand } from './commands/schema.ts';
import { serveCommand } from './commands/serve.ts';
import { settingsCommand } from './commands/settings.ts';
import { statusCommand } from './commands/status.ts';
import { syncCommand } from './commands/sync.ts';
import { verifyCommand } from './commands/verify.ts';
import { type ExitCode, exitCodeOf, exitCodes, type Finish } from './terminal/exit-codes.ts';
import { terminal } from './terminal/terminal.ts';

const commands = [
  demoCommand,
  serveCommand,
  syncCommand,
  reconcileCommand,
  verifyCommand,
  statusCommand,
  checkCommand,
  discoverCommand,
  quarantineCommand,
  identityCommand,
  keysCommand,
  auditCommand,
  privacyCommand,
  driftCommand,
  insightCommand,
  schemaCommand,
  documentsCommand,
  settingsCommand,
];

/** The `customer360` command: runs what the arguments say and resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  leaveQuietlyWithReader();
  let exitCode: number = exitCodes.ok;
  const finish: Finish = (code) => {
    exitCode = code;
  };
  const program = new Command('customer360')
    .description('One GraphQL for everything a company knows about a customer, whichever system knows it.')
    .version(version())
    .showSuggestionAfterError()
    .showHelpAfterError('(--help says what there is)')
    .exitOverride()
    .addHelpText('after', afterHelp);
  for (const command of commands) program.addCommand(inherit(command(finish), program));

  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return report(error, args.includes('--debug'));
  }
}

const afterHelp = `
Exit codes:
  0  all is well
  1  something differs, failed or could not be reached
  2  the command line or the settings are wrong

Examples:
  customer360 demo                     a demo company: four systems, synced, served at http://127.0.0.1:4000/graphql
  customer360 settings check           is customer360.yaml right? if not: where, and what was expected
  customer360 check                    does every login and every stream work?
  customer360 sync erp                 one pass of all streams of one source
  customer360 serve                    the graph, and the schedule that keeps the cache in step
  customer360 verify erp/orders --json the proof that the cache equals the source`;

/** Sub-commands throw like the program does, instead of ending the process. */
function inherit(command: Command, program: Command): Command {
  command.copyInheritedSettings(program);
  for (const own of command.commands) inherit(own, command);
  return command;
}

/** Whoever reads us (`| head`) may have seen enough: that is no error. */
function leaveQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok);
    throw error;
  });
}

/** One line: the code, what was expected, what to do. */
function report(error: unknown, debug: boolean): ExitCode {
  const code = error instanceof HubError ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  terminal.err(redactText(`error ${code}: ${message}`));
  if (debug && error instanceof Error) terminal.err(redactText(stackOf(error)));
  else if (code === 'INTERNAL') terminal.err('Run it again with --debug to see where.');
  return exitCodeOf(code);
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version: unknown }).version);
}
