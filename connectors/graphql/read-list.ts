import type { SourceRecord } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import type { GraphqlApi, Variables } from './graphql-api.ts';
import type { GraphqlStream } from './settings.ts';
import { type ListAnswer, placesOf, readListAnswer } from './wire.ts';

/** A stream as it is read: the endpoint, the settings and what they were compiled to. */
export interface GraphqlList {
  api: GraphqlApi;
  name: string;
  stream: GraphqlStream;
  pageSize: number;
  /** Fixed variables, and the one by which changes are asked for. */
  variables: Variables;
  /** Only what changed is asked for. */
  isWindow: boolean;
  recordOf(data: SourceRecord['data']): SourceRecord;
  /** Puts aside the records with a list inside them of which only a part came. */
  withoutParts(records: readonly SourceRecord[]): SourceRecord[];
  /** Whether the query declares a variable. */
  declares(variable: string): boolean;
}

export interface ListPage extends Omit<ListAnswer, 'items'> {
  records: SourceRecord[];
}

/** One answer of a list. Variables that the query does not declare are left out: strict servers refuse them. */
export async function readListPage(list: GraphqlList, more: Variables, signal: AbortSignal): Promise<ListPage> {
  const { api, name, stream, variables, declares, recordOf, withoutParts } = list;
  const given = Object.entries({ ...variables, ...more }).filter(([variable]) => declares(variable));
  const question = { query: stream.query, variables: Object.fromEntries(given), records: placesOf(stream.resource) };
  const totalPath = stream.paging?.totalPath;
  return api.ask(
    name,
    question,
    (found, body) => {
      const { items, ...said } = readListAnswer(found, body, { resource: stream.resource, totalPath });
      return { ...said, records: withoutParts(recordsOfItems(items, recordOf)) };
    },
    signal,
  );
}
