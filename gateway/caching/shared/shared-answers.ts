import { createHash } from 'node:crypto';
import type { Droppable } from '../change-follower.ts';

/** Where values are that several processes see. */
export interface SharedStore {
  start(): void;
  stop(): void;
  /** Undefined or null where nothing is, or nothing can be had at the moment. Never rejects. */
  get(key: string): Promise<Buffer | null | undefined>;
  /** Never rejects. */
  set(key: string, value: Buffer, milliseconds: number): Promise<void>;
}

/** An answer as it is kept, with what it was made of. */
export interface SharedAnswer {
  text: Buffer;
  /** Customers and parties whose personal data it holds. */
  personal: ReadonlySet<string>;
  tags: readonly string[];
}

/** Answers of all processes on one database. */
export interface SharedAnswers extends Droppable {
  /** What any process kept, unless something that it was made of has changed since. */
  find(question: string): Promise<SharedAnswer | undefined>;
  /** `at`: the sequence of the change log that the process had followed through before it began to read. */
  keep(question: string, answer: SharedAnswer, at: number): void;
}

interface SharedAnswersDependencies {
  store: Pick<SharedStore, 'get' | 'set'>;
  /** What answers depend on besides database and question: processes with other settings answer otherwise. */
  fingerprint: string;
}

const PREFIX = 'customer360:answer:';
/** Milliseconds that an answer stays. */
const KEPT = 300_000;
/** Bytes; a larger one takes longer to fetch than it is worth. */
const LARGEST = 256_000;
/** Changes that are remembered, to tell which answers are from before them. */
const MOST_CHANGES = 100_000;

/**
 * Nothing is ever dropped from the store: each process knows by the change log, which it follows itself, what changed
 * behind which sequence, and takes no answer that was made before. So an answer lives no longer than in the process
 * that read it, whoever wrote it and whenever.
 */
export function createSharedAnswers({ store, fingerprint }: SharedAnswersDependencies): SharedAnswers {
  /** Tag → the sequence through which it last changed. */
  const changed = new Map<string, number>();
  /** Of what is before this sequence it is not known what changed behind it. */
  let known = Number.POSITIVE_INFINITY;

  return {
    drop(tag, through) {
      changed.set(tag, through);
      if (changed.size > MOST_CHANGES) clear(through);
    },
    clear,

    async find(question) {
      const value = await store.get(keyOf(question));
      const read = value ? decode(value) : undefined;
      if (!read || read.at < known) return undefined;
      return read.answer.tags.some((tag) => (changed.get(tag) ?? 0) > read.at) ? undefined : read.answer;
    },

    keep(question, answer, at) {
      const value = encode(answer, at);
      if (value.length <= LARGEST) void store.set(keyOf(question), value, KEPT);
    },
  };

  function clear(through: number): void {
    changed.clear();
    known = through;
  }

  function keyOf(question: string): string {
    return PREFIX + createHash('sha256').update(fingerprint).update('\n').update(question).digest('base64url');
  }
}

/** One line of JSON, then the text as it is. */
function encode({ text, personal, tags }: SharedAnswer, at: number): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ at, tags, personal: [...personal] })}\n`), text]);
}

function decode(value: Buffer): { answer: SharedAnswer; at: number } | undefined {
  const end = value.indexOf('\n');
  try {
    const head = JSON.parse(value.toString('utf8', 0, end)) as { at: number; tags: string[]; personal: string[] };
    const { at, tags, personal } = head;
    return { at, answer: { text: value.subarray(end + 1), personal: new Set(personal), tags } };
  } catch {
    return undefined;
  }
}
