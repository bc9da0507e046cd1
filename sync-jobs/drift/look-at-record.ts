import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { ELEMENTS, emptyField, type Field, TYPES } from './shape.ts';

/** A field of a record that the shape does not have, or not of this type. */
interface Novelty {
  kind: 'ADDED' | 'RETYPED';
  /** From the record down. */
  names: readonly string[];
  /** Types known so far; 0 for a field that is new. */
  from: number;
  to: number;
  /** Makes it known. */
  accept(): void;
}

/** More fields, deeper ones, longer names and longer lists are not looked at: a map by id is no shape. */
const MOST_FIELDS = 500;
const DEEPEST = 8;
const LONGEST_NAME = 64;
const MOST_ELEMENTS = 50;

/** Looks at the records of one pass and keeps the counts of their fields. */
export interface Onlooker {
  /** What in the record is not known yet; `counts` when the fields it lacks are to be counted as lacking. */
  look(data: JsonObject, counts: boolean): Novelty[];
  /** Whether one of the last so many records carried the field, counted or not. */
  wasThere(field: Field, records: number): boolean;
}

export function createOnlooker(root: Field): Onlooker {
  let size = sizeOf(root);
  let round = 0;

  function hold(holder: Field, counts: boolean): void {
    if (!counts || holder.heldIn === round) return;
    holder.heldIn = round;
    holder.holders += 1;
  }

  /** The hot path: nothing is made here but for a field that is news. */
  function visit(holder: Field, name: string, value: JsonValue, path: Path, visiting: Visiting): void {
    const field = holder.fields.get(name);
    const type = typeOf(value);
    if (!field) {
      added(holder, name, value, path, visiting);
      return;
    }
    field.last = holder.holders;
    if (visiting.counts && field.carriedIn !== round) field.carried += 1;
    field.carriedIn = round;
    if (type === 0) return;
    if ((field.types & type) === 0) {
      // What was always empty has no type that could have changed.
      if (field.types !== 0 && visiting.novelties) {
        retyped(holder, name, value, path, visiting);
        return;
      }
      field.types |= type;
    }
    if (type >= TYPES.object) descend(field, value, { name, up: path }, visiting);
  }

  function added(holder: Field, name: string, value: JsonValue, path: Path, visiting: Visiting): void {
    const names = namesOf({ name, up: path });
    if (size >= MOST_FIELDS || names.length > DEEPEST || name.length > LONGEST_NAME || name === '__proto__') return;
    const accept = () => {
      // One record may bring more than there is room for.
      if (size >= MOST_FIELDS || holder.fields.has(name)) return;
      // The holder at hand has been counted already where it counts.
      holder.fields.set(name, emptyField(holder.holders - (visiting.counts ? 1 : 0)));
      size += 1;
      visit(holder, name, value, path, { ...visiting, novelties: null });
    };
    if (visiting.novelties) visiting.novelties.push({ kind: 'ADDED', names, from: 0, to: typeOf(value), accept });
    else accept();
  }

  function retyped(holder: Field, name: string, value: JsonValue, path: Path, visiting: Visiting): void {
    const from = holder.fields.get(name)?.types ?? 0;
    const accept = () => visit(holder, name, value, path, { ...visiting, novelties: null });
    const names = namesOf({ name, up: path });
    visiting.novelties?.push({ kind: 'RETYPED', names, from, to: typeOf(value), accept });
  }

  function descend(field: Field, value: JsonValue, path: Path, visiting: Visiting): void {
    hold(field, visiting.counts);
    if (Array.isArray(value)) {
      const most = Math.min(value.length, MOST_ELEMENTS);
      for (let index = 0; index < most; index += 1) visit(field, ELEMENTS, value[index] ?? null, path, visiting);
    } else {
      const object = value as JsonObject;
      for (const name of Object.keys(object)) visit(field, name, object[name] ?? null, path, visiting);
    }
  }

  return {
    look(data, counts) {
      round += 1;
      const novelties: Novelty[] = [];
      descend(root, data, null, { counts, novelties });
      return novelties;
    },
    wasThere: (field, records) => field.carriedIn > round - records,
  };
}

/** Where the walk is, from there up to the record: made into names only for what is news. */
type Path = { name: string; up: Path } | null;

function namesOf(path: Path): string[] {
  const names: string[] = [];
  for (let at = path; at; at = at.up) names.unshift(at.name);
  return names;
}

interface Visiting {
  counts: boolean;
  /** null: what is new is made known at once. */
  novelties: Novelty[] | null;
}

/** One bit of `TYPES`; 0 for what says nothing. Some sources write an empty object as [], and null as "". */
function typeOf(value: JsonValue): number {
  if (value === null || value === '') return 0;
  if (typeof value === 'string') return TYPES.text;
  if (typeof value === 'boolean') return TYPES.boolean;
  if (Array.isArray(value)) return value.length === 0 ? 0 : TYPES.list;
  if (typeof value === 'number' || value.isLosslessNumber === true) return TYPES.number;
  for (const _ in value) return TYPES.object;
  return 0;
}

function sizeOf(field: Field): number {
  return [...field.fields.values()].reduce((sum, one) => sum + 1 + sizeOf(one), 0);
}
