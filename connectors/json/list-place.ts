import type { JsonValue } from '../../schema/json.ts';

/** Where an answer holds its records. Paths are those of `mapping/path.ts`; '' is the answer itself. */
export interface ListPlace {
  /** Where a list may be, the most likely first. Of several that are there, the first counts. */
  lists: readonly string[];
  /** Where a single record may be. It counts where no list was found, and only if it is an object. */
  record?: string;
}

/** One element of a list, as its JSON text tells it. */
export interface ListItem {
  /** Of a damaged element: an object of what can still be read of it, such as its key. */
  value: JsonValue;
  damage?: Damage;
}

/** An element that cannot be read as JSON, or is too large. */
export interface Damage {
  /** Why, in words that begin with "expected". No value of the record is in it. */
  reason: string;
  /** How long its text is. */
  bytes: number;
  /** Of the whole text, in hexadecimal. */
  sha256: string;
  /** How the text begins: at most 64 KB. */
  text: string;
}

/** A list that was cut out of an answer. */
export interface FoundList {
  /** The path of `ListPlace` it was found at. */
  path: string;
  items: readonly ListItem[];
}
