import type { Cache, Row, Sql, SqlParameter } from '../../cache/database/database.ts';
import { statementError } from '../../cache/database/statement-error.ts';
import { defends } from '../../config/defences.ts';
import type { Connector } from '../../connectors/connector.ts';

/**
 * What happens to a process: at its nth statement (COMMIT counts twice: before it and after), or at its nth call to
 * the source. The two are counted apart, because a hub that reads ahead does both at once.
 */
export interface Fate {
  on: 'statement' | 'call';
  at: number;
  is: FateKind;
}

export const fateKinds = [
  /** Killed: nothing it does from here on happens. */
  'death',
  /** The database gives the transaction up for somebody else's sake. */
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  /** The database became a replica; its disk is full. */
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_DISK_FULL',
  /** The connection is lost at COMMIT: before the database hears it, or before the hub hears the answer. */
  'commit lost',
  'commit unheard',
  /** Stands still at a call to the source, until `wake`. */
  'sleep',
] as const;
export type FateKind = (typeof fateKinds)[number];

/** A process as far as the engine can tell: its database and its source, with a fate. */
export interface ProcessImage {
  cache: Cache;
  connector: Connector;
  /** Whether its fate has come. */
  isOver(): boolean;
  isDead(): boolean;
  /** Resolves when the process has fallen asleep. */
  asleep: Promise<void>;
  wake(): void;
}

export interface ProcessOptions {
  cache: Cache;
  connector: Connector;
  fate: Fate | null;
  /** Called before each call to the source, e.g. to change the source while the hub reads it. */
  onSourceCall?: () => Promise<void>;
}

class ProcessDied extends Error {
  constructor() {
    super('The process was killed here.');
  }
}

export function createProcessImage({ cache, connector, fate, onSourceCall }: ProcessOptions): ProcessImage {
  const beats = { statement: 0, call: 0 };
  let isDead = false;
  let isOver = false;
  let fallAsleep = () => {};
  let wake = () => {};
  const asleep = new Promise<void>((resolve) => {
    fallAsleep = resolve;
  });
  const morning = new Promise<void>((resolve) => {
    wake = resolve;
  });

  /** Whether the fate comes here, being one of those that can. */
  function meets(on: Fate['on'], ...possible: FateKind[]): FateKind | null {
    if (isDead) throw new ProcessDied();
    beats[on] += 1;
    if (isOver || !fate || fate.on !== on || beats[on] <= fate.at || !possible.includes(fate.is)) return null;
    isOver = true;
    if (fate.is === 'death') {
      isDead = true;
      throw new ProcessDied();
    }
    return fate.is;
  }

  function beforeStatement(statement: string, isInside: boolean): void {
    const isRead = /^\s*SELECT/i.test(statement);
    const refusals: FateKind[] = isRead ? [] : ['ER_OPTION_PREVENTS_STATEMENT', 'ER_DISK_FULL'];
    const conflicts: FateKind[] = isInside ? ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT'] : [];
    const met = meets('statement', 'death', ...conflicts, ...refusals);
    if (met) throw statementError({ code: met, message: `injected ${met}` }, statement, 'of the harness');
  }

  function mortal(sql: Sql, isInside: boolean): Sql {
    return {
      dialect: sql.dialect,
      mostBytes: sql.mostBytes,
      async query<R extends Row>(statement: string, parameters?: readonly SqlParameter[]) {
        beforeStatement(statement, isInside);
        return await sql.query<R>(statement, parameters);
      },
      async execute(statement, parameters) {
        beforeStatement(statement, isInside);
        return await sql.execute(statement, parameters);
      },
    };
  }

  async function transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const lost = () => statementError({ code: 'ECONNRESET', message: 'injected' }, 'COMMIT', 'of the harness');
    if (!defends('atomic page')) return work(mortal(cache, true));
    let met: FateKind | null = null;
    const result = await cache
      .transaction(async (sql) => {
        const done = await work(mortal(sql, true));
        met = meets('statement', 'death', 'commit lost', 'commit unheard');
        if (met === 'commit lost' && defends('commit outcome')) throw lost();
        if (met === 'commit lost') throw new Unheard(done);
        return done;
      })
      .catch((error: unknown) => {
        // Without the defence a hub that never looks takes what it was not told for done.
        if (error instanceof Unheard) return error.result as T;
        throw error;
      });
    if (met === 'commit unheard' && defends('commit outcome')) throw lost();
    meets('statement', 'death');
    return result;
  }

  async function call(): Promise<void> {
    await onSourceCall?.();
    if (meets('call', 'death', 'sleep') !== 'sleep') return;
    fallAsleep();
    await morning;
  }

  async function* paced<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = pages[Symbol.asyncIterator]();
    try {
      for (;;) {
        await call();
        const { value, done } = await iterator.next().catch((error) => {
          if (defends('page errors')) throw error;
          // What a hub does that takes a page it cannot read for the last one, with nothing on it.
          return { value: emptyEnd as T, done: false };
        });
        if (done) return;
        yield value;
        if (value === emptyEnd) return;
      }
    } finally {
      await iterator.return?.();
    }
  }

  const inner = mortal(cache, false);
  return {
    cache: { ...inner, transaction, close: async () => undefined },
    connector: {
      ...connector,
      pull: (...pulled) => paced(connector.pull(...pulled)),
      scanKeys: (...scanned) => paced(connector.scanKeys(...scanned)),
      async readByKeys(...read) {
        await call();
        return await connector.readByKeys(...read);
      },
      async now(signal) {
        await call();
        return await connector.now(signal);
      },
    },
    isOver: () => isOver,
    isDead: () => isDead,
    asleep,
    wake: () => wake(),
  };
}

const emptyEnd: unknown = { records: [], next: null };

class Unheard extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('Rolled back.');
    this.result = result;
  }
}
