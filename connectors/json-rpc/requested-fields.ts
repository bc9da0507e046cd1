import { pathsOfRecord } from '../mapping/read-paths.ts';
import type { JsonRpcStream } from './settings.ts';

/**
 * The fields to ask for, so that nobody has to list them twice: what key, cursor, delete flag and record mappings
 * read by path, and what the stream lists for its expressions. `party.id` and `origin.reference` are how a linked
 * record is shown to mappings; the server knows them as `party` and `origin`.
 */
export function requestedFields(stream: JsonRpcStream): string[] {
  const paths = [
    'id',
    ...listOf(stream.cursor?.field),
    ...(typeof stream.deletes === 'object' ? [stream.deletes.flag] : []),
    ...stream.records.flatMap(pathsOfRecord),
    ...stream.fields,
  ];
  const fields = new Set(paths.map((path) => path.replace(/\.(id|reference)$/, '').replace(/\.\d+(?=\.|$)/g, '')));
  return [...fields].sort();
}

function listOf(paths: string | string[] | undefined): string[] {
  if (paths === undefined) return [];
  return typeof paths === 'string' ? [paths] : paths;
}
