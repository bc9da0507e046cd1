import type { ZodType } from 'zod';
import { HubError } from '../../../config/errors.ts';
import type { JsonObject } from '../../../schema/json.ts';
import { type ReadItem, readItemsOf } from '../../damaged-record.ts';
import { createHttpClient } from '../../http/http-client.ts';
import type { SourceNotices } from '../../source-notices.ts';
import type { RpcDialect, Selection } from '../rpc-dialect.ts';
import type { JsonRpcSettings } from '../settings.ts';
import { fieldDefinitions, modelRecords } from '../wire.ts';
import { domainOf } from './tryton-domain.ts';
import { createTrytonSession } from './tryton-session.ts';
import { plainRecord } from './tryton-values.ts';

/** A damaged record without an id comes last. */
function orderOf({ data: { id } }: ReadItem): number {
  return id === undefined || id === null ? Number.POSITIVE_INFINITY : Number(id);
}

interface TrytonDependencies {
  system: string;
  settings: JsonRpcSettings;
  notices: SourceNotices | undefined;
}

/** Tryton's JSON-RPC: models by `search_read`, the context as the last parameter of every call. */
export function createTryton({ system, settings, notices }: TrytonDependencies): RpcDialect {
  const { timeout, password, rateLimit, maxRecordBytes } = settings;
  const auth = { type: 'none' } as const;
  const http = createHttpClient({ system, auth, timeout, rateLimit, maxRecordBytes, notices, secrets: [password] });
  const session = createTrytonSession({ system, settings, http });
  let context: Promise<JsonObject> | null = null;

  /** The user's own preferences (company, language) are the context their client works in; so does the hub. */
  function contextOf(signal: AbortSignal): Promise<JsonObject> {
    context ??= session
      .call('model.res.user.get_preferences', [true, {}], signal)
      .then(
        (preferences) => ({ ...(preferences as JsonObject), ...settings.context, active_test: false }) as JsonObject,
      )
      .catch((error) => {
        context = null;
        throw error;
      });
    return context;
  }

  async function call<T>(method: string, parameters: unknown[], shape: ZodType<T>, signal: AbortSignal): Promise<T> {
    const result = await session.call(method, [...parameters, await contextOf(signal)], signal);
    const read = shape.safeParse(result);
    if (read.success) return read.data;
    const message = `Expected another answer of ${method}: ${read.error.issues[0]?.message ?? ''}.`;
    throw new HubError('SOURCE_PROTOCOL', message, { source: system });
  }

  const domain = (selection: Selection) => domainOf(selection, settings.zone);

  return {
    async signIn(signal) {
      const preferences = await contextOf(signal);
      return `${settings.username}, company ${String(preferences['company.rec_name'] ?? preferences.company ?? 'none')}`;
    },

    async read(selection, fields, limit, signal) {
      const parameters = [domain(selection), 0, limit, [['id', 'ASC']], fields];
      const method = `model.${selection.stream.resource}.search_read`;
      const { items } = await session.list(method, [...parameters, await contextOf(signal)], signal);
      const refused = `Expected records in the result of ${method}, got something else in it.`;
      const read = readItemsOf(items, () => new HubError('SOURCE_PROTOCOL', refused, { source: system }));
      const rows = read.map(({ data, ...item }) => ({ ...item, data: plainRecord(data, settings.zone) }));
      // Tryton answers a list of ids that exceeds its limits in several reads; their order is ours again here.
      return rows.sort((a, b) => orderOf(a) - orderOf(b));
    },

    async count(selection, signal) {
      const result = await session.call(
        `model.${selection.stream.resource}.search_count`,
        [domain(selection), await contextOf(signal)],
        signal,
      );
      return Number(result);
    },

    async now(signal) {
      await session.call('model.res.user.get_preferences', [true, {}], signal);
      return session.clock();
    },

    async models(signal) {
      const rows = await call(
        'model.ir.model.search_read',
        [[], 0, null, [['model', 'ASC']], ['model', 'name']],
        modelRecords,
        signal,
      );
      return rows.map(({ model, name }) => ({ name: model, title: name }));
    },

    async fieldsOf(model, signal) {
      const definitions = await call(`model.${model}.fields_get`, [null], fieldDefinitions, signal);
      return Object.fromEntries(Object.entries(definitions).map(([name, { type }]) => [name, type]));
    },

    async close() {
      await session.close();
      http.close();
    },
  };
}
