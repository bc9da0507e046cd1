import type { StreamSettings } from '../../config/settings/settings.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { DiscoveredStream, Page } from '../connector.ts';

/** JSON APIs do not say what they offer: the configured lists are told as their first pages show them. */
export async function discoverLists(
  streams: Readonly<Record<string, Pick<StreamSettings, 'resource' | 'key'>>>,
  pull: (stream: string) => AsyncIterable<Page>,
): Promise<DiscoveredStream[]> {
  const discovered: DiscoveredStream[] = [];
  for (const [name, { resource, key }] of Object.entries(streams)) {
    const fields: Record<string, string> = {};
    for await (const { records } of pull(name)) {
      for (const { data } of records) addFields(fields, data, '');
      break;
    }
    const cursorCandidates = Object.keys(fields).filter((field) => /chang|modif|updat|stamp/i.test(field));
    discovered.push({ resource, fields, key: [key].flat(), cursorCandidates, count: null });
  }
  return discovered;
}

function addFields(fields: Record<string, string>, data: JsonObject, prefix: string): void {
  for (const [name, value] of Object.entries(data)) {
    const path = `${prefix}${name}`;
    const type = typeOf(value);
    if (type === 'object') addFields(fields, value as JsonObject, `${path}.`);
    else if (fields[path] === undefined || fields[path] === 'null') fields[path] = type;
  }
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'object') return typeof value;
  return 'isLosslessNumber' in value ? 'number' : 'object';
}
