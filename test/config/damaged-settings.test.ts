// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment look like templates
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HubError } from '../../config/errors.ts';
import { loadSettings } from '../../config/settings/load-settings.ts';
import { sourceSchema } from '../../connectors/kinds.ts';

const presetsFolder = fileURLToPath(new URL('../../connectors/presets', import.meta.url));
const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml]) => yaml ?? '');
const folder = mkdtempSync(path.join(tmpdir(), 'damaged-'));
const file = path.join(folder, 'customer360.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

/** A cut, a doubled piece, or something foreign in the middle of a good file. */
const damage = fc.record({
  example: fc.constantFrom(...examples),
  at: fc.nat(),
  length: fc.nat({ max: 40 }),
  instead: fc.oneof(
    fc.constantFrom(
      '',
      '{',
      ']',
      ': ',
      '\n',
      '\n  ',
      '- ',
      '&a ',
      '*a',
      '!x ',
      '"',
      '#',
      '|\n',
      '${',
      '${X}',
      '<<: ',
      'null',
      '7',
      '\t',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  ),
});

describe('a damaged settings file', () => {
  it('is taken or refused with a place, and never breaks the reader', () => {
    fc.assert(
      fc.property(damage, ({ example, at, length, instead }) => {
        const start = at % example.length;
        writeFileSync(file, example.slice(0, start) + instead + example.slice(start + length));
        const refusal = refusalOf();
        if (refusal === undefined) return;
        expect(refusal).toBeInstanceOf(HubError);
        const lines = String((refusal as HubError).message).split('\n');
        const named = lines.filter((line) => /(customer360|tryton)\.yaml:\d+:\d+/.test(line));
        expect(named.length).toBeGreaterThan(0);
        expect(lines.length - named.length).toBeLessThanOrEqual(lines.length === 1 ? 0 : 1);
      }),
      { numRuns: 200 },
    );
  });
});

function refusalOf(): unknown {
  try {
    const env = { SHOP_TOKEN: 't', FINANCE_PASSWORD: 'p', TRYTON_PASSWORD: 'p' };
    loadSettings({ file, env, sourceSchema, presetsFolder });
    return undefined;
  } catch (error) {
    return error;
  }
}
