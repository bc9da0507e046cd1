import { HubError } from '../../config/errors.ts';
import type { Connector, CreateConnector, Page, PullRequest, SourceRecord } from '../connector.ts';
import { recordsAskedFor, recordsOfItems, withKeylessDoubt } from '../damaged-record.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import type { SourceNotices } from '../source-notices.ts';
import { streamOf } from '../stream-of.ts';
import { checkSource } from './check-source.ts';
import { discoverModels } from './discover-models.ts';
import { requestedFields } from './requested-fields.ts';
import type { RpcDialect } from './rpc-dialect.ts';
import type { JsonRpcSettings, JsonRpcStream } from './settings.ts';
import { createTryton } from './tryton/tryton-dialect.ts';

/** Keys are short: scans take larger pages than records. */
const SCAN_PAGE = 5_000;

/** Connects to an ERP that offers its models over JSON-RPC. */
export const createJsonRpcConnector: CreateConnector<JsonRpcSettings> = ({ system, settings, notices }) => {
  const dialect = dialectOf(system, settings, notices);

  const access = (name: string): JsonRpcStream => streamOf(system, settings.streams, name);

  /** Pages in the order of ids: rows made while the pass runs come at its end, and no edit moves a row. */
  async function* pages(stream: JsonRpcStream, from: Range, fields: string[], size: number, signal: AbortSignal) {
    let after = from.resume;
    for (;;) {
      const rows = await dialect.read({ stream, since: from.since, after }, fields, size, signal);
      // Damaged records without an id come last and are passed with those before them.
      const last = rows.findLast(({ data }) => data.id !== undefined && data.id !== null);
      if (!last && rows.length >= size) throw noId(stream.resource);
      after = rows.length < size || !last ? null : textOf(last.data.id);
      yield { rows, next: after };
      if (after === null) return;
    }
  }

  async function* pull(name: string, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
    const stream = access(name);
    const recordOf = compileSourceRecord(stream);
    const size = stream.pageSize ?? settings.pageSize;
    for await (const { rows, next } of pages(stream, request, requestedFields(stream), size, signal)) {
      // A search by id gives fewer rows than asked for only when there are no more.
      const evidence = next === null ? { evidence: { total: null, doubt: null } } : {};
      yield { records: recordsOfItems(rows, recordOf), next, ...evidence };
    }
  }

  function noId(resource: string): HubError {
    const message = `Expected records of ${resource} with an id, got a whole page of damaged ones without. Make pageSize larger, or correct them in the source.`;
    return new HubError('SOURCE_PROTOCOL', message, { source: system });
  }

  return {
    check: (signal) => checkSource(dialect, settings, signal),
    discover: (signal) => discoverModels(dialect, signal),
    now: (signal) => dialect.now(signal),
    close: () => dialect.close(),

    pull: (name, request, signal) => withKeylessDoubt(pull(name, request, signal)),

    asksByKey: () => true,

    async readByKeys(name, keys, signal) {
      const stream = access(name);
      const recordOf = compileSourceRecord(stream);
      const size = stream.pageSize ?? settings.pageSize;
      const records: SourceRecord[] = [];
      const ids = keys.filter((key) => /^\d{1,15}$/.test(key));
      for (let i = 0; i < ids.length; i += size) {
        // A search by id leaves out what is gone; Tryton's own `read` fails the whole call for one missing record.
        const selection = { stream, since: null, after: null, ids: ids.slice(i, i + size) };
        const rows = await dialect.read(selection, requestedFields(stream), size, signal);
        records.push(...recordsAskedFor(recordsOfItems(rows, recordOf), selection.ids));
      }
      return records;
    },

    async *scanKeys(name, signal) {
      const stream = access(name);
      const recordOf = compileSourceRecord(stream);
      const everything = { stream, since: null, after: null };
      const flag = typeof stream.deletes === 'object' ? [stream.deletes.flag] : [];
      const fields = ['id', ...[stream.cursor?.field ?? []].flat(), ...flag];
      const before = await dialect.count(everything, signal);
      let seen = 0;
      for await (const { rows } of pages(stream, { since: null, resume: null }, fields, SCAN_PAGE, signal)) {
        seen += rows.length;
        const records = recordsOfItems(rows, recordOf).filter((record) => !record.deleted);
        yield { keys: records.map(({ key, version }) => ({ key, version })) };
      }
      const expected = Math.min(before, await dialect.count(everything, signal));
      if (seen < expected) {
        const message = `Expected at least ${expected} keys of ${name}, got ${seen}: the scan is not complete and counts for nothing. Try again later.`;
        throw new HubError('SOURCE_PROTOCOL', message, { source: system, stream: name });
      }
      yield { keys: [], evidence: { total: expected, came: seen, doubt: null } };
    },
  } satisfies Connector;
};

interface Range {
  since: string | null;
  resume: string | null;
}

function dialectOf(system: string, settings: JsonRpcSettings, notices?: SourceNotices): RpcDialect {
  switch (settings.dialect) {
    case 'tryton':
      return createTryton({ system, settings, notices });
  }
}
