import { Command, InvalidArgumentError } from 'commander';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { terminal } from '../terminal/terminal.ts';

interface AuditOptions extends SharedOptions {
  customer?: string;
  first: number;
}

/** `customer360 audit`: who read whose personal data. */
export function auditCommand(): Command {
  return withSharedOptions(new Command('audit'))
    .description('Who read whose personal data, the newest first.')
    .option('--customer <id>', 'only readings of this customer')
    .option('--first <n>', 'how many, at most 1000', count, 50)
    .action(async ({ customer, first, json, ...options }: AuditOptions) => {
      const { createAccessAuditStore } = await import('../../cache/access/access-audit-store.ts');
      await withHub(options, async ({ cache }) => {
        const reads = await createAccessAuditStore(cache).list({ ...(customer && { customer }), first });
        if (json) terminal.out(JSON.stringify(reads, null, 2));
        else for (const read of reads) terminal.out(lineOf(read));
        if (!json && reads.length === 0) terminal.out('No readings of personal data.');
      });
    })
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 audit\n  customer360 audit --customer 0198a3f2-7c1e-7d4b-9a55-3b1f0c2e4d6a',
    );
}

function lineOf({
  readAt,
  viewer,
  operation,
  customers,
}: {
  readAt: string;
  viewer: string;
  operation: string;
  customers: readonly string[];
}) {
  const more = customers.length > 3 ? ` and ${customers.length - 3} more` : '';
  return `${readAt}  ${viewer}  ${operation}  ${customers.slice(0, 3).join(' ')}${more}`;
}

function count(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 1_000)
    throw new InvalidArgumentError('Expected a whole number from 1 to 1000.');
  return n;
}
