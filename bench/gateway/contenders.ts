/** Somebody who answers the questions: a script, and what it makes work besides its own process. */
export interface Contender {
  name: string;
  script: string;
  beside: 'database' | 'subgraphs' | 'nothing';
  /** Settings of the gateway. */
  gateway?: Record<string, unknown>;
}

const nothing = { recordCache: 0, answerCache: 0 };
const rust = { planner: 'rust' };

export const contenders: readonly Contender[] = [
  { name: 'limit: a prepared string', script: './contenders/prepared-string.ts', beside: 'nothing' },
  { name: 'limit: hand-written SQL', script: './contenders/hand-written.ts', beside: 'database' },
  { name: 'customer360, nothing cached', script: './contenders/hub.ts', beside: 'database', gateway: nothing },
  { name: 'customer360, records warm', script: './contenders/hub.ts', beside: 'database', gateway: { answerCache: 0 } },
  { name: 'customer360, answers cached', script: './contenders/hub.ts', beside: 'database' },
  { name: 'Apollo Server monolith, dataloaders', script: './peers/monolith.mjs', beside: 'database' },
  { name: 'Apollo Gateway 2', script: './peers/apollo-gateway.mjs', beside: 'subgraphs' },
  { name: 'Hive Gateway 2', script: './peers/hive-gateway.mjs', beside: 'subgraphs' },
  { name: 'Hive Gateway 2, Rust planner', script: './peers/hive-gateway.mjs', beside: 'subgraphs', gateway: rust },
  { name: 'Mercurius gateway', script: './peers/mercurius-gateway.mjs', beside: 'subgraphs' },
];
