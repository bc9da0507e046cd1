import { createHash } from 'node:crypto';
import type { JsonObject } from '../../schema/json.ts';
import type { Damage } from './list-place.ts';
import { createOutline } from './outline.ts';

/** A record that is too long to be held, or cannot be parsed: what is kept of it. */
export interface LongRecord {
  push(bytes: Buffer): void;
  end(): { damage: Damage; outline: JsonObject };
  /** Bytes that are held. */
  held(): number;
}

/** Bytes of a damaged record that are kept for people to look at. */
const SHOWN = 65_536;

/** What text bytes are, for people. */
type TextOf = (bytes: Buffer) => string;

const utf8: TextOf = (bytes) => bytes.toString('utf8');

/** For a record of more bytes than `longest`. */
export function createLongRecord(longest: number, textOf = utf8): LongRecord {
  return describe((bytes) => `expected a record of at most ${longest} bytes, got one of ${bytes}`, textOf);
}

/** What is kept of a record that cannot be parsed, for this reason. */
export function damageOf(bytes: Buffer, reason: string, textOf = utf8): { damage: Damage; outline: JsonObject } {
  const record = describe(() => reason, textOf);
  record.push(bytes);
  return record.end();
}

function describe(reasonOf: (bytes: number) => string, textOf: TextOf): LongRecord {
  const hash = createHash('sha256');
  const outline = createOutline();
  const shown: Buffer[] = [];
  let shownBytes = 0;
  let total = 0;
  return {
    push(bytes) {
      hash.update(bytes);
      outline.push(bytes);
      total += bytes.length;
      if (shownBytes >= SHOWN) return;
      // A copy: a part of a larger buffer would keep all of it.
      const part = Buffer.from(bytes.subarray(0, SHOWN - shownBytes));
      shown.push(part);
      shownBytes += part.length;
    },
    end() {
      const text = textOf(Buffer.concat(shown));
      const damage: Damage = {
        reason: reasonOf(total),
        bytes: total,
        sha256: hash.digest('hex'),
        // Without the piece of a character that was cut in two.
        text: total > shownBytes ? text.replace(/\uFFFD{1,3}$/, '') : text,
      };
      return { damage, outline: outline.end() };
    },
    held: () => shownBytes + outline.held(),
  };
}
