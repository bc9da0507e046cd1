import { readErased } from '../../../cache/access/erasure-store.ts';
import type { Cache } from '../../../cache/database/database.ts';
import { fieldsOf } from '../../../cache/schema/tables.ts';
import { canonicalValue } from '../../../cache/sql/row-codec.ts';
import { sourceRecordId } from '../../../cache/sync/source-record-id.ts';
import type { StreamName } from '../../../cache/sync/sync-store.ts';
import { HubError } from '../../../config/errors.ts';
import type { Settings } from '../../../config/settings/settings.ts';
import type { Connector, SourceRecord } from '../../../connectors/connector.ts';
import type { CanonicalRow } from '../../../connectors/mapped-record.ts';
import { compileMapping, type Mapping } from '../../../connectors/mapping/compile-mapping.ts';
import { withoutErased } from '../../../connectors/mapping/without-erased.ts';

/** What a source record is at this moment: its canonical rows, or why it cannot be said. */
type LiveRecord = CanonicalRow[] | HubError;

/** Reads records from their sources at the moment of a question, past the cache. */
export interface LiveRecords {
  /** Whether the settings say `live` of a stream. */
  isLive(stream: StreamName): boolean;
  /**
   * The records with these keys as the source has them now; those it no longer has are left out. Throws what the
   * source's connector throws, and SOURCE_UNREACHABLE when it takes longer than `gateway.liveTimeout`.
   */
  read(stream: StreamName, keys: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, LiveRecord>>;
}

interface LiveDependencies {
  cache: Cache;
  settings: Pick<Settings, 'sources' | 'gateway'>;
  /** Source → its connector. */
  connectors: Readonly<Record<string, Connector>>;
}

/** Most records of one stream that one operation may ask a source for. */
const MOST_KEYS = 200;

export function createLiveRecords({ cache, settings, connectors }: LiveDependencies): LiveRecords {
  const { sources, gateway } = settings;
  const mappings = new Map<string, Mapping>();

  return {
    isLive: ({ system, stream }) => sources[system]?.streams[stream]?.live === true,

    async read({ system, stream }, keys, signal) {
      const connector = connectors[system];
      if (!connector) throw new TypeError(`Expected a connector of ${system}.`);
      if (keys.length > MOST_KEYS) {
        const message = `Expected at most ${MOST_KEYS} records of ${system}/${stream} to be read live at once, got ${keys.length}. Take smaller pages.`;
        throw new HubError('OPERATION_TOO_LARGE', message, { source: system, stream });
      }
      const late = AbortSignal.timeout(gateway.liveTimeout);
      const records = await connector
        .readByKeys(stream, keys, AbortSignal.any([signal, late]))
        .catch((cause: unknown): SourceRecord[] => {
          if (!late.aborted) throw cause;
          const message = `Expected ${system} to answer within ${gateway.liveTimeout / 1_000} s (gateway.liveTimeout), got nothing. The field without \`live\` has what it answered last.`;
          throw new HubError('SOURCE_UNREACHABLE', message, { source: system, stream, cause });
        });
      const isErased = await readErased(cache);
      const recordIdOf = (key: string) => sourceRecordId({ system, stream, key });
      const mapped = await withoutErased(mappingOf({ system, stream }), { isErased, recordIdOf }).mapPage(records);
      const found = new Map<string, LiveRecord>();
      for (const each of mapped) {
        if (each.outcome === 'mapped') found.set(each.record.key, each.rows.map(asDecoded));
        if (each.outcome === 'rejected') found.set(each.record.key, unfit(system, stream));
      }
      return found;
    },
  };

  function mappingOf({ system, stream }: StreamName): Mapping {
    const name = `${system}/${stream}`;
    const settingsOfStream = sources[system]?.streams[stream];
    if (!settingsOfStream) throw new TypeError(`Expected a configured stream, got ${name}.`);
    const mapping = mappings.get(name) ?? compileMapping({ system, streamName: stream, stream: settingsOfStream });
    mappings.set(name, mapping);
    return mapping;
  }
}

/** The same values as a row of the cache would have. */
function asDecoded(row: CanonicalRow): CanonicalRow {
  const fields = fieldsOf(row.entity).map(([name, kind]) => [name, canonicalValue(kind, row.fields[name])]);
  return { ...row, fields: Object.fromEntries(fields) };
}

function unfit(system: string, stream: string): HubError {
  const message = `Expected a record of ${system}/${stream} that fits the mapping, got one that does not. The next pass puts it into quarantine, where its reason stands.`;
  return new HubError('RECORD_INVALID', message, { source: system, stream });
}
