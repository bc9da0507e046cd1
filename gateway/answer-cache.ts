import type { DocumentNode } from 'graphql';
import type { ChangeFollower, Droppable } from './change-follower.ts';
import { isKeepable } from './keepable-operations.ts';
import type { Reads } from './reads.ts';
import { createTaggedCache } from './tagged-cache.ts';

/** One question as far as it decides the answer. */
interface Question {
  document: DocumentNode;
  operationName: string | null | undefined;
  variables: Record<string, unknown> | undefined;
  /** Of the viewer: no answer is given to another than those of equal rights. */
  rights: string;
  /** The business date: what is overdue tomorrow is not today. */
  today: string;
}

interface Answer {
  text: Buffer;
  /** Customers and parties whose personal data it holds. */
  personal: ReadonlySet<string>;
}

/** Where the answer to a question is kept, if it is, or goes. */
interface AnswerPlace {
  found: Answer | undefined;
  /** Keeps the answer unless something was dropped since the place was asked for. */
  keep(answer: Answer, reads: Reads): void;
}

export interface AnswerCache extends Droppable {
  /** Undefined for questions whose answers are not kept. */
  place(question: Question): AnswerPlace | undefined;
  size(): { entries: number; bytes: number };
}

interface AnswerCacheDependencies {
  maxBytes: number;
  /** Says whether what is kept may be used. */
  epoch: ChangeFollower['epoch'];
}

/** Whole answers by operation, variables and rights; dropped by the change log, bounded by bytes. */
export function createAnswerCache({ maxBytes, epoch }: AnswerCacheDependencies): AnswerCache {
  const kept = createTaggedCache<Answer>(maxBytes);
  const operations = new WeakMap<DocumentNode, Map<string, { id: number; keepable: boolean }>>();
  let ids = 0;

  return { drop: kept.drop, clear: kept.clear, size: kept.size, place };

  function place(question: Question): AnswerPlace | undefined {
    const begun = epoch();
    const { id, keepable } = operationOf(question);
    if (begun === undefined || !keepable) return undefined;
    const { variables, rights, today } = question;
    const key = `${id} ${today} ${rights} ${variables ? JSON.stringify(variables) : ''}`;
    return {
      found: kept.get(key)?.value,
      keep(answer, reads) {
        if (reads.told && begun === epoch()) {
          kept.set(key, answer, answer.text.length + 100 * answer.personal.size, [...reads.tags]);
        }
      },
    };
  }

  /** Documents are told apart by themselves: they are parsed once a text. */
  function operationOf({ document, operationName }: Question) {
    const ofDocument = operations.get(document) ?? new Map<string, { id: number; keepable: boolean }>();
    operations.set(document, ofDocument);
    const name = operationName ?? '';
    const known = ofDocument.get(name);
    if (known) return known;
    ids += 1;
    const operation = { id: ids, keepable: isKeepable(document, operationName) };
    if (operation.keepable) ofDocument.set(name, operation);
    return operation;
  }
}
