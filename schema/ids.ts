import { hash, randomBytes } from 'node:crypto';

/** Names one record in one system, written `erp:order:10248`. The key is the source's own, unaltered. */
export interface SourceRef {
  system: string;
  entity: string;
  key: string;
}

export const RECORD_ID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const CUSTOMER_ID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The id of a source record: a UUIDv8 (RFC 9562, 5.8) of the number in its key and SHA-256 over system, entity and key.
 * Because it is computed and not looked up, a shipment can name its order before the order has arrived,
 * and a rebuilt cache has the same ids. Keys are told apart byte by byte ("a" and "A", trailing spaces). What comes
 * one after the other in a source lies side by side in every index that begins with ids.
 */
export function recordId({ system, entity, key }: SourceRef): string {
  // Called several times a row of every page: one call and no buffers, since those cost more than the digest.
  const digest = hash('sha256', `${recordIdSalt({ system, entity })}${key}`, 'hex');
  const place = placeOf(key) ?? digest.slice(20, 20 + PLACE_DIGITS);
  return formatUuid(`${place}${digest.charAt(12)}0${digest.slice(13, 20)}${digest.slice(0, 12)}`, 8);
}

/** Eleven hex digits hold thirteen decimal ones. */
const PLACE_DIGITS = 11;
const MOST_DECIMALS = 13;

/** The last digits of the longest number in a key, in hex; null where there is none. */
function placeOf(key: string): string | null {
  let longest = 0;
  let end = 0;
  let run = 0;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    run = code >= ZERO && code <= NINE ? run + 1 : 0;
    if (run > longest) {
      longest = run;
      end = i + 1;
    }
  }
  if (longest === 0) return null;
  const number = Number(key.slice(end - Math.min(longest, MOST_DECIMALS), end));
  return number.toString(16).padStart(PLACE_DIGITS, '0');
}

const ZERO = 48;
const NINE = 57;

/** Where in a record's id, counted from 1, the part begins that is spread evenly: the beginning of the digest. */
export const SPREAD_AT = 25;

/** The first of the evenly spread hex digits of a record's id: those of SHA-256 over `recordIdSalt` and the key. */
export function spreadOf(id: string, digits: number): string {
  return id.slice(SPREAD_AT - 1, SPREAD_AT - 1 + digits);
}

/** What SHA-256 is given before the key. */
export function recordIdSalt({ system, entity }: Omit<SourceRef, 'key'>): string {
  return `${system}\u0000${entity}\u0000`;
}

/** A new golden customer id: a UUIDv7 (RFC 9562, 5.7), never reused. */
export function newCustomerId(now: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  return formatUuid(bytes.toString('hex'), 7);
}

/** Joins the parts of a compound source key. Throws nothing: parts holding the separator are escaped. */
export function compoundKey(parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[\\/]/g, (c) => `\\${c}`)).join('/');
}

/** The parts of a compound source key, as `compoundKey` joined them. */
export function keyParts(key: string): string[] {
  const parts = [''];
  for (let i = 0; i < key.length; i++) {
    if (key[i] === '/') parts.push('');
    else {
      if (key[i] === '\\') i++;
      parts[parts.length - 1] += key[i] ?? '';
    }
  }
  return parts;
}

function formatUuid(hex: string, version: 7 | 8): string {
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
