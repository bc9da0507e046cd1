/** Turns bytes in the charset of an answer into UTF-8. */
export interface CharsetDecoder {
  push(chunk: Buffer): Buffer;
  end(): Buffer;
}

const NOTHING = Buffer.alloc(0);
/** What is UTF-8 as it is, or is to be judged as such. */
const asIs = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/** For a `content-type` header. Its methods throw Error for bytes that are none of the charset. */
export function createCharsetDecoder(contentType: string | undefined): CharsetDecoder {
  const charset = charsetOf(contentType);
  if (asIs.has(charset)) return { push: (chunk) => chunk, end: () => NOTHING };
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  const decode = (bytes: Buffer, stream: boolean) => {
    try {
      decoder ??= new TextDecoder(charset, { fatal: true });
      return Buffer.from(decoder.decode(bytes, { stream }));
    } catch {
      throw new Error(`expected text in ${charset}, got bytes that are not`);
    }
  };
  return { push: (chunk) => decode(chunk, true), end: () => decode(NOTHING, false) };
}

/** The charset that a `content-type` header names; UTF-8 where it names none. */
export function charsetOf(contentType: string | undefined): string {
  return (/charset="?([\w-]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8').toLowerCase();
}
