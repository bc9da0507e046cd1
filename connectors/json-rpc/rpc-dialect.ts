import type { ReadItem } from '../damaged-record.ts';
import type { JsonRpcStream } from './settings.ts';

/** Which records of a stream. */
export interface Selection {
  stream: JsonRpcStream;
  /** Changed at or after this instant; null for all. */
  since: string | null;
  /** Only ids after this one; null from the first. */
  after: string | null;
  /** Only these ids. */
  ids?: readonly string[];
}

interface RpcModel {
  name: string;
  title: string;
}

/**
 * What differs between products that speak JSON-RPC. Records come out with plain values: text, booleans, nested
 * records and lists of them, as `tryton-values.ts` describes.
 */
export interface RpcDialect {
  /** Signs in unless a session is open; resolves to who that is, for people. */
  signIn(signal: AbortSignal): Promise<string>;
  /** Records in the order of their ids. */
  read(selection: Selection, fields: readonly string[], limit: number, signal: AbortSignal): Promise<ReadItem[]>;
  count(selection: Selection, signal: AbortSignal): Promise<number>;
  /** The server's clock as an instant; null where it tells none. */
  now(signal: AbortSignal): Promise<string | null>;
  models(signal: AbortSignal): Promise<RpcModel[]>;
  /** Field → type of one model. */
  fieldsOf(model: string, signal: AbortSignal): Promise<Record<string, string>>;
  close(): Promise<void>;
}
