import { compoundKey } from '../../schema/ids.ts';
import { compileKey } from '../mapping/source-record.ts';
import type { RemovedEntity } from './wire.ts';

/**
 * The key of an entity that is gone, as its records carried it, or null. It is told by its properties, by an address
 * (`…/Orders('4711')`, `Items(Order='4711',No=10)`), or by the bare key.
 */
export function removedKey({ id, data }: RemovedEntity, keyFields: readonly string[]): string | null {
  if (id === null) return compileKey(keyFields.map((field) => field.replaceAll('/', '.')))({ here: data, outer: null });
  const predicate = predicateOf(decoded(id));
  if (predicate === null) return keyFields.length === 1 ? id : null;
  const parts = partsOf(predicate);
  const values = keyFields.map((field) => parts.get(field) ?? (keyFields.length === 1 ? parts.get('') : undefined));
  if (!values.every((value) => value !== undefined)) return null;
  return keyFields.length === 1 ? (values[0] ?? null) : compoundKey(values);
}

/** What is in the last parentheses that are not inside a quoted key. */
function predicateOf(address: string): string | null {
  let isQuoted = false;
  let start = -1;
  for (let i = 0; i < address.length; i += 1) {
    if (address[i] === "'") isQuoted = !isQuoted;
    else if (address[i] === '(' && !isQuoted) start = i + 1;
  }
  return start > 0 && address.endsWith(')') ? address.slice(start, -1) : null;
}

/** `'4711'` → under '', `Order='4711',No=10` → by name. Quotes inside a quoted value are doubled. */
function partsOf(predicate: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const [, name = '', quoted, bare] of predicate.matchAll(/(?:(\w+)=)?(?:'((?:[^']|'')*)'|([^',=]+))(?:,|$)/g)) {
    parts.set(name, quoted === undefined ? (bare ?? '') : quoted.replaceAll("''", "'"));
  }
  return parts;
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
