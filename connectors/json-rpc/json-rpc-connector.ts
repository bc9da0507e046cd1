import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { Connector, CreateConnector, Page, PullRequest, ReadEvidence, SourceRecord } from '../connector.ts';
import { type ReadItem, recordsAskedFor, recordsOfItems, withKeylessDoubt } from '../damaged-record.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import { readResume } from '../read-resume.ts';
import { settleTally, type Tally } from '../settle-tally.ts';
import type { SourceNotices } from '../source-notices.ts';
import { streamOf } from '../stream-of.ts';
import { checkSource } from './check-source.ts';
import { discoverModels } from './discover-models.ts';
import { requestedFields } from './requested-fields.ts';
import type { RpcDialect } from './rpc-dialect.ts';
import type { JsonRpcSettings, JsonRpcStream } from './settings.ts';
import { createTryton } from './tryton/tryton-dialect.ts';

/** Connects to an ERP that offers its models over JSON-RPC. */
export const createJsonRpcConnector: CreateConnector<JsonRpcSettings> = ({ system, settings, notices }) => {
  const dialect = dialectOf(system, settings, notices);

  const access = (name: string): JsonRpcStream => streamOf(system, settings.streams, name);

  /**
   * Pages in the order of ids: rows made while the pass runs come at its end, and no edit moves a row. A short page is
   * no end by itself, since a server may give fewer rows than it is asked for: the end is where no row has a greater
   * id, or as many came as the server counts.
   */
  async function* pages(
    { stream, since, place }: Range,
    fields: string[],
    signal: AbortSignal,
  ): AsyncGenerator<{ rows: ReadItem[]; next: Place | null; evidence?: ReadEvidence }> {
    const size = stream.pageSize ?? settings.pageSize;
    const count = () => dialect.count({ stream, since, after: null }, signal);
    let { after, tally } = place ?? { after: null, tally: { total: await count(), came: 0 } };
    for (;;) {
      const rows = await dialect.read({ stream, since, after }, fields, size, signal);
      // Damaged records without an id come last and are passed with those before them.
      const last = rows.findLast(({ data }) => data.id !== undefined && data.id !== null);
      if (!last && rows.length >= size) throw noId(stream.resource);
      tally = { ...tally, came: tally.came + rows.length };
      after = last ? textOf(last.data.id) : after;
      const isWhole = rows.length < size && tally.total !== null && tally.came >= tally.total;
      if (!last || after === null || isWhole) {
        yield { rows, next: null, evidence: await settleTally(tally, count) };
        return;
      }
      yield { rows, next: { after, tally } };
    }
  }

  async function* pull(name: string, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
    const stream = access(name);
    const recordOf = compileSourceRecord(stream);
    const { since, resume } = request;
    const place = resume === null ? null : readResume(placeText, resume, { source: system, stream: name });
    for await (const { rows, next, evidence } of pages({ stream, since, place }, requestedFields(stream), signal)) {
      const records = recordsOfItems(rows, recordOf);
      yield { records, next: next && JSON.stringify(next), ...(evidence ? { evidence } : {}) };
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
        // What is missing may be gone, or cut off by a server that gives few rows at once: it is asked for again.
        for (let missing = ids.slice(i, i + size); missing.length > 0; ) {
          // A search by id leaves out what is gone; Tryton's own `read` fails the whole call for one missing record.
          const selection = { stream, since: null, after: null, ids: missing };
          const rows = await dialect.read(selection, requestedFields(stream), size, signal);
          const found = recordsAskedFor(recordsOfItems(rows, recordOf), missing);
          const wanted = new Set(missing);
          const asked = found.filter(({ key }) => wanted.has(key));
          records.push(...asked);
          const came = new Set(asked.map(({ key }) => key));
          missing = asked.length > 0 ? missing.filter((id) => !came.has(id)) : [];
        }
      }
      return records;
    },

    async *scanKeys(name, signal) {
      const stream = access(name);
      const recordOf = compileSourceRecord(stream);
      const flag = typeof stream.deletes === 'object' ? [stream.deletes.flag] : [];
      const fields = ['id', ...[stream.cursor?.field ?? []].flat(), ...flag];
      for await (const { rows, evidence } of pages({ stream, since: null, place: null }, fields, signal)) {
        const records = recordsOfItems(rows, recordOf).filter((record) => !record.deleted);
        const { total = null, came = 0 } = evidence ?? {};
        if (total !== null && came < total && defends('complete scan')) {
          const message = `Expected at least ${total} keys of ${name}, got ${came}: the scan is not complete and counts for nothing. Try again later.`;
          throw new HubError('SOURCE_PROTOCOL', message, { source: system, stream: name });
        }
        yield {
          keys: records.map(({ key, version }) => ({ key, version })),
          ...(evidence ? { evidence } : {}),
        };
      }
    },
  } satisfies Connector;
};

/** Where a pass stands: the last id that was read, and what was counted and came so far. */
interface Place {
  after: string | null;
  tally: Tally;
}

const placeText: z.ZodType<Place> = z.strictObject({
  after: z.string(),
  tally: z.strictObject({ total: z.int().min(0).nullable(), came: z.int().min(0) }),
});

interface Range {
  stream: JsonRpcStream;
  since: string | null;
  place: Place | null;
}

function dialectOf(system: string, settings: JsonRpcSettings, notices?: SourceNotices): RpcDialect {
  switch (settings.dialect) {
    case 'tryton':
      return createTryton({ system, settings, notices });
  }
}
