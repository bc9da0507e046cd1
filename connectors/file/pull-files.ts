import { createHash } from 'node:crypto';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { Page, PullRequest, ReadEvidence, SourceRecord } from '../connector.ts';
import type { FileSystem } from './file-system.ts';
import type { DroppedFile, Folder } from './folder.ts';
import { type Ledger, MOST_FILES, type Place, readLedger, readPlace, writeLedger, writePlace } from './ledger.ts';
import { type FilePage, type ReadFile, readFile } from './read-file.ts';
import type { FileStream } from './settings.ts';

/** What it takes to read the files of one stream. */
export interface FileTarget {
  system: string;
  name: string;
  stream: FileStream;
  folder: Folder;
  files: FileSystem;
  pageSize: number;
  maxRecordBytes: number;
  recordOf(data: SourceRecord['data'], file: DroppedFile): SourceRecord;
}

interface Unread {
  file: DroppedFile;
  hash: string;
  /** Where an interrupted pass goes on in it. */
  from: ReadFile['from'];
}

const HASH_CHUNK = 1024 * 1024;

/** A file is only read once its size is settled, and to its last byte. */
export const endOfFile: ReadEvidence = { total: null, doubt: null };

/** The records of the files that have not been read yet, and at the end the account of those that have. */
export async function* pullFiles(target: FileTarget, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
  const { system, name, stream } = target;
  const known: Ledger = request.delta === undefined ? new Map() : readLedger(request.delta, system, name);
  const place: Place =
    request.resume === null ? { read: new Map(), file: null } : readPlace(request.resume, system, name);
  const { ready } = await target.folder.look(stream, signal);
  if (stream.mode === 'full' && ready.length === 0 && request.delta === undefined) throw noFile(target);
  if (ready.length > MOST_FILES) throw tooManyFiles(target, ready.length);

  const read = place.read;
  const unread = await unreadFiles(target, { ready, known, place }, signal);
  const delta = () => writeLedger(ledgerAfter(target, known, read, ready));
  if (unread.length === 0) yield { records: [], next: null, delta: delta(), evidence: endOfFile };
  for (const [index, { file, hash, from }] of unread.entries()) {
    const opened = await target.files.open(file.path, signal);
    try {
      const reading = { ...target, streamName: name, file, opened, from };
      for await (const page of readFile(reading, signal)) {
        if (page.isEnd) read.set(file.stamp, hash);
        const records = page.records.filter(({ version }) => !request.since || !version || version >= request.since);
        if (page.isEnd && index === unread.length - 1)
          yield { records, next: null, delta: delta(), evidence: endOfFile };
        else yield { records, next: writePlace({ read, file: page.isEnd ? null : placeIn(file, hash, page) }) };
      }
    } finally {
      await opened.close();
    }
  }
}

/** Which files are read, in which order. Files that were dropped a second time are noted down as read. */
async function unreadFiles(
  target: FileTarget,
  { ready, known, place }: { ready: readonly DroppedFile[]; known: Ledger; place: Place },
  signal: AbortSignal,
): Promise<Unread[]> {
  const { mode, repeats } = target.stream;
  const started = place.file && goOn(target, place.file, ready);
  if (mode === 'full' && started) return [started];
  const counting = mode === 'full' ? ready.slice(-1) : ready;
  const fresh = counting.filter(
    ({ stamp }) => stamp !== started?.file.stamp && !known.has(stamp) && !place.read.has(stamp),
  );
  const seen = new Set([...known.values(), ...place.read.values()]);
  const unread = started ? [started] : [];
  for (const file of await target.folder.lookAgain(target.stream, fresh, signal)) {
    const hash = await hashOf(target, file, signal);
    const isRepeat = seen.has(hash) && (mode === 'full' || repeats === 'skip') && defends('files count once');
    if (isRepeat) place.read.set(file.stamp, hash);
    else unread.push({ file, hash, from: null });
    seen.add(hash);
  }
  return unread;
}

/** The file an interrupted pass was reading. A full stream goes on with a newer file when it is gone. */
function goOn(target: FileTarget, place: NonNullable<Place['file']>, ready: readonly DroppedFile[]): Unread | null {
  const file = ready.find(({ stamp }) => stamp === place.stamp);
  if (file) return { file, hash: place.hash, from: place };
  if (target.stream.mode === 'full' || ready.some(({ name }) => name === place.name)) return null;
  const message = `Expected ${place.name} to be there until it is read, but only its first ${place.line - 1} lines are. Put it back under another name.`;
  throw new HubError('SOURCE_NOT_FOUND', message, { source: target.system, stream: target.name });
}

/** Of a full stream the last file alone; of changes all that are there, and as many of those that are gone as there is room for. */
function ledgerAfter({ stream }: FileTarget, known: Ledger, read: Ledger, ready: readonly DroppedFile[]): Ledger {
  const all = [...known, ...read];
  if (stream.mode === 'full') return new Map(all.slice(-1));
  const there = new Set(ready.map(({ stamp }) => stamp));
  const gone = all.filter(([stamp]) => !there.has(stamp));
  const kept = all.length - gone.length;
  const forgotten = new Set(gone.slice(0, Math.max(0, gone.length + kept - MOST_FILES)).map(([stamp]) => stamp));
  return new Map(all.filter(([stamp]) => !forgotten.has(stamp)));
}

function placeIn(file: DroppedFile, hash: string, { offset, line, columns }: FilePage): Place['file'] {
  return { name: file.name, stamp: file.stamp, hash, offset, line, columns };
}

async function hashOf({ files }: FileTarget, { path, size }: DroppedFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(HASH_CHUNK);
  const opened = await files.open(path, signal);
  try {
    for (let at = 0; at < size; ) {
      const chunk = await opened.read(at, buffer, signal);
      if (chunk.length === 0) break;
      hash.update(chunk);
      at += chunk.length;
    }
  } finally {
    await opened.close();
  }
  return hash.digest('hex').slice(0, 32);
}

function noFile({ system, name, stream }: FileTarget): HubError {
  const message = `Expected a file ${stream.resource} that is complete, got none. Drop one in the folder, or correct folder and resource.`;
  return new HubError('SOURCE_NOT_FOUND', message, { source: system, stream: name });
}

function tooManyFiles({ system, name }: FileTarget, count: number): HubError {
  const message = `Expected at most ${MOST_FILES} files of ${name} in the folder, got ${count}. Move those away that have been read.`;
  return new HubError('SOURCE_PROTOCOL', message, { source: system, stream: name });
}
