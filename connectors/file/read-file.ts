import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { SourceRecord } from '../connector.ts';
import { damageOf } from '../json/long-record.ts';
import { isMismatch } from '../mapping/mismatch.ts';
import type { OpenFile } from './file-system.ts';
import type { DroppedFile } from './folder.ts';
import { checkColumns, readHeader } from './header.ts';
import { createRecordSplitter, type RawRecord } from './record-splitter.ts';
import type { FileStream } from './settings.ts';
import { createTextDecoder, type DecodeText, lengthOfMark } from './text-decoder.ts';
import { type ParsedRecord, readCsvRecords, readJsonLine } from './wire.ts';

const CHUNK = 256 * 1024;

export interface FilePage {
  records: SourceRecord[];
  /** Where the next record begins. */
  offset: number;
  line: number;
  columns: string[] | null;
  isEnd: boolean;
}

export interface ReadFile {
  file: DroppedFile;
  opened: OpenFile;
  system: string;
  stream: FileStream;
  streamName: string;
  /** Where to go on, with the columns its header told; null to begin. */
  from: { offset: number; line: number; columns: string[] | null } | null;
  pageSize: number;
  /** A record of more bytes is put aside without being held. */
  maxRecordBytes: number;
  recordOf(data: SourceRecord['data'], file: DroppedFile): SourceRecord;
}

/**
 * The records of one file, page by page, in constant memory. A record that cannot be read is handed on as damaged;
 * damage to the file itself (cut off, other encoding, other columns, changed while it was read) throws.
 */
export async function* readFile(request: ReadFile, signal: AbortSignal): AsyncGenerator<FilePage> {
  const { file, opened, stream, from, pageSize } = request;
  const reader = createLineReader(request);
  const start = from ?? { offset: await startOf(request, signal), line: 1 };
  const splitter = createRecordSplitter({
    from: start,
    quote: stream.format === 'csv' && stream.quote !== '' ? stream.quote.charCodeAt(0) : null,
    delimiter: stream.delimiter.charCodeAt(0),
    longest: request.maxRecordBytes,
    textOf: reader.textOf,
  });
  let columns = stream.columns ?? from?.columns ?? null;
  let needsHeader = stream.format === 'csv' && columns === null;
  let raws: RawRecord[] = [];
  let at = start.offset;
  let { offset, line } = start;

  while (at < file.size) {
    const chunk = await opened.read(at, Buffer.allocUnsafe(CHUNK), signal);
    if (chunk.length === 0) throw changed(request);
    at += chunk.length;
    raws.push(...splitter.push(chunk));
    if (at >= file.size) raws.push(...[splitter.end()].filter((raw) => raw !== null));

    let [first] = raws;
    if (needsHeader && first) {
      columns = reader.header(first);
      needsHeader = false;
      ({ end: offset, endLine: line } = first);
      raws = raws.slice(1);
      [first] = raws;
    }
    while (raws.length >= pageSize || (at >= file.size && raws.length > 0)) {
      const some = raws.slice(0, pageSize);
      raws = raws.slice(pageSize);
      const records = reader.records(some, columns ?? []);
      ({ end: offset, endLine: line } = some.at(-1) ?? { end: offset, endLine: line });
      await expectUnchanged(request, signal);
      yield { records, offset, line, columns, isEnd: offset >= file.size };
      if (offset >= file.size) return;
    }
  }
  if (needsHeader && stream.mode === 'full') throw failure(request, 'expected a header line, got an empty file', 1);
  await expectUnchanged(request, signal);
  yield { records: [], offset, line, columns, isEnd: true };
}

async function startOf(request: ReadFile, signal: AbortSignal): Promise<number> {
  const mark = lengthOfMark(await request.opened.read(0, Buffer.alloc(4), signal));
  if (mark === null)
    throw failure(request, 'expected text of one-byte units, got UTF-16; have it exported as UTF-8', 1);
  if (mark > 0 && request.stream.encoding !== 'utf-8') {
    throw failure(
      request,
      `expected ${request.stream.encoding}, got a file that says it is UTF-8; correct encoding`,
      1,
    );
  }
  return mark;
}

/** Whoever writes the file while it is read may have changed what was read already. */
async function expectUnchanged(request: ReadFile, signal: AbortSignal): Promise<void> {
  const { size, mtimeNs } = await request.opened.stat(signal);
  if (Number(size) !== request.file.size || mtimeNs !== request.file.modified) throw changed(request);
}

