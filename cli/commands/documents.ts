import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { terminal } from '../terminal/terminal.ts';

interface ExtractOptions {
  out: string;
  typenames?: boolean;
}

/** `customer360 documents extract`: what a front-end asks, as a manifest for `gateway.trustedDocuments`. */
export function documentsCommand(): Command {
  const extract = new Command('extract')
    .description("A manifest of a front-end's operations, checked against the graph.")
    .argument('<folder>', "the front-end's sources or build")
    .option('-o, --out <file>', 'where to write it; - for standard output', 'trusted-documents.json')
    .option('--typenames', 'ask for __typename everywhere, for clients with a normalised cache')
    .action(async (folder: string, { out, typenames = false }: ExtractOptions) => {
      const [{ extractDocuments }, { createLocalSchema }, { subschemas }] = await Promise.all([
        import('../actions/extract-documents.ts'),
        import('../../gateway/execution/local-schema.ts'),
        import('../../gateway/resolvers/domains/all.ts'),
      ]);
      const manifest = extractDocuments({ folder, typenames, schema: createLocalSchema(subschemas) });
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      if (out === '-') {
        terminal.out(text.trimEnd());
        return;
      }
      writeFileSync(out, text);
      terminal.err(`${manifest.operations.length} operations of ${folder} are in ${out}.`);
    });

  return new Command('documents')
    .description('Operations that front-ends name instead of sending them.')
    .addCommand(extract)
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 documents extract ../shop/src\n  customer360 documents extract ../shop/src --typenames --out documents/shop.json',
    );
}
