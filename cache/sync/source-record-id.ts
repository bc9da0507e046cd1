import { recordId, recordIdSalt } from '../../schema/ids.ts';

/**
 * The id of a source record's row in `source_records` and `quarantine`: the `origin_id` of its canonical rows. The
 * stream is part of it, as two streams of a system may use the same keys; it is never the id of a canonical row.
 */
export function sourceRecordId({ system, stream, key }: { system: string; stream: string; key: string }): string {
  return recordId({ system, entity: `stream/${stream}`, key });
}

/** What a source needs to tell the evenly spread digits of these ids by itself: see `spreadOf`. */
export function sourceRecordSalt({ system, stream }: { system: string; stream: string }): string {
  return recordIdSalt({ system, entity: `stream/${stream}` });
}
