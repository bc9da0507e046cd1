import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { defends } from '../../config/defences.ts';
import type { StreamSettings } from '../../config/settings/settings.ts';
import type { SourceRecord } from '../connector.ts';
import type { CanonicalRow, MappedRecord } from '../mapped-record.ts';
import { type CompiledRecord, compileRecord } from './compile-record.ts';
import { plainOf } from './expression.ts';
import { isMismatch } from './mismatch.ts';
import { compileStamp } from './source-record.ts';

/** The `records:` of one stream, compiled once. */
export interface Mapping {
  /** Changes when the mapping changes in a way that makes other rows of the same source record. */
  readonly hash: string;
  /** One result a record, in the order of the records. Never throws for what is in them. */
  mapPage(records: readonly SourceRecord[]): Promise<MappedRecord[]>;
}

export interface MappingInput {
  system: string;
  streamName: string;
  stream: Pick<StreamSettings, 'key' | 'cursor' | 'nulls' | 'records'>;
}

/** Raised when the mapper itself makes other rows of the same settings. */
const MAPPER_VERSION = 3;

/**
 * After so many records, less than a millisecond, the process turns to its sockets: the statements of the page before
 * go on meanwhile, so that most of this is done while the database is at work, and requests are served.
 */
const SLICE = 20;

/** Compiles the mapping of a stream. Throws HubError MAPPING_INVALID naming the place in the settings. */
export function compileMapping({ system, streamName, stream }: MappingInput): Mapping {
  const { key, cursor, nulls } = stream;
  const compiled = stream.records.map((record, index) =>
    compileRecord({ system, streamName, streamKey: key, record, index, nulls }),
  );
  const stampOf = compileStamp(cursor, nulls);
  return {
    hash: hashOf([MAPPER_VERSION, system, streamName, key, cursor ?? null, nulls ?? null, stream.records]),
    async mapPage(records) {
      const mapped: MappedRecord[] = [];
      for (const record of records) {
        if (mapped.length > 0 && mapped.length % SLICE === 0) await nextTurn();
        mapped.push(await mapRecord(record, compiled, stampOf));
      }
      return mapped;
    },
  };
}

async function mapRecord(
  record: SourceRecord,
  compiled: CompiledRecord[],
  stampOf: ReturnType<typeof compileStamp>,
): Promise<MappedRecord> {
  if (record.damage !== undefined) {
    return { outcome: 'rejected', record, code: 'RECORD_INVALID', message: record.damage };
  }
  if (record.deleted) return { outcome: 'deleted', record };
  try {
    if (record.version === null) checkStamp(record, stampOf);
    const scope = { here: record.data, outer: null };
    const rows: CanonicalRow[] = [];
    const plain = compiled.some(({ usesExpressions }) => usesExpressions) ? plainOf(record.data) : null;
    for (const one of compiled) {
      const made = one.rowsOf(scope, record.key, plain);
      // Awaited only where there is something to wait for: most mappings have no expressions, and records are many.
      rows.push(...(Array.isArray(made) ? made : await made));
    }
    return { outcome: 'mapped', record, rows: distinct(rows) };
  } catch (error) {
    if (!isMismatch(error) || !defends('rejected records')) throw error;
    return { outcome: 'rejected', record, code: 'RECORD_INVALID', message: error.message };
  }
}

/** A stamp that is there and cannot be read would hide every later change of the record. */
function checkStamp(record: SourceRecord, stampOf: ReturnType<typeof compileStamp>): void {
  try {
    stampOf(record.data);
  } catch (error) {
    if (isMismatch(error)) error.message = `cursor: ${error.message}`;
    throw error;
  }
}

/** Two elements of one record with the same key would overwrite each other without a word. */
function distinct(rows: CanonicalRow[]): CanonicalRow[] {
  const seen = new Set<string>();
  for (const { id, entity, key } of rows) {
    const before = seen.size;
    if (seen.add(id).size > before) continue;
    const error = new Error(`${entity}: expected keys that differ within the record, got "${key}" twice`);
    error.name = 'Mismatch';
    throw error;
  }
  return rows;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
