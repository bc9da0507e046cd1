import type { JsonObject } from '../../../schema/json.ts';
import type { SourceRecord } from '../../connector.ts';
import { createLongRecord } from '../../json/long-record.ts';

/** More bytes than a character of text takes as JSON. */
const MOST_BYTES_A_CHARACTER = 6;
/** Characters of what is no text. */
const SHORT = 6;

/**
 * The record of a row, damaged where its JSON has more than `maxRecordBytes` bytes. The driver has read the row as a
 * whole by then; what comes after keeps its size, its SHA-256 and its beginning.
 */
export function withinLimit(record: SourceRecord, maxRecordBytes: number): SourceRecord {
  // The names of columns are left out of account: databases allow no thousand of long ones.
  if (charactersOf(record.data) * MOST_BYTES_A_CHARACTER <= maxRecordBytes) return record;
  const text = Buffer.from(JSON.stringify(record.data));
  if (text.length <= maxRecordBytes) return record;
  // What the source says is gone needs no content.
  if (record.deleted) return { ...record, data: {} };
  const long = createLongRecord(maxRecordBytes);
  long.push(text);
  const { reason, bytes, sha256, text: begin } = long.end().damage;
  return { ...record, data: { bytes: String(bytes), sha256, text: begin }, damage: reason };
}

/** Most rows are small: no more is done for them than looking at how long their texts are. */
function charactersOf(data: JsonObject): number {
  let characters = 0;
  for (const name in data) {
    const value = data[name];
    characters += typeof value === 'string' ? value.length : SHORT;
  }
  return characters;
}
