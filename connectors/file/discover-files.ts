import type { DiscoveredStream } from '../connector.ts';
import type { FolderAccess } from './check-folder.ts';
import { pullFiles } from './pull-files.ts';

/** Files do not say what they are: the configured streams are told as their first records show them. */
export async function discoverFiles(
  { settings, targetOf }: Pick<FolderAccess, 'settings' | 'targetOf'>,
  signal: AbortSignal,
): Promise<DiscoveredStream[]> {
  const discovered: DiscoveredStream[] = [];
  for (const [name, { resource, key, format }] of Object.entries(settings.streams)) {
    const fields: Record<string, string> = {};
    for await (const { records } of pullFiles(targetOf(name), { since: null, resume: null }, signal)) {
      for (const { data, damage } of records) {
        if (damage !== undefined) continue;
        for (const [field, value] of Object.entries(data)) {
          if (fields[field] === undefined || fields[field] === 'null')
            fields[field] = format === 'csv' ? 'text' : typeOf(value);
        }
      }
      break;
    }
    const cursorCandidates = Object.keys(fields).filter((field) => /chang|modif|updat|stamp/i.test(field));
    discovered.push({ resource, fields, key: [key].flat(), cursorCandidates, count: null });
  }
  return discovered;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'object') return typeof value;
  return 'isLosslessNumber' in value ? 'number' : 'object';
}
