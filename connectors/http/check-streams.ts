import { HubError } from '../../config/errors.ts';
import type { CursorSettings } from '../../config/settings.ts';
import { millisecondsOf } from '../../schema/time.ts';
import type { CheckResult, SourceRecord } from '../connector.ts';

export interface CheckRequest {
  streams: Readonly<Record<string, { cursor?: CursorSettings | undefined }>>;
  /** The source's clock; the first call to the source, so it also proves the login. */
  now(signal: AbortSignal): Promise<string | null>;
  /** A few records of a stream. */
  readSome(stream: string, signal: AbortSignal): Promise<SourceRecord[]>;
  /** Asks for changes since an instant, to see that the source takes the question. */
  askSince(stream: string, since: string, signal: AbortSignal): Promise<void>;
  /** Whether a pass that asks for changes also gets the records that carry no stamp. */
  readsUnstamped(stream: string): boolean;
}

/** Tries login, clock, one record a stream, and its cursor. What fails is a result, not an exception. */
export async function checkStreams(request: CheckRequest, signal: AbortSignal): Promise<CheckResult[]> {
  const login = await probe('login', async () => clockDetail(await request.now(signal)));
  if (!login.ok) return [login];
  const results: CheckResult[] = [
    { ...login, detail: 'the source answers' },
    { ...login, probe: 'clock' },
  ];
  for (const [name, { cursor }] of Object.entries(request.streams)) {
    let records: SourceRecord[] = [];
    const one = await probe(`${name}: one row`, async () => {
      records = await request.readSome(name, signal);
      return records[0] ? `read ${records[0].key}` : 'the stream is empty';
    });
    results.push(one);
    if (one.ok && cursor)
      results.push(await probe(`${name}: cursor`, () => tryCursor(request, name, records, cursor, signal)));
  }
  return results;
}

async function tryCursor(
  request: CheckRequest,
  name: string,
  records: SourceRecord[],
  cursor: CursorSettings,
  signal: AbortSignal,
): Promise<string> {
  const fields = [cursor.field].flat().join(', ');
  await request.askSince(name, sinceFor(cursor), signal);
  const unstamped = records.find(({ version }) => version === null);
  if (unstamped && !request.readsUnstamped(name)) {
    throw new Error(
      `expected a stamp in ${fields} on every record, got ${unstamped.key} without: its changes would not be read. Add a ` +
        'second stamp to `cursor.field` that the source also looks at, or leave `since` out',
    );
  }
  if (unstamped) return `changes are told by ${fields}; records without, such as ${unstamped.key}, are read each time`;
  return `changes are told by ${fields}`;
}

function sinceFor(cursor: CursorSettings): string {
  const tomorrow = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 19)}.000000Z`;
  if (cursor.type === 'integer') return '9'.padStart(20, '0');
  return cursor.type === 'date' ? tomorrow.slice(0, 10) : tomorrow;
}

async function probe(name: string, attempt: () => Promise<string>): Promise<CheckResult> {
  try {
    return { probe: name, ok: true, detail: await attempt() };
  } catch (error) {
    const detail =
      error instanceof HubError
        ? `${error.code}: ${error.message}`
        : error instanceof Error
          ? error.message
          : String(error);
    return { probe: name, ok: false, detail };
  }
}

function clockDetail(now: string | null): string {
  if (now === null) return 'the source tells no time; passes trust the stamps they see';
  const seconds = Math.round((millisecondsOf(now) - Date.now()) / 1_000);
  return `the source's clock is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} ours`;
}
