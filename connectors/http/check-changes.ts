import { HubError } from '../../config/errors.ts';
import type { CursorSettings, StreamSettings } from '../../config/settings/settings.ts';
import { shiftInstant } from '../../schema/time.ts';
import type { Page, SourceRecord } from '../connector.ts';
import { compileVersion } from '../mapping/source-record.ts';

export interface ChangesRequest {
  /** A few records of a stream. */
  readSome(stream: string, signal: AbortSignal): Promise<SourceRecord[]>;
  /** What a pass gets that asks for changes since a version. */
  changesSince(stream: string, since: string, signal: AbortSignal): AsyncIterable<Page>;
  /** Whether such a pass asks the source for changes; otherwise it reads the whole list. */
  asksForChanges(stream: string): boolean;
  /** Whether a pass that asks for changes also gets the records that carry no stamp. */
  readsUnstamped(stream: string): boolean;
}

export interface ChangesOf {
  name: string;
  cursor: CursorSettings;
  nulls: StreamSettings['nulls'];
  /** Some of its records. */
  records: readonly SourceRecord[];
}

/** Pages of changes that are looked through for a record. */
const PAGES = 5;

/**
 * Proves that a pass gets what changed: that the source understands the question, that its filter narrows, and that a
 * record comes that was changed last or is new. Returns what was seen. Throws
 * Error with what was expected, what came, and what to do.
 */
export async function checkChanges(request: ChangesRequest, stream: ChangesOf, signal: AbortSignal): Promise<string> {
  const { name, cursor, records } = stream;
  const fields = [cursor.field].flat().join(', ');
  const tomorrow = await someOf(request.changesSince(name, farFuture(cursor), signal));
  expectStamps(request, stream, fields);
  if (request.asksForChanges(name) && records.length > 0) {
    expectNarrowed(tomorrow, farFuture(cursor), fields);
    await expectPast(request, stream, signal);
    await expectNewRecord(request, stream, signal);
    await expectLastChange(request, stream, signal);
  }
  const unstamped = records.find(({ version }) => version === null);
  if (!unstamped) return `changes are told by ${fields}`;
  return `changes are told by ${fields}; records without, such as ${unstamped.key}, are read each time`;
}

function expectStamps(request: ChangesRequest, { name, records }: ChangesOf, fields: string): void {
  const unstamped = records.find(({ version, damage }) => version === null && damage === undefined);
  if (!unstamped || request.readsUnstamped(name)) return;
  throw new Error(
    `expected a stamp in ${fields} on every record, got ${unstamped.key} without: its changes would not be read. Add a ` +
      'second stamp to `cursor.field` that `since` also asks for, or leave `since` out',
  );
}

function expectNarrowed(tomorrow: readonly SourceRecord[], since: string, fields: string): void {
  const old = tomorrow.find(({ version }) => version !== null && version < since);
  if (!old) return;
  throw new Error(
    `expected no record stamped earlier when changes since ${since} are asked for, got ${old.key} (${old.version}): the ` +
      `source does not filter by ${fields} as it is asked, and every pass would read the whole list. Check the names and ` +
      'values that `since` sends, or leave it out',
  );
}

async function expectPast(request: ChangesRequest, { name, cursor, records }: ChangesOf, signal: AbortSignal) {
  if (!records.some(({ version }) => version !== null)) return;
  try {
    const found = await someOf(request.changesSince(name, farPast(cursor), signal));
    if (found.length > 0) return;
  } catch (error) {
    // Some sources do not look back that far; what they say of younger stamps is seen below.
    if (error instanceof HubError && error.code === 'SOURCE_PROTOCOL') return;
    throw error;
  }
  throw new Error(
    `expected the records of ${name} when changes since ${farPast(cursor)} are asked for, got none: the source does not ` +
      'understand the moment as it is written. Check `format` and `zone` of `since`',
  );
}

/** A record that was never edited carries a later stamp of the list only: changes must be asked for by that one, too. */
async function expectNewRecord(request: ChangesRequest, stream: ChangesOf, signal: AbortSignal): Promise<void> {
  const { cursor, nulls, records } = stream;
  const [preferred = '', ...others] = [cursor.field].flat();
  if (others.length === 0) return;
  const preferredOf = compileVersion({ ...cursor, field: preferred }, nulls);
  const neverEdited = newest(records.filter(({ data, version }) => version !== null && preferredOf(data) === null));
  if (!neverEdited || !(await isMissed(request, stream, neverEdited, signal))) return;
  throw new Error(
    `expected ${neverEdited.key} when changes since its own stamp (${neverEdited.version}) are asked for, got a list ` +
      `without it: its ${preferred} is empty, and \`since\` does not ask for ${others.join(' or ')}. A new record would ` +
      'not be read before it is edited. Let `since` ask for each stamp, by a text with both in `params`, or by a list of questions',
  );
}

async function expectLastChange(request: ChangesRequest, stream: ChangesOf, signal: AbortSignal): Promise<void> {
  const last = newest(stream.records);
  if (!last || !(await isMissed(request, stream, last, signal))) return;
  throw new Error(
    `expected ${last.key} when changes since its own stamp (${last.version}) are asked for, got a list without it: the ` +
      'source filters by another field, zone or precision than it shows. Check `since`, and `format` and `zone` in it',
  );
}

/** Whether a record does not come with the changes since its own stamp, nor since the lookback before it. */
async function isMissed(
  request: ChangesRequest,
  { name, cursor }: ChangesOf,
  record: SourceRecord,
  signal: AbortSignal,
) {
  const version = record.version ?? '';
  const since = cursor.type === 'instant' ? [version, shiftInstant(version, -cursor.lookback)] : [version];
  for (const moment of since) {
    if (await comes(request.changesSince(name, moment, signal), record.key)) return false;
  }
  return await isStillThere(request, name, record, signal);
}

/** Whether a record is among the first pages; taken for granted where there are more pages than are looked through. */
async function comes(pages: AsyncIterable<Page>, key: string): Promise<boolean> {
  let seen = 0;
  for await (const { records } of pages) {
    seen += 1;
    if (seen === PAGES || records.some((record) => record.key === key)) return true;
  }
  return false;
}

/** A record that was edited or deleted meanwhile proves nothing. */
async function isStillThere(request: ChangesRequest, name: string, record: SourceRecord, signal: AbortSignal) {
  const again = await request.readSome(name, signal);
  return again.some(({ key, version }) => key === record.key && version === record.version);
}

/** The records of the first page that has some with a stamp. */
async function someOf(pages: AsyncIterable<Page>): Promise<SourceRecord[]> {
  let seen = 0;
  for await (const { records } of pages) {
    seen += 1;
    if (seen === PAGES || records.some(({ version }) => version !== null)) return records;
  }
  return [];
}

function newest(records: readonly SourceRecord[]): SourceRecord | undefined {
  return inOrder(records).at(-1);
}

function inOrder(records: readonly SourceRecord[]): SourceRecord[] {
  const stamped = records.filter(({ version, deleted }) => version !== null && !deleted);
  return stamped.sort((a, b) => ((a.version ?? '') < (b.version ?? '') ? -1 : 1));
}

function farFuture({ type }: CursorSettings): string {
  const tomorrow = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 19)}.000000Z`;
  if (type === 'integer') return '9'.padStart(20, '0');
  return type === 'date' ? tomorrow.slice(0, 10) : tomorrow;
}

function farPast({ type }: CursorSettings): string {
  if (type === 'integer') return '0'.padStart(20, '0');
  return type === 'date' ? '1971-01-01' : '1971-01-01T00:00:00.000000Z';
}
