import { z } from 'zod';
import { readResume } from '../read-resume.ts';

/** Which files of a stream have been read: stamp → hash of the content, both in hexadecimal, in the order of reading. */
export type Ledger = Map<string, string>;

/** How far a pass has come, for the next page. */
export interface Place {
  /** Read in this pass so far. */
  read: Ledger;
  /** The file being read, and where in it the next record begins. */
  file: { name: string; stamp: string; hash: string; offset: number; line: number; columns: string[] | null } | null;
}

/** Files remembered; more than these at once are refused by the connector. */
export const MOST_FILES = 20_000;

const STAMP = 16;
const HASH = 32;

const ledgerText = z.strictObject({
  format: z.literal(1),
  /** Stamps and hashes one after the other, packed, since there may be thousands of them. */
  files: z.base64(),
});

const placeText = z.strictObject({
  format: z.literal(1),
  read: ledgerText,
  file: z
    .strictObject({
      name: z.string(),
      stamp: z.string(),
      hash: z.string(),
      offset: z.int().min(0),
      line: z.int().min(1),
      columns: z.array(z.string()).nullable(),
    })
    .nullable(),
});

export function writeLedger(ledger: Ledger): string {
  return JSON.stringify(packed(ledger));
}

/** Throws SOURCE_CURSOR_EXPIRED for what this version did not write, so that the stream is read in full. */
export function readLedger(text: string, system: string, stream: string): Ledger {
  return unpacked(readResume(ledgerText, text, { source: system, stream }));
}

export function writePlace({ read: ledger, file }: Place): string {
  return JSON.stringify({ format: 1, read: packed(ledger), file });
}

/** As `readLedger`. */
export function readPlace(text: string, system: string, stream: string): Place {
  const place = readResume(placeText, text, { source: system, stream });
  return { read: unpacked(place.read), file: place.file };
}

function packed(ledger: Ledger): z.infer<typeof ledgerText> {
  const hex = [...ledger].map(([stamp, hash]) => stamp + hash).join('');
  return { format: 1, files: Buffer.from(hex, 'hex').toString('base64') };
}

function unpacked({ files }: z.infer<typeof ledgerText>): Ledger {
  const hex = Buffer.from(files, 'base64').toString('hex');
  const ledger: Ledger = new Map();
  for (let i = 0; i + STAMP + HASH <= hex.length; i += STAMP + HASH) {
    ledger.set(hex.slice(i, i + STAMP), hex.slice(i + STAMP, i + STAMP + HASH));
  }
  return ledger;
}
