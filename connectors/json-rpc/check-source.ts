import { HubError } from '../../config/errors.ts';
import { millisecondsOf } from '../../schema/time.ts';
import type { CheckResult } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import { requestedFields } from './requested-fields.ts';
import type { RpcDialect } from './rpc-dialect.ts';
import type { JsonRpcSettings } from './settings.ts';

/** How many records of a stream are looked at. */
const SAMPLE = 20;

/** Tries login, clock, and one record a stream with all its fields. What fails is a result, not an exception. */
export async function checkSource(
  dialect: RpcDialect,
  settings: JsonRpcSettings,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const login = await probe('login', async () => `signed in as ${await dialect.signIn(signal)}`);
  if (!login.ok) return [login];
  const results = [login, await probe('clock', () => clockOffset(dialect, signal))];
  for (const [name, stream] of Object.entries(settings.streams)) {
    results.push(
      await probe(name, async () => {
        const selection = { stream, since: null, after: null };
        const size = Math.min(SAMPLE, stream.pageSize ?? settings.pageSize);
        const rows = await dialect.read(selection, requestedFields(stream), size, signal);
        const some = recordsOfItems(rows, compileSourceRecord(stream));
        const unstamped = stream.cursor && some.find(({ version, damage }) => version === null && damage === undefined);
        if (unstamped) {
          const fields = [stream.cursor?.field ?? []].flat().join(', ');
          throw new Error(
            `expected a stamp in ${fields} on every record, got ${unstamped.key} without: changes are asked for by it, and a ` +
              'new record would not be read before it is edited. Name a second stamp in `cursor.field`, such as create_date',
          );
        }
        const changes = stream.cursor ? 'changes are told' : 'changes are not told: every pass reads all';
        return `${await dialect.count(selection, signal)} records; ${changes}`;
      }),
    );
  }
  return results;
}

async function probe(name: string, attempt: () => Promise<string>): Promise<CheckResult> {
  try {
    return { probe: name, ok: true, detail: await attempt() };
  } catch (error) {
    return {
      probe: name,
      ok: false,
      detail:
        error instanceof HubError
          ? `${error.code}: ${error.message}`
          : error instanceof Error
            ? error.message
            : String(error),
    };
  }
}

async function clockOffset(dialect: RpcDialect, signal: AbortSignal): Promise<string> {
  const now = await dialect.now(signal);
  if (now === null) return 'the server tells no time; passes trust the stamps they see';
  return `the server's clock is ${((millisecondsOf(now) - Date.now()) / 1000).toFixed(0)} s from ours`;
}
