import type { FieldMapping, RecordMapping, StreamSettings } from '../../config/settings/settings.ts';

/** The paths a `records:` entry reads, from the source record down; expressions are not looked into. */
export function pathsOfRecord(record: RecordMapping): string[] {
  const { each } = record;
  const inside = [...listOf(record.key), ...Object.values(record.fields).flatMap(pathsOfField)];
  if (each === undefined) return inside;
  return inside.map((path) => (path.startsWith('^.') ? path.slice(2) : `${each}.${path}`));
}

/** Where a source record tells its key, its change stamp and that it is deleted. */
function pathsOfStream(stream: Pick<StreamSettings, 'key' | 'cursor' | 'deletes'>): string[] {
  return [
    ...listOf(stream.key),
    ...listOf(stream.cursor?.field),
    ...listOf(stream.cursor?.time),
    ...(typeof stream.deletes === 'object' ? [stream.deletes.flag] : []),
  ];
}

/**
 * Compiles whether a stream reads a field of its source, given as the names from the record down to it (list elements
 * are no level of their own). A field is read, too, with what is below or above it. Of expressions the words are
 * known and not what they do: a field whose name is one of them counts as read.
 */
export function compileIsRead(
  stream: Pick<StreamSettings, 'key' | 'cursor' | 'deletes' | 'records'>,
): (names: readonly string[]) => boolean {
  const paths = [
    ...pathsOfStream(stream),
    ...stream.records.flatMap((one) => [...pathsOfRecord(one), ...listOf(one.each)]),
  ];
  const read = paths.map(namesOf);
  const words = new Set(
    stream.records.flatMap(expressionsOf).flatMap((text) => text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []),
  );
  return (names) =>
    words.has(names.at(-1) ?? '') ||
    read.some((path) => path.slice(0, names.length).every((name, level) => name === (names[level] ?? name)));
}

/** The steps of a path by name; places in lists are left out. */
function namesOf(path: string): string[] {
  return path
    .replace(/^(\^\.)+/, '')
    .split(/(?<!\\)\./)
    .map((step) => step.replaceAll('\\.', '.'))
    .filter((step) => !/^\d+$/.test(step));
}

function expressionsOf(record: RecordMapping): string[] {
  const fields = Object.values(record.fields).map((field) =>
    typeof field === 'string' ? undefined : field.expression,
  );
  return [record.when, ...fields].filter((text) => text !== undefined);
}

/** The paths that one field reads; expressions are not looked into. */
export function pathsOfField(field: FieldMapping): string[] {
  if (typeof field === 'string') return [field];
  return [field.path, ...(field.paths ?? []), field.time, ...(field.key ?? []), ...(field.join ?? []).flat()].filter(
    (path) => path !== undefined,
  );
}

function listOf(paths: string | string[] | undefined): string[] {
  return paths === undefined ? [] : [paths].flat();
}
