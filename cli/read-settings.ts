import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HubError } from '../config/errors.ts';
import { loadSettings } from '../config/settings/load-settings.ts';
import type { Settings } from '../config/settings/settings.ts';
import { placeOf, readYamlTree } from '../config/settings/yaml-tree.ts';
import { type KnownSource, sourceSchema } from '../connectors/kinds.ts';
import { compileMapping } from '../connectors/mapping/compile-mapping.ts';

export type HubSettings = Settings<KnownSource>;

const presetsFolder = fileURLToPath(new URL('../connectors/presets', import.meta.url));

/** The settings, with every mapping tried: whatever is wrong in the file is said, with its line, before anything starts. */
export function readSettings(file: string, env: Readonly<Record<string, string | undefined>>): HubSettings {
  const settings = loadSettings({ file, env, sourceSchema, presetsFolder });
  const problems = Object.entries(settings.sources).flatMap(([system, source]) =>
    Object.entries(source.streams).flatMap(([streamName, stream]) => {
      try {
        compileMapping({ system, streamName, stream });
        return [];
      } catch (error) {
        if (error instanceof HubError) return [withLine(file, error.message)];
        throw error;
      }
    }),
  );
  if (problems.length === 0) return settings;
  const [only] = problems;
  const text = problems.length === 1 ? only : `${problems.length} problems:\n  ${problems.join('\n  ')}`;
  throw new HubError('MAPPING_INVALID', text ?? '');
}

/** `sources.crm.streams.orders.records[0].entity: …` with the place of that node, or of what holds it, before it. */
function withLine(file: string, message: string): string {
  const read = readYamlTree(readFileSync(file, 'utf8'), file);
  const path = /^sources[^\s:]*/
    .exec(message)?.[0]
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.');
  if (!('tree' in read) || !path) return message;
  const { line, column } = placeOf(read.tree, path);
  return `${file}:${line}:${column} ${message}`;
}