/** Bytes → source records, each with what is wrong with it. */
function createLineReader(request: ReadFile) {
  const { file, stream, recordOf } = request;
  const decode = createTextDecoder(stream.encoding);

  const textOf = (bytes: Buffer) =>
    stream.encoding === 'utf-8' ? bytes.toString('utf8') : (decode(bytes) ?? bytes.toString('latin1'));

  /** A damaged line is known by its key where that can still be read, and else by its place. */
  function damaged(raw: RawRecord, reason: string, isJson = true): SourceRecord {
    if (!raw.terminated && defends('cut-off files'))
      throw failure(request, `expected a whole record at the end, got a file that is cut off (${reason})`, raw.line);
    const { damage, outline } = raw.long ?? damageOf(raw.bytes ?? Buffer.alloc(0), reason, textOf);
    const known = stream.format === 'jsonl' ? keyedBy(outline) : null;
    const isNone = stream.format === 'jsonl' && raw.line === 1 && known === null && !isJson;
    if (isNone) throw failure(request, `expected JSON Lines, one object a line: ${damage.reason}`, raw.line);
    const base = file.name.split(/[\\/]/).at(-1) ?? file.name;
    const named = known ?? { key: `${base.slice(-200)}:${raw.line}`, version: null, isKeyless: true as const };
    const { bytes, sha256, text } = damage;
    return {
      ...named,
      deleted: false,
      data: { file: file.name, line: String(raw.line), bytes: String(bytes), sha256, text },
      damage: `${file.name}, line ${raw.line}: ${damage.reason}`,
    };
  }

  function keyedBy(outline: SourceRecord['data']): Pick<SourceRecord, 'key' | 'version'> | null {
    try {
      const { key, version } = recordOf(outline, file);
      return { key, version };
    } catch (error) {
      if (isMismatch(error) || (error instanceof HubError && error.code === 'SOURCE_PROTOCOL')) return null;
      throw error;
    }
  }

  function recordOrDamage(raw: RawRecord, parsed: ParsedRecord): SourceRecord {
    if ('damage' in parsed) return damaged(raw, parsed.damage, false);
    try {
      return recordOf(parsed.data, file);
    } catch (error) {
      if (isMismatch(error) || (error instanceof HubError && error.code === 'SOURCE_PROTOCOL'))
        return damaged(raw, error.message);
      throw error;
    }
  }

  const endsOpen = stream.format === 'jsonl' || stream.lastLine === 'open' || stream.marker !== undefined;

  function expectEnd({ terminated, line }: RawRecord): void {
    if (terminated || endsOpen || !defends('cut-off files')) return;
    const problem =
      'expected an end of line after the last record, got a file that may be cut off; if it always ends so, set lastLine: open';
    throw failure(request, problem, line);
  }

  return {
    textOf,

    header(raw: RawRecord): string[] {
      expectEnd(raw);
      const text = raw.bytes && decoded(request, decode, raw);
      const columns = text === null ? null : readHeader(text, stream);
      if (columns === null || raw.openQuote)
        throw failure(request, 'expected a header line, got something else', raw.line);
      const problem = checkColumns(columns, stream);
      if (problem !== null) throw failure(request, problem, raw.line);
      return columns;
    },

    records(raws: readonly RawRecord[], columns: readonly string[]): SourceRecord[] {
      const present = raws.filter(({ bytes }) => bytes === null || bytes.length > 0);
      const whole = present.filter(({ bytes, openQuote }) => bytes !== null && !openQuote);
      const lines = whole.map((raw) => decoded(request, decode, raw));
      const parsed =
        stream.format === 'csv' ? readCsvRecords(lines, columns, stream) : lines.map((line) => readJsonLine(line));
      const byLine = new Map(whole.map((raw, index) => [raw, parsed[index]]));
      return present.map((raw) => {
        if (raw.openQuote) return damaged(raw, 'a quote is opened and never closed');
        const one = byLine.get(raw);
        if (one && !('damage' in one)) expectEnd(raw);
        return one ? recordOrDamage(raw, one) : damaged(raw, '');
      });
    },
  };
}

function decoded(request: ReadFile, decode: DecodeText, { bytes, line }: RawRecord): string {
  const text = decode(bytes ?? Buffer.alloc(0));
  if (text !== null) return text;
  const { encoding } = request.stream;
  const advice = encoding === 'utf-8' ? 'if it is Latin-1, set encoding: latin1' : 'correct encoding';
  throw failure(request, `expected ${encoding}, got bytes that are not; ${advice}, or have it exported as UTF-8`, line);
}

function changed(request: ReadFile): HubError {
  const { file, system, streamName } = request;
  const message = `Expected ${file.name} to stay as it is while it is read, but somebody wrote it. The next pass reads it anew; let it be written under another name and renamed.`;
  return new HubError('SOURCE_PROTOCOL', message, { source: system, stream: streamName });
}

function failure({ file, system, streamName }: ReadFile, problem: string, line: number): HubError {
  const message = `${file.name}, line ${line}: ${problem}.`;
  return new HubError('SOURCE_PROTOCOL', message, { source: system, stream: streamName });
}
