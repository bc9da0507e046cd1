import { hash } from 'node:crypto';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { SourceRecord } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import type { HttpAnswer } from '../http/http-client.ts';
import { stepsOf } from '../mapping/path.ts';
import type { Parameters, RestApi } from './api.ts';
import type { RestPaging } from './settings.ts';
import { isAboutList, type Signs, signsOf } from './signs.ts';
import { countOf, flagOf, isObject, readItems, valueAt } from './wire.ts';

/** One list, and how its records are told apart. */
export interface RestList {
  api: RestApi;
  stream: string;
  path: string;
  /** What is sent besides the paging's own parameters. */
  query: Parameters;
  itemsPath: string;
  pageSize: number;
  /** What the list is to hold: everything, what changed since a moment, or the records with some keys. */
  window: 'all' | 'changes' | 'keys';
  /** Numbers of records of which a list that has exactly so many may have been cut. */
  sizes: readonly number[];
  recordOf(data: JsonObject): SourceRecord;
}

/** One answer of a list. */
export interface RestPage {
  records: SourceRecord[];
  answer: HttpAnswer;
  /** What the answer was: a list; nothing by its status; or an answer that leaves the list out. */
  form: 'list' | 'beyond the end' | 'no list';
  /** Whether another page follows, as far as a flag says it; null where none does. */
  more: boolean | null;
  /** How long the whole list is, where the settings say what tells it. */
  total: { records: number | null; pages: number | null };
  /** What the answer says besides, in well-known places. */
  signs: Signs;
}

const nothing: Signs = { more: null, next: null, records: null, pages: null };

/** Statuses that mean "no such page" where the page before was not full. */
const afterShortPage = [400, 404, 410, 416, 422];

/** The paging of a list for which the settings have none. */
export type Paging = RestPaging | null;

interface PageRequest {
  /** By parameters, or by the link that the answer before named. */
  by: Parameters | { link: string };
  /** Whether the page may be one after the last: then it may be answered by a status. */
  after?: 'full page' | 'short page';
}

/** Reads one page. Throws SOURCE_PROTOCOL where an answer has no list and does not say why. */
export async function readPage(
  list: RestList,
  paging: Paging,
  { by, after }: PageRequest,
  signal: AbortSignal,
): Promise<RestPage> {
  const { api, stream, path, itemsPath, recordOf } = list;
  const asked = 'link' in by ? by : { path, query: by };
  const stop = paging?.stop;
  const isEnd = after !== undefined && defends('ends of lists');
  const answers = isEnd ? [...(stop?.status ?? []), ...(after === 'short page' ? afterShortPage : [])] : [];
  const request = { stream, asked, records: { lists: [itemsPath] }, answers };
  const answer = await api.get(request, signal).catch((error: unknown) => {
    throw after === undefined ? error : withHint(error);
  });
  if (answer.status >= 400 || (answer.status === 204 && defends('ends of lists'))) {
    const total = { records: null, pages: null };
    return { records: [], answer, form: 'beyond the end', more: null, total, signs: nothing };
  }
  return api.read(answer, stream, (body) => {
    const found = answer.list();
    const { headers } = answer;
    const isLeftOut = found === null && leavesListOut(body, itemsPath, stop?.missingList ?? false);
    const records =
      isLeftOut && defends('ends of lists') ? [] : recordsOfItems(readItems(found, body, itemsPath), recordOf);
    const signs = signsOf({ body, headers }, itemsPath, stop?.ignore ?? []);
    const form = isLeftOut ? ('no list' as const) : ('list' as const);
    return { records, answer, form, more: moreOf(body, stop, signs), total: totalOf(body, headers, paging), signs };
  });
}

/** What a page is known by: its records, each with its version. */
export function printOf(records: readonly SourceRecord[]): string {
  return hash('sha256', JSON.stringify(records.map(tailKey)), 'base64');
}

/** With its version: a record that changed may have come to the same place again by accident. */
export function tailKey({ key, version }: SourceRecord): string {
  return `${version ?? ''} ${key}`;
}

function moreOf(body: JsonValue, stop: RestPaging['stop'] | undefined, signs: Signs): boolean | null {
  const more = stop?.hasMorePath === undefined ? null : flagOf(valueAt(body, stop.hasMorePath));
  const isEnd = stop?.endPath === undefined ? null : flagOf(valueAt(body, stop.endPath));
  if (more !== null) return more;
  if (isEnd !== null) return !isEnd;
  return defends('ends of lists') ? (signs.more?.value ?? null) : null;
}

function totalOf(body: JsonValue, headers: HttpAnswer['headers'], paging: Paging): RestPage['total'] {
  const { totalPath, totalHeader } = paging ?? {};
  const inBody = totalPath === undefined ? null : countOf(valueAt(body, totalPath));
  const told = inBody ?? (totalHeader === undefined ? null : countOf(headers[totalHeader.toLowerCase()]));
  const unit = paging?.totalUnit ?? (paging?.type === 'page' ? 'pages' : 'records');
  return { records: unit === 'records' ? told : null, pages: unit === 'pages' ? told : null };
}

/**
 * Whether an answer is an empty list whose key was left out, or null: all that it holds is about a list. With
 * `isUsual`, anything but an error will do.
 */
function leavesListOut(body: JsonValue, itemsPath: string, isUsual: boolean): boolean {
  if (itemsPath === '' || !isObject(body)) return false;
  const found = valueAt(body, itemsPath);
  if (found !== undefined && found !== null) return false;
  return isBare(body, stepsOf(itemsPath), isUsual);
}

function isBare(object: JsonObject, way: readonly string[], isUsual: boolean): boolean {
  return Object.entries(object).every(([name, value]) => {
    if (isErrorWord(name)) return value === null || value === false || value === '' || isEmpty(value);
    if (name === way[0]) return value === null || (isObject(value) && isBare(value, way.slice(1), isUsual));
    if (Array.isArray(value)) return value.length === 0 && isUsual;
    if (isObject(value)) return isUsual || (isAboutList(name) && isBare(value, [], isUsual));
    return isUsual || isAboutList(name) || isGoodNews(name, value);
  });
}

/** `success: true`, `status: ok`, `code: 200`. */
function isGoodNews(name: string, value: JsonValue): boolean {
  return /^(success|ok|status|result|code)$/i.test(name) && /^(true|ok|success|0|200)$/i.test(String(value));
}

function isErrorWord(name: string): boolean {
  return /^(errors?|err(code|msg|or_?(code|message|description))?|faults?|exception|message|msg|detail|details|title|reason|problem|status_?code)$/i.test(
    name,
  );
}

function isEmpty(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

const perhapsTheEnd = new Set(['SOURCE_PROTOCOL', 'SOURCE_NOT_FOUND', 'SOURCE_FORBIDDEN', 'SOURCE_CURSOR_EXPIRED']);

/** A page after the first was refused: perhaps this is how the source says that there are no more. */
function withHint(error: unknown): unknown {
  if (!(error instanceof HubError) || !perhapsTheEnd.has(error.code)) return error;
  const status = /answered (4\d\d)/.exec(error.message)?.[1];
  if (status === undefined) return error;
  const hint = `If this is how the source answers a page after the last one, set \`stop: { status: [${status}] }\` in \`paging\`.`;
  const { code, source, stream } = error;
  return new HubError(code, `${error.message} ${hint}`, {
    ...(source === undefined ? {} : { source }),
    ...(stream === undefined ? {} : { stream }),
    cause: error,
  });
}
