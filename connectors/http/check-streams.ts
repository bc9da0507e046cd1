import { HubError } from '../../config/errors.ts';
import type { StreamSettings } from '../../config/settings/settings.ts';
import { millisecondsOf } from '../../schema/time.ts';
import type { CheckResult, SourceRecord } from '../connector.ts';
import { type ChangesRequest, checkChanges } from './check-changes.ts';

export interface CheckRequest extends ChangesRequest {
  streams: Readonly<Record<string, Pick<StreamSettings, 'cursor' | 'nulls'>>>;
  /** The source's clock; the first call to the source, so it also proves the login. */
  now(signal: AbortSignal): Promise<string | null>;
}

/** Tries login, clock, one record a stream, and its cursor. What fails is a result, not an exception. */
export async function checkStreams(request: CheckRequest, signal: AbortSignal): Promise<CheckResult[]> {
  const login = await probe('login', async () => clockDetail(await request.now(signal)));
  if (!login.ok) return [login];
  const results: CheckResult[] = [
    { ...login, detail: 'the source answers' },
    { ...login, probe: 'clock' },
  ];
  for (const [name, { cursor, nulls }] of Object.entries(request.streams)) {
    let records: SourceRecord[] = [];
    const one = await probe(`${name}: one row`, async () => {
      records = await request.readSome(name, signal);
      return records[0] ? `read ${records[0].key}` : 'the stream is empty';
    });
    results.push(one);
    if (one.ok && cursor)
      results.push(
        await probe(`${name}: cursor`, () => checkChanges(request, { name, cursor, nulls, records }, signal)),
      );
  }
  return results;
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
