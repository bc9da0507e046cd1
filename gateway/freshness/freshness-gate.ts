import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import type { Cache } from '../../cache/database/database.ts';
import { HubError } from '../../config/errors.ts';
import type { Settings } from '../../config/settings/settings.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Memory } from '../caching/memory.ts';
import type { GraphContext } from '../context.ts';
import { type BehindStream, createCatchUp } from './catch-up.ts';
import type { FreshnessReader, WantedAge } from './freshness.ts';
import { type AskedFreshness, createAskedFreshness } from './freshness-directive.ts';
import { createTouchedStreams } from './touched-streams.ts';

/** How an operation that asked for an age goes on. */
export interface FreshEnough {
  /** Instead of an answer, where FAIL was asked for and something stays older. */
  errors: GraphQLError[];
  /** How current each system is, for the answer's extensions. */
  extension: object;
}

interface Asked {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | undefined;
}

interface AgeKeeperDependencies {
  schema: GraphQLSchema;
  settings: Pick<Settings, 'sources' | 'gateway'>;
  cache: Cache;
  freshness: FreshnessReader;
  memory: Pick<Memory, 'follow' | 'followedSince'>;
  now: () => number;
}

export interface AgeKeeper {
  /** Has the streams that an operation touches caught up with; undefined where it asks for no age. */
  make(asked: Asked & { context: GraphContext }): Promise<FreshEnough> | undefined;
  /**
   * Whether what memory keeps is young enough, as far as is known without asking anybody: then with how current each
   * system is. Undefined where the operation asks for no age, false where it has to be made sure first.
   */
  isKnown(asked: Asked & { viewer: Viewer }): object | false | undefined;
}

/** `@freshness(maxAge, onStale)`. */
export function createAgeKeeper({ schema, settings, cache, freshness, memory, now }: AgeKeeperDependencies): AgeKeeper {
  const { sources, gateway } = settings;
  const readAsked = createAskedFreshness(schema);
  const touched = createTouchedStreams(schema, sources);
  const deadline = gateway.freshnessDeadline ?? Math.min(10_000, gateway.timeout / 2);
  const catchUp = createCatchUp({ cache, freshness, deadline, now });

  return {
    make(operation) {
      const asked = readAsked(operation);
      return asked && makeFresh(operation, asked);
    },
    isKnown(operation) {
      const asked = readWell(operation);
      if (!asked) return asked;
      const reading = freshness.known();
      const wanted = wantedBy(operation, asked.maxAge);
      if (!reading || !memory.followedSince(reading.at)) return false;
      const shown = freshness.extensionOf(reading, operation.viewer, wanted);
      const systems = new Set(wanted.streams.map(({ system }) => system));
      const isFresh = shown.freshness?.every(({ system, status }) => !systems.has(system) || status === 'FRESH');
      return isFresh === true && shown;
    },
  };

  function readWell(operation: Asked): AskedFreshness | false | undefined {
    try {
      return readAsked(operation);
    } catch {
      // what is wrong with it is said when it is executed
      return false;
    }
  }

  function wantedBy({ document }: Asked, maxAge: number): WantedAge {
    return { streams: touched(document), notBefore: now() - maxAge * 1_000 };
  }

  async function makeFresh(operation: Asked & { context: GraphContext }, { maxAge, onStale }: AskedFreshness) {
    const { viewer, signal } = operation.context;
    const wanted = wantedBy(operation, maxAge);
    const { behind, reading } = await catchUp(wanted, signal);
    // what other processes wrote until now is not in what this one keeps
    await memory.follow();
    return {
      errors: onStale === 'FAIL' ? errorsOf(behind, maxAge) : [],
      extension: freshness.extensionOf(reading, viewer, wanted),
    };
  }

  function errorsOf(behind: readonly BehindStream[], maxAge: number): GraphQLError[] {
    const systems = [...new Set(behind.map(({ system }) => system))];
    return systems.map((system) => {
      const streams = behind.filter((one) => one.system === system);
      const states = streams.map(({ stream, lastSuccessAt, code }) => {
        const why = code ?? `no pass ended within ${deadline / 1_000} s (gateway.freshnessDeadline)`;
        return `${stream} is as of ${lastSuccessAt ?? 'never'} (${why})`;
      });
      const error = new HubError(
        'FRESHNESS_NOT_REACHED',
        `Expected ${system} to be at most ${maxAge} s old, got: ${states.join('; ')}. Ask for an older answer, with onStale: SERVE, or when the system answers again.`,
        { source: system },
      );
      return new GraphQLError(error.message, {
        originalError: error,
        extensions: { code: error.code, source: system },
      });
    });
  }
}
