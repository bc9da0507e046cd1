import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { HubError } from '../../config/errors.ts';
import { exitCodes, type Finish } from '../terminal/exit-codes.ts';
import { terminal } from '../terminal/terminal.ts';

/** `customer360 schema print|diff`: the graph's SDL, and what changed since one was published. */
export function schemaCommand(finish: Finish): Command {
  const print = new Command('print')
    .description("The graph's SDL, sorted: for editors, and for code that is generated of it.")
    .action(async () => {
      const { publishedSdl, schema } = await load();
      terminal.out(publishedSdl(schema).trimEnd());
    });

  const diff = new Command('diff')
    .description('Does this version break operations that were valid for a published SDL?')
    .argument('<file>', 'the published SDL')
    .option('--notes <file>', 'breaking changes whose words stand in this file are meant')
    .action(async (file: string, { notes }: { notes?: string }) => {
      const { diffSchema, schema } = await load();
      const { unnoted, noted, dangerous } = diffSchema(read(file), schema, notes === undefined ? '' : read(notes));
      for (const change of dangerous) terminal.out(`may surprise: ${change}`);
      for (const change of noted) terminal.out(`breaks, noted: ${change}`);
      for (const change of unnoted) terminal.out(`breaks: ${change}`);
      if (unnoted.length > 0) {
        terminal.err(
          `Expected no change that breaks operations${notes ? `, or a line in ${notes} with its words` : ''}, got ${unnoted.length}. Deprecate the old and add the new beside it.`,
        );
        finish(exitCodes.failed);
      }
    });

  return new Command('schema')
    .description("The graph's SDL: print it, or compare it with a published one.")
    .addCommand(print)
    .addCommand(diff)
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 schema print > schema.graphql\n  customer360 schema diff schema.graphql --notes schema-changes.md',
    );
}

async function load() {
  const [diffing, { createLocalSchema }, { subschemas }] = await Promise.all([
    import('../actions/schema-diff.ts'),
    import('../../gateway/execution/local-schema.ts'),
    import('../../gateway/resolvers/domains/all.ts'),
  ]);
  return { ...diffing, schema: createLocalSchema(subschemas) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HubError('SETTINGS_NOT_FOUND', `Expected ${file} to be a file that can be read.`, { cause });
  }
}
