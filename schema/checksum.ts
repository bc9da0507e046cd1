import { hash } from 'node:crypto';

/**
 * The checksum of one text: the first 60 bits of its SHA-1 in UTF-8, which every database can compute and keep in a
 * signed 64-bit integer. Checksums of many texts are joined by XOR, so that their order does not matter.
 */
export function textChecksum(text: string): bigint {
  return BigInt(`0x${hash('sha1', text, 'hex').slice(0, 15)}`);
}
