import type { JsonObject, JsonValue } from '../../schema/json.ts';

/** Where a path is read: the source record, or one element of an `each` inside it. */
export interface Scope {
  here: JsonValue;
  outer: Scope | null;
}

export type Getter = (scope: Scope) => JsonValue | undefined;

/** Compiles a path once: dots descend, `\.` is a dot in a name, `^.` goes out of an `each`, numbers index lists. */
export function compilePath(path: string): Getter {
  let rest = path;
  let levels = 0;
  while (rest.startsWith('^.')) {
    levels += 1;
    rest = rest.slice(2);
  }
  const steps = splitAtDots(rest);
  const [first = ''] = steps;
  if (levels === 0 && steps.length === 1) return ({ here }) => child(here, first);
  return (scope) => {
    let at: Scope | null = scope;
    for (let i = 0; i < levels && at; i++) at = at.outer;
    let value: JsonValue | undefined = at?.here;
    for (const step of steps) value = child(value, step);
    return value;
  };
}

/** The names of a path from the outermost value on; none for ''. */
export function stepsOf(path: string): string[] {
  return path === '' ? [] : splitAtDots(path);
}

function splitAtDots(path: string): string[] {
  return path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'));
}

/** Compiles a path read straight from a source record. */
export function compileRecordPath(path: string): (data: JsonObject) => JsonValue | undefined {
  const get = compilePath(path);
  return (data) => get({ here: data, outer: null });
}

function child(value: JsonValue | undefined, step: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return /^\d+$/.test(step) ? value[Number(step)] : undefined;
  return Object.hasOwn(value, step) ? (value as JsonObject)[step] : undefined;
}
