import { didYouMean } from './closest.ts';
import type { FieldMapping, RecordMapping } from './settings.ts';

interface NamedSystems {
  sources: Readonly<Record<string, { streams: Readonly<Record<string, { records: readonly RecordMapping[] }>> }>>;
  identity: { oneRecordPerCustomer: readonly string[] };
  zones: Readonly<Record<string, string>>;
}

interface UnknownSystem {
  path: (string | number)[];
  message: string;
}

/**
 * Every place of the settings that names a system which no source is: a reference to it could never lead to a record,
 * and nothing else would show it.
 */
export function unknownSystems({ sources, identity, zones }: NamedSystems): UnknownSystem[] {
  const known = Object.keys(sources);
  const unknown = (path: UnknownSystem['path'], name: string): UnknownSystem[] => {
    if (Object.hasOwn(sources, name)) return [];
    const message = `expected the name of a source under "sources:" (${known.join(', ')}), got "${name}".${didYouMean(name, known)}`;
    return [{ path, message }];
  };
  return [
    ...namedByReferences(sources).flatMap(([path, name]) => unknown(path, name)),
    ...identity.oneRecordPerCustomer.flatMap((name, index) =>
      unknown(['identity', 'oneRecordPerCustomer', index], name),
    ),
    ...Object.keys(zones).flatMap((name) => unknown(['zones', name], name)),
  ];
}

function namedByReferences(sources: NamedSystems['sources']): [path: UnknownSystem['path'], name: string][] {
  return Object.entries(sources).flatMap(([source, { streams }]) =>
    Object.entries(streams).flatMap(([stream, { records }]) =>
      records.flatMap(({ fields }, index) =>
        Object.entries(fields).flatMap(([field, mapping]): [UnknownSystem['path'], string][] => {
          const name = systemOf(mapping);
          const path = ['sources', source, 'streams', stream, 'records', index, 'fields', field, 'system'];
          return name === undefined ? [] : [[path, name]];
        }),
      ),
    ),
  );
}

function systemOf(mapping: FieldMapping): string | undefined {
  return typeof mapping === 'string' ? undefined : mapping.system;
}
