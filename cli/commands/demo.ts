import { Command, InvalidArgumentError } from 'commander';
import type { DemoCommandOptions } from '../demo/run-demo.ts';

/** `customer360 demo`, what `npm start` runs. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('A demo company: four source systems with data, synced and served until stopped.')
    .option('--scale <n>', '1 is about 2,000 customers and 25,000 orders', positive, 1)
    .option('--seed <n>', 'another company', whole, 7)
    .option('--port <n>', 'where to serve the graph', whole, 4000)
    .option('--data <folder>', 'where cache and settings go; made anew at each start (default: a temporary folder)')
    .option('--keep', 'keep them after the end, in .customer360/ unless --data says where')
    .option('--no-changes', 'let nothing happen in the sources')
    .option('--debug', 'log everything, and print the stack of an error')
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 demo\n  customer360 demo --scale 0.1 --port 4100\n  customer360 demo --keep --seed 42',
    )
    .action(async (options: DemoCommandOptions) => {
      const { runDemo } = await import('../demo/run-demo.ts');
      await runDemo(options);
    });
}

function positive(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n <= 1_000)) throw new InvalidArgumentError('Expected a number above 0, such as 0.1 or 2.');
  return n;
}

function whole(text: string): number {
  const n = Number(text);
  if (text.trim() === '' || !Number.isInteger(n) || n < 0) throw new InvalidArgumentError('Expected a whole number.');
  return n;
}
