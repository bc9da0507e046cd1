import { isUtf8 } from 'node:buffer';
import type { FileStream } from './settings.ts';

/** Bytes as text, or null where they are not text of this encoding. */
export type DecodeText = (bytes: Buffer) => string | null;

export function createTextDecoder(encoding: FileStream['encoding']): DecodeText {
  if (encoding === 'utf-8') return (bytes) => (isUtf8(bytes) ? bytes.toString('utf8') : null);
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  };
}

/** How long the mark is with which a file says that it is UTF-8; null for one that says it is UTF-16. */
export function lengthOfMark(start: Buffer): number | null {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 3;
  const isUtf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  return isUtf16 ? null : 0;
}
