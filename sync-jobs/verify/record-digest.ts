import { createHash } from 'node:crypto';
import { fieldsOf } from '../../cache/schema/tables.ts';
import { canonicalValue } from '../../cache/sql/row-codec.ts';
import type { CanonicalRow } from '../../connectors/mapped-record.ts';

/** A canonical row of either side: as the mapping makes it, or as the cache has stored it. */
export type ComparableRow = Pick<CanonicalRow, 'entity' | 'id' | 'key' | 'fields'>;

/** One field that differs. A whole row that only one side has is a difference of its `id`. */
export interface FieldDifference {
  entity: string;
  key: string;
  field: string;
  source: string | null;
  cache: string | null;
}

/** A hash of the canonical rows of one source record, whatever their order and however their values are written. */
export function recordDigest(key: string, rows: readonly ComparableRow[]): string {
  const texts = rows.map((row) => JSON.stringify([row.entity, row.id, row.key, valuesOf(row)])).sort();
  return createHash('sha256')
    .update(JSON.stringify([key, texts]))
    .digest('hex');
}

/** 60 bits of a digest as a number; those of many records are joined by XOR, so that their order does not matter. */
export function digestNumber(digest: string): bigint {
  return BigInt(`0x${digest.slice(0, 15)}`);
}

/** The fields in which the rows of one source record differ between source and cache. */
export function fieldDifferences(source: readonly ComparableRow[], cache: readonly ComparableRow[]): FieldDifference[] {
  const cached = new Map(cache.map((row) => [rowName(row), row]));
  const inSource = new Set(source.map(rowName));
  return [
    ...source.flatMap((row) => differencesOf(row, cached.get(rowName(row)))),
    ...cache
      .filter((row) => !inSource.has(rowName(row)))
      .map(({ entity, key, id }) => ({ entity, key, field: 'id', source: null, cache: id })),
  ];
}

function differencesOf(source: ComparableRow, cache: ComparableRow | undefined): FieldDifference[] {
  const { entity, key, id } = source;
  if (!cache) return [{ entity, key, field: 'id', source: id, cache: null }];
  const expected = [['key', key] as const, ...valuesOf(source)];
  const stored = new Map([['key', cache.key] as const, ...valuesOf(cache)]);
  return expected
    .map(([field, value]) => ({ entity, key, field, source: asText(value), cache: asText(stored.get(field) ?? null) }))
    .filter((difference) => difference.source !== difference.cache);
}

function valuesOf({ entity, fields }: ComparableRow): [field: string, value: ComparableRow['fields'][string]][] {
  return fieldsOf(entity).map(([name, kind]) => {
    const value = canonicalValue(kind, fields[name]);
    return [name, kind.type === 'references' && value === null ? [] : value];
  });
}

function rowName({ entity, id }: ComparableRow): string {
  return `${entity}/${id}`;
}

function asText(value: ComparableRow['fields'][string]): string | null {
  return value === null || typeof value === 'string' ? value : JSON.stringify(value);
}
