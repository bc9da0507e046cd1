import { Command } from 'commander';
import { type SharedOptions, settingsOf, withSharedOptions } from '../options.ts';
import { terminal } from '../terminal/terminal.ts';

/** `customer360 settings check|schema` */
export function settingsCommand(): Command {
  const check = withSharedOptions(new Command('check'))
    .description('Is the settings file right? If not: where, what was expected, what is there.')
    .action(async (options: SharedOptions) => {
      const settings = await settingsOf(options);
      const { sources } = settings;
      const { scheduleWarnings } = await import('../actions/schedule-warnings.ts');
      const warnings = scheduleWarnings(settings);
      const summary = Object.entries(sources).map(([source, { kind, streams }]) => ({
        source,
        kind,
        streams: Object.keys(streams),
      }));
      if (options.json) {
        terminal.out(JSON.stringify({ file: options.settings, sources: summary, warnings }, null, 2));
        return;
      }
      terminal.out(`${options.settings} is right.`);
      for (const { source, kind, streams } of summary) terminal.out(`  ${source} (${kind}): ${streams.join(', ')}`);
      for (const warning of warnings) terminal.out(`warning: ${warning}`);
    });

  const schema = withSharedOptions(new Command('schema'))
    .description('The JSON Schema of the settings file, for completion and checks in an editor.')
    .action(async () => {
      const [{ settingsJsonSchema }, { sourceSchema }] = await Promise.all([
        import('../../config/settings/settings-json-schema.ts'),
        import('../../connectors/kinds.ts'),
      ]);
      terminal.out(JSON.stringify(settingsJsonSchema(sourceSchema), null, 2));
    });

  return new Command('settings')
    .description('The settings file: check it, or get its schema.')
    .addCommand(check)
    .addCommand(schema)
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 settings check --settings hub.yaml\n  customer360 settings schema > customer360.schema.json',
    );
}
