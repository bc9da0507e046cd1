import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { sourceSchema } from '../../connectors/kinds.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';

const text = readFileSync(new URL('../../docs/adding-a-connector.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, yaml = '']) =>
  Object.entries((parse(yaml) as { sources: Record<string, unknown> }).sources),
);

describe('docs/adding-a-connector.md', () => {
  it('has examples', () => {
    expect(examples.map(([system]) => system)).toEqual(['tickets', 's4', 'warehouse', 'shop', 'vendure', 'directus']);
  });

  it.each(examples)('the source %s is valid, and so is its mapping', (system, source) => {
    const settings = sourceSchema.parse(source);
    for (const [streamName, stream] of Object.entries(settings.streams)) {
      expect(compileMapping({ system, streamName, stream }).hash).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
