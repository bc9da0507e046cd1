import { type DocumentNode, print } from 'graphql';
import { isKeepable } from './cacheable-operations.ts';
import type { ChangeFollower, Droppable } from './change-follower.ts';
import type { Reads } from './read-tracker.ts';
import type { SharedAnswer, SharedAnswers } from './shared/shared-answers.ts';
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

type Answer = Pick<SharedAnswer, 'text' | 'personal'>;

/** Where the answer to a question is kept, if it is, or goes. */
interface AnswerPlace {
  found: Answer | undefined;
  /** What another process has kept, where answers are shared. */
  foundElsewhere?(): Promise<Answer | undefined>;
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
  /** The sequence of the change log through which what changed is dropped. */
  at: ChangeFollower['at'];
  /** Answers of other processes on the same database. */
  shared?: SharedAnswers | undefined;
}

/** Whole answers by operation, variables and rights; dropped by the change log, bounded by bytes. */
export function createAnswerCache({ maxBytes, epoch, at, shared }: AnswerCacheDependencies): AnswerCache {
  const kept = createTaggedCache<Answer>(maxBytes);
  const operations = new WeakMap<DocumentNode, Map<string, { id: number; keepable: boolean }>>();
  const texts = new WeakMap<DocumentNode, string>();
  let ids = 0;

  return { drop: kept.drop, clear: kept.clear, size: kept.size, place };

  function place(question: Question): AnswerPlace | undefined {
    const begun = epoch();
    const through = at();
    const { id, keepable } = operationOf(question);
    if (begun === undefined || through === undefined || !keepable) return undefined;
    const { variables, rights, today } = question;
    const rest = `${today} ${rights} ${variables ? JSON.stringify(variables) : ''}`;
    const key = `${id} ${rest}`;
    const sharedKey = () => `${question.operationName ?? ''}\n${textOf(question.document)}\n${rest}`;
    return {
      found: kept.get(key)?.value,
      ...(shared && {
        async foundElsewhere() {
          const found = await shared.find(sharedKey());
          if (!found || epoch() === undefined) return undefined;
          keepHere(key, found);
          return found;
        },
      }),
      keep({ text, personal }, { told, tags }) {
        if (!told || begun !== epoch()) return;
        const answer = { text, personal, tags: [...tags] };
        keepHere(key, answer);
        shared?.keep(sharedKey(), answer, through);
      },
    };
  }

  function keepHere(key: string, { text, personal, tags }: SharedAnswer): void {
    kept.set(key, { text, personal }, text.length + 100 * personal.size, tags);
  }

  /** Processes number their documents each in its own way. */
  function textOf(document: DocumentNode): string {
    const text = texts.get(document) ?? print(document);
    texts.set(document, text);
    return text;
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
