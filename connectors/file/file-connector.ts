import { HubError } from '../../config/errors.ts';
import type { Connector, CreateConnector, KeyVersion, Page, SourceRecord } from '../connector.ts';
import { discoverLists } from '../http/discover-lists.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import { streamOf } from '../stream-of.ts';
import { checkFolder } from './check-folder.ts';
import { createFileSystem } from './file-system.ts';
import { createFolder } from './folder.ts';
import { endOfFile, type FileTarget, pullFiles } from './pull-files.ts';
import type { FileSettings, FileStream } from './settings.ts';

/** Reads files of CSV or JSON Lines that somebody drops in a folder. */
export const createFileConnector: CreateConnector<FileSettings> = ({ system, settings }) => {
  const files = createFileSystem({ system, folder: settings.folder, timeout: settings.timeout });
  const folder = createFolder(system, settings, files);

  function targetOf(name: string): FileTarget {
    const stream = streamOf(system, settings.streams, name);
    const pageSize = stream.pageSize ?? settings.pageSize;
    const { maxRecordBytes } = settings;
    return { system, name, stream, folder, files, pageSize, maxRecordBytes, recordOf: compileFileRecord(stream) };
  }

  /** Everything the files hold, in their order. */
  async function* readAll(name: string, signal: AbortSignal): AsyncGenerator<SourceRecord[]> {
    for await (const { records } of pullFiles(targetOf(name), { since: null, resume: null }, signal)) yield records;
  }

  /** Pages without the lines that could not be read. */
  async function* readable(name: string, signal: AbortSignal): AsyncGenerator<Page> {
    for await (const { records, next } of pullFiles(targetOf(name), { since: null, resume: null }, signal)) {
      yield { records: records.filter(({ damage }) => damage === undefined), next };
    }
  }

  /** The last word of the files on each of the records that `isWanted`. */
  async function lastWords(name: string, isWanted: (key: string) => boolean, signal: AbortSignal) {
    const last = new Map<string, SourceRecord>();
    for await (const records of readAll(name, signal)) {
      for (const record of records) {
        const before = last.get(record.key);
        const isLater = !before?.version || !record.version || record.version >= before.version;
        if (!record.isKeyless && isWanted(record.key) && isLater) last.set(record.key, record);
      }
    }
    return last;
  }

  return {
    pull: (name, request, signal) => pullFiles(targetOf(name), request, signal),
    now: async () => null,
    forgets: (name) => streamOf(system, settings.streams, name).mode === 'changes',
    check: (signal) => checkFolder({ settings, folder, targetOf }, signal),
    discover: (signal) => discoverLists(settings.streams, (name) => readable(name, signal)),
    // The files are searched from end to end, all of them: once for many keys is better than once for each thousand.
    asksByKey: () => false,
    async readByKeys(name, keys, signal) {
      const wanted = new Set(keys);
      if (wanted.size === 0) return [];
      return [...(await lastWords(name, (key) => wanted.has(key), signal)).values()];
    },
    async *scanKeys(name, signal) {
      const seen = new Map<string, KeyVersion & { deleted: boolean }>();
      for await (const records of readAll(name, signal)) {
        for (const { key, version, deleted, damage, isKeyless } of records) {
          if (isKeyless) throw incompleteScan(system, name, damage ?? '');
          const before = seen.get(key);
          if (!before?.version || !version || version >= before.version) seen.set(key, { key, version, deleted });
        }
      }
      const keys = [...seen.values()].filter(({ deleted }) => !deleted).map(({ key, version }) => ({ key, version }));
      yield { keys, evidence: endOfFile };
    },
    close: async () => undefined,
  } satisfies Connector;
};

/** The record's own stamp is its version; without one, in a file of changes, the file's place in the order is. */
function compileFileRecord(stream: FileStream): FileTarget['recordOf'] {
  const recordOf = compileSourceRecord(stream);
  if (stream.cursor || stream.mode === 'full') return recordOf;
  return (data, { version }) => ({ ...recordOf(data), version });
}

function incompleteScan(system: string, stream: string, damage: string): HubError {
  const message = `${damage}. Which record that is cannot be told, so the scan is not complete and counts for nothing.`;
  return new HubError('SOURCE_PROTOCOL', message, { source: system, stream });
}
