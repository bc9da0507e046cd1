import { isUtf8 } from 'node:buffer';
import { defends } from '../../config/defences.ts';
import { type CutAnswer, cutList } from '../json/cut-list.ts';
import { parseExactly } from '../json/exact-json.ts';
import type { ListItem, ListPlace } from '../json/list-place.ts';
import { damageOf } from '../json/long-record.ts';
import { createRecordScanner, type RecordScanner, type ScannedRecord, TooLarge } from '../json/record-scanner.ts';
import { createCharsetDecoder } from './charset-decoder.ts';
import { notJson, readJson } from './read-json.ts';

/** Takes an answer's body as it comes. */
export interface AnswerReader {
  push(chunk: Buffer): void;
  /** The text of an answer of at most 64 KB, and how a longer one begins: in it stands what a source refuses. */
  beginning(): string;
  /** The answer without its records, and the records. Throws Error saying what came instead. */
  end(): CutAnswer;
}

export interface AnswerReaderOptions {
  place: ListPlace;
  /** The `content-type` header. */
  contentType: string | undefined;
  /** A record of more bytes is not held. */
  maxRecordBytes: number;
  /** Most bytes of the records of one answer together. */
  mostBytes: number;
}

/** An answer of at most so many bytes is parsed as a whole, which costs less and takes a few milliseconds. */
const SMALL = 500_000;
const SHORT = 65_536;
/** What is shown of an answer that is no JSON is in its first bytes. */
const HEAD = 1_000;

/**
 * Reads an answer that holds records, each for itself: one that is too large, or is no JSON, is damaged, and the others
 * are not. What is wrong around the records is wrong with the answer. While a large answer comes, no more of it is held
 * than the records that were read, the one that is being read, and the text beside them.
 */
export function createAnswerReader({ place, contentType, ...bounds }: AnswerReaderOptions): AnswerReader {
  const { mostBytes } = bounds;
  const maxRecordBytes = defends('longest record') ? bounds.maxRecordBytes : Number.POSITIVE_INFINITY;
  const decoder = createCharsetDecoder(contentType);
  const small = Math.min(SMALL, maxRecordBytes);
  const items = new Map<string, ListItem[]>();
  let held: Buffer[] = [];
  let heldBytes = 0;
  let recordBytes = 0;
  let head = Buffer.alloc(0);
  let scanner: RecordScanner | null = null;
  let failure: unknown = null;

  function note(path: string, record: ScannedRecord): void {
    recordBytes += 'bytes' in record ? record.bytes.length : record.damage.text.length;
    if (recordBytes > mostBytes)
      throw new TooLarge(
        `expected at most ${mostBytes} bytes of records in one answer, got more; make pageSize smaller`,
      );
    const item = itemOf(record);
    const before = items.get(path);
    if (before) before.push(item);
    else items.set(path, [item]);
  }

  function take(chunk: Buffer): void {
    if (scanner) scanner.push(chunk);
    else {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes > small) scanner = scanHeld();
    }
  }

  function scanHeld(): RecordScanner {
    const scanning = createRecordScanner({ place, maxRecordBytes, onRecord: note });
    const bytes = withoutMark(Buffer.concat(held));
    held = [];
    scanning.push(bytes);
    return scanning;
  }

  /** The quick way; null where something is wrong, and it has to be found out with what. */
  function parseHeld(): CutAnswer | null {
    const bytes = withoutMark(Buffer.concat(held));
    if (!isUtf8(bytes)) return null;
    try {
      return cutList(parseExactly(bytes.toString('utf8')), place);
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  function endOfScan(scanning: RecordScanner): CutAnswer {
    const { beside, found } = scanning.end();
    if (!isUtf8(beside)) throw new Error('expected text in UTF-8, got bytes that are not');
    const rest = readJson(beside.toString('utf8'), contentType);
    const [path] = found;
    return { rest, list: path === undefined ? null : { path, items: items.get(path) ?? [] } };
  }

  return {
    push(chunk) {
      if (failure !== null) return;
      if (head.length < HEAD) head = Buffer.concat([head, chunk.subarray(0, HEAD - head.length)]);
      try {
        take(decoder.push(chunk));
      } catch (error) {
        failure = error;
      }
    },
    beginning() {
      const isShort = scanner === null && heldBytes <= SHORT;
      return withoutMark(isShort ? Buffer.concat(held) : head).toString('utf8');
    },
    end() {
      try {
        if (failure !== null) throw failure;
        take(decoder.end());
        return (scanner === null ? parseHeld() : null) ?? endOfScan(scanner ?? scanHeld());
      } catch (error) {
        throw error instanceof TooLarge ? error : notJson(withoutMark(head).toString('utf8'), contentType, error);
      }
    },
  };
}

function itemOf(record: ScannedRecord): ListItem {
  if (!('bytes' in record)) return { value: record.outline, damage: record.damage };
  const { bytes } = record;
  try {
    if (!isUtf8(bytes)) throw new SyntaxError('expected text in UTF-8, got bytes that are not');
    return { value: parseExactly(bytes.toString('utf8')) };
  } catch (error) {
    if (!(error instanceof SyntaxError) || !defends('records apart')) throw error;
    const { damage, outline } = damageOf(bytes, error.message);
    return { value: outline, damage };
  }
}

/** Without the byte order mark. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
