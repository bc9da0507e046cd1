import type { BigIntStats } from 'node:fs';
import { constants, type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { HubError } from '../../config/errors.ts';

/**
 * What is read of the file system, each call with the source's timeout: a network drive may never answer. Links below
 * the source's folder are not followed, neither to files nor to folders; the folder itself may be a link.
 */
export interface FileSystem {
  /** Throws SOURCE_FORBIDDEN where a link leads to the directory. */
  names(directory: string, signal: AbortSignal): Promise<string[]>;
  /** null where there is no file of that name, or something that is no plain file. */
  stat(path: string, signal: AbortSignal): Promise<BigIntStats | null>;
  /** Throws SOURCE_FORBIDDEN where a link leads to the file, also one that was put there a moment ago. */
  open(path: string, signal: AbortSignal): Promise<OpenFile>;
}

interface FileSystemOptions {
  system: string;
  /** Of the source: all paths are in it. */
  folder: string;
  /** Milliseconds. */
  timeout: number;
}

export interface OpenFile {
  /** Fills the buffer from this offset on; what is answered is shorter than it only at the end of the file. */
  read(offset: number, buffer: Buffer, signal: AbortSignal): Promise<Buffer>;
  stat(signal: AbortSignal): Promise<BigIntStats>;
  close(): Promise<void>;
}

export function createFileSystem({ system, folder, timeout }: FileSystemOptions): FileSystem {
  async function guarded<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await within(timeout, signal, work());
    } catch (error) {
      if (signal.aborted || error instanceof HubError) throw error;
      throw errorOf(error, path, system, timeout);
    }
  }

  /** Looks at each folder between the source's own and this path. */
  async function refuseLinkedFolders(path: string): Promise<void> {
    const steps = relative(folder, path).split(sep);
    for (let at = folder; steps.length > 0; ) {
      at = join(at, steps.shift() ?? '');
      if ((await lstat(at)).isSymbolicLink()) throw linked(at, system);
    }
  }

  /** After the file is open: if a folder was exchanged for a link meanwhile, the path now leads to another file. */
  async function refuseOutside(path: string, handle: FileHandle): Promise<void> {
    await refuseLinkedFolders(path);
    const [opened, there] = await Promise.all([handle.stat({ bigint: true }), lstat(path, { bigint: true })]);
    if (opened.ino !== there.ino || opened.dev !== there.dev) throw linked(path, system);
  }

  return {
    names: (directory, signal) =>
      guarded(directory, signal, async () => {
        if (relative(folder, directory) !== '') await refuseLinkedFolders(directory);
        return readdir(directory);
      }),
    async stat(path, signal) {
      try {
        const stat = await guarded(path, signal, () => lstat(path, { bigint: true }));
        return stat.isFile() ? stat : null;
      } catch (error) {
        if (error instanceof HubError && error.code === 'SOURCE_NOT_FOUND') return null;
        throw error;
      }
    },
    async open(path, signal) {
      const handle = await guarded(path, signal, () => open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
      try {
        await guarded(path, signal, () => refuseOutside(path, handle));
      } catch (error) {
        await handle.close();
        throw error;
      }
      return {
        read: (offset, buffer, live) => guarded(path, live, () => readWhole(handle, offset, buffer)),
        stat: (live) => guarded(path, live, () => handle.stat({ bigint: true })),
        close: () => handle.close(),
      };
    },
  };
}

async function readWhole(handle: FileHandle, offset: number, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The file system's calls cannot be called off; one that takes too long is left to itself. */
function within<T>(timeout: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(new Timeout())), timeout);
    const abort = () => settle(() => reject(signal.reason));
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      act();
    };
    signal.addEventListener('abort', abort, { once: true });
    work.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}

class Timeout extends Error {}

function linked(path: string, system: string): HubError {
  const advice = 'Put the files themselves there, or set folder to where the link leads.';
  const message = `Expected a file or folder of its own at ${path}, got a link, and links are not followed. ${advice}`;
  return new HubError('SOURCE_FORBIDDEN', message, { source: system });
}

function errorOf(error: unknown, path: string, system: string, timeout: number): HubError {
  const details = { source: system, cause: error };
  if (error instanceof Timeout) {
    const message = `Expected ${path} to answer, got nothing for ${timeout} ms. Is the drive it is on still there?`;
    return new HubError('SOURCE_UNREACHABLE', message, details);
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new HubError('SOURCE_NOT_FOUND', `Expected ${path}, but there is nothing of that name.`, details);
    case 'EACCES':
    case 'EPERM':
      return new HubError(
        'SOURCE_FORBIDDEN',
        `Expected to be allowed to read ${path}. Check its owner and mode.`,
        details,
      );
    case 'ELOOP':
      return linked(path, system);
    default:
      return new HubError(
        'SOURCE_UNREACHABLE',
        `Expected to read ${path}, got ${code}. Try again when it can be read.`,
        details,
      );
  }
}
