import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { defends } from '../config/defences.ts';
import { HubError } from '../config/errors.ts';
import type { Connector, SourceRecord } from './connector.ts';

/** How many single records are asked for at once. */
const PARALLEL_READS = 4;
/** Records of the list that are asked for by key to see whether that works: one may just have gone. */
const CONTROLS = 3;

/** Whether a source refuses a read for a record that it does not have: some say 403 for it, or fail the whole call. */
const refusals = new Set(['SOURCE_FORBIDDEN', 'SOURCE_NOT_FOUND']);

/**
 * The connector, with reads by key that give what was asked for: a record whose key is another one is not that record,
 * and counts as not there. A key that is refused counts as not there as well, once it is shown that the refusal is
 * about the key and not about the login: a record that the list shows can be read by its key, and a key that never
 * was is refused in the same way. Throws the refusal where that cannot be shown.
 */
export function withOwnKeys(connector: Connector): Connector {
  async function readUnlessRefused(stream: string, keys: readonly string[], signal: AbortSignal) {
    const read = (some: readonly string[]) => refusalOr(connector.readByKeys(stream, some, signal));
    const whole = await read(keys);
    if (!(whole instanceof HubError)) return whole;
    const isShown = connector.asksByKey(stream) && defends('refused keys');
    if (!isShown || !(await isListedRecordFound(connector, stream, signal))) throw whole;
    if (await isRefusedOtherwise(read([unknownKey(keys[0] ?? '')]), whole)) throw whole;
    if (keys.length === 1) return [];
    const limit = pLimit(PARALLEL_READS);
    const answers = await Promise.all(keys.map((key) => limit(() => read([key]))));
    return answers.flatMap((answer) => (answer instanceof HubError ? [] : answer));
  }

  return {
    ...connector,
    async readByKeys(stream, keys, signal) {
      const wanted = new Set(keys);
      const records = await readUnlessRefused(stream, keys, signal);
      signal.throwIfAborted();
      const own = records.filter(({ key }) => wanted.has(key));
      if (own.length === records.length || !defends('own key')) return records;
      // What was found by its key shows that reads by key work; otherwise none of the others may count as gone.
      if (own.length === 0 && !(await isListedRecordFound(connector, stream, signal))) {
        throw answersOtherKeys(stream, keys, records);
      }
      return own;
    },
  };
}

async function refusalOr(read: Promise<SourceRecord[]>): Promise<SourceRecord[] | HubError> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof HubError && refusals.has(error.code)) return error;
    throw error;
  }
}

/** Whether some record that the list shows now can be read by its key. */
async function isListedRecordFound(connector: Connector, stream: string, signal: AbortSignal): Promise<boolean> {
  for await (const { records } of connector.pull(stream, { since: null, resume: null }, signal)) {
    const listed = records.filter(({ deleted, isKeyless }) => !deleted && !isKeyless);
    for (const { key } of listed.slice(0, CONTROLS)) {
      const answer = await refusalOr(connector.readByKeys(stream, [key], signal));
      if (!(answer instanceof HubError) && answer.some((record) => record.key === key)) return true;
    }
    if (listed.length > 0) return false;
  }
  return false;
}

/** Whether the source says something else of a key that never was: then a refusal means more than "not there". */
async function isRefusedOtherwise(probe: Promise<SourceRecord[] | HubError>, refusal: HubError): Promise<boolean> {
  try {
    const answer = await probe;
    return !(answer instanceof HubError) || answer.code !== refusal.code;
  } catch {
    // What a source says of a key that it cannot even read proves nothing.
    return false;
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A key of the same form that no record has. Numbers stay within 32 bits. */
function unknownKey(like: string): string {
  if (uuid.test(like)) return randomUUID();
  if (/^\d+$/.test(like)) return String(2_147_000_000 + Math.floor(Math.random() * 400_000));
  const pick = (letters: string) => letters[Math.floor(Math.random() * letters.length)] ?? '';
  return like
    .replace(/[a-z]/g, () => pick('abcdefghijklmnopqrstuvwxyz'))
    .replace(/[A-Z]/g, () => pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ'))
    .replace(/\d/g, () => pick('0123456789'));
}

function answersOtherKeys(
  stream: string,
  [asked = '']: readonly string[],
  [record]: readonly SourceRecord[],
): HubError {
  const message =
    `Expected the record ${asked} of ${stream} when it is asked for by its key, got one with the key ${record?.key ?? ''}, and ` +
    'what the list shows cannot be read by key either. Check `key` and `byKey` of the stream.';
  return new HubError('SOURCE_PROTOCOL', message, { stream });
}
