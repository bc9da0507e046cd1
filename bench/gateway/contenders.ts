/** Somebody who answers the questions: a script of `contenders/`, and what it makes work besides its own process. */
export interface Contender {
  name: string;
  script: string;
  beside: 'database' | 'subgraphs' | 'nothing';
  /** Settings of the hub's gateway. */
  gateway?: Record<string, unknown>;
}

const nothing = { recordCache: 0, answerCache: 0 };

export const contenders: readonly Contender[] = [
  { name: 'limit: a prepared string', script: 'prepared-string.ts', beside: 'nothing' },
  { name: 'limit: hand-written SQL', script: 'hand-written.ts', beside: 'database' },
  { name: 'customer360, nothing cached', script: 'hub.ts', beside: 'database', gateway: nothing },
  { name: 'customer360, records warm', script: 'hub.ts', beside: 'database', gateway: { answerCache: 0 } },
  { name: 'customer360, answers cached', script: 'hub.ts', beside: 'database' },
];
