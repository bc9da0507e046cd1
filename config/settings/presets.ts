import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { didYouMean } from './closest.ts';
import { type Problem, placeOf, readYamlTree, type YamlList, type YamlMap, type YamlTree } from './yaml-tree.ts';

/**
 * Puts each source's preset under what the user wrote for it, in place, and returns what is wrong.
 *
 * Maps are merged key by key and the user's value wins; a map whose `type` or `kind` differs, a list and a field's
 * mapping are replaced whole. `records` are merged by entity: the user's n-th record of an entity lies over the
 * preset's n-th, further ones are added. `null` (for a stream also `false`) drops what the preset has.
 */
export function applyPresets(tree: YamlTree, presetsFolder: string): Problem[] {
  const sources = tree.type === 'map' ? tree.entries.get('sources')?.value : undefined;
  if (sources?.type !== 'map') return [];
  const problems: Problem[] = [];
  for (const [name, entry] of sources.entries) {
    if (entry.value.type !== 'map') continue;
    const preset = entry.value.entries.get('preset');
    if (!preset) {
      dropStreams(entry.value);
      continue;
    }
    entry.value.entries.delete('preset');
    const found = readPreset(preset.value, presetsFolder);
    if ('tree' in found && found.tree.type === 'map') {
      entry.value = mergeMaps(found.tree, entry.value, []);
      dropStreams(entry.value);
      continue;
    }
    const own = { place: placeOf(tree, ['sources', name]), path: ['sources', name, 'preset'] };
    if ('problems' in found) problems.push(...found.problems);
    else if ('message' in found) problems.push({ ...own, place: preset.value.place, message: found.message });
    else problems.push({ ...own, place: found.tree.place, message: 'expected the preset to be a map of settings.' });
    // what the preset would have brought is not known, so nothing more can be said of this source
    sources.entries.delete(name);
  }
  return problems;
}

type Found = { tree: YamlTree } | { problems: Problem[] } | { message: string };

function readPreset(written: YamlTree, folder: string): Found {
  const available = listPresets(folder);
  const name = written.type === 'scalar' && typeof written.value === 'string' ? written.value : undefined;
  if (name === undefined || !available.includes(name)) {
    const known = available.length === 0 ? 'there are none' : `there are ${available.join(', ')}`;
    const got = name === undefined ? 'something that is not a name' : `"${name}"`;
    return { message: `expected the name of a preset (${known}), got ${got}.${didYouMean(name ?? '', available)}` };
  }
  return readYamlTree(readFileSync(path.join(folder, `${name}.yaml`), 'utf8'), `preset ${name}.yaml`);
}

/** The names of the presets in a folder, such as `tryton`. */
function listPresets(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => file.slice(0, -'.yaml'.length).split(path.sep).join('/'))
      .sort();
  } catch {
    return [];
  }
}

function merge(base: YamlTree, over: YamlTree, at: readonly string[]): YamlTree {
  if (base.type === 'map' && over.type === 'map' && sameSort(base, over) && at.at(-2) !== 'fields') {
    return mergeMaps(base, over, at);
  }
  if (base.type === 'list' && over.type === 'list' && at.at(-1) === 'records') return mergeRecords(base, over, at);
  return over;
}

function mergeMaps(base: YamlMap, over: YamlMap, at: readonly string[]): YamlMap {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const under = base.entries.get(key);
    if (under && isNull(entry.value)) entries.delete(key);
    else if (under)
      entries.set(key, { keyPlace: entry.keyPlace, value: merge(under.value, entry.value, [...at, key]) });
    else entries.set(key, entry);
  }
  return { type: 'map', place: over.place, entries };
}

function mergeRecords(base: YamlList, over: YamlList, at: readonly string[]): YamlList {
  const items = [...base.items];
  const taken = new Set<number>();
  for (const record of over.items) {
    const entity = textAt(record, 'entity');
    const index = base.items.findIndex((item, i) => !taken.has(i) && textAt(item, 'entity') === entity);
    const under = base.items[index];
    if (!under) items.push(record);
    else {
      taken.add(index);
      items[index] = merge(under, record, [...at, entity ?? '']);
    }
  }
  return { type: 'list', place: over.place, items };
}

/** Two maps that say by `type` or `kind` that they are different things are not merged. */
function sameSort(base: YamlMap, over: YamlMap): boolean {
  return ['type', 'kind'].every((key) => {
    const said = textAt(over, key);
    return said === undefined || said === textAt(base, key);
  });
}

function dropStreams(source: YamlMap): void {
  const streams = source.entries.get('streams')?.value;
  if (streams?.type !== 'map') return;
  for (const [name, { value }] of streams.entries) {
    if (value.type === 'scalar' && (value.value === false || value.value === null)) streams.entries.delete(name);
  }
}

function textAt(tree: YamlTree, key: string): string | undefined {
  const value = tree.type === 'map' ? tree.entries.get(key)?.value : undefined;
  return value?.type === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

function isNull(tree: YamlTree): boolean {
  return tree.type === 'scalar' && tree.value === null;
}
